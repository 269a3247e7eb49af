#include <fmt/format.h>

#include "cli/command.h"

namespace skyhold {

std::string Command::path() const {
  return group.empty() ? fmt::format("skyhold {}", name) : fmt::format("skyhold {} {}", group, name);
}

const std::vector<CommandGroup>& command_groups() {
  static const std::vector<CommandGroup> groups{
      {"", "the service"},
      {"key", "the platform's master key"},
      {"stores", "the places where copies lie"},
      {"repo", "backups in a repository, without a server"},
  };
  return groups;
}

const std::vector<Command>& commands() {
  static const std::vector<Command> table{
      serve_command(),
      worker_command(),
      recover_command(),
      key_new_command(),
      stores_check_command(),
      repo_init_command(),
      repo_backup_command(),
      repo_list_command(),
      repo_show_command(),
      repo_restore_command(),
      repo_undo_restore_command(),
      repo_accept_restore_command(),
      repo_verify_command(),
      repo_mend_command(),
      repo_forget_command(),
      repo_prune_command(),
      repo_unforget_command(),
      repo_password_command(),
  };
  return table;
}

}  // namespace skyhold
