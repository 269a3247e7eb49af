#include <fmt/format.h>

#include "cli/command.h"

namespace skyhold {

std::string Command::path() const {
  return group.empty() ? fmt::format("skyhold {}", name) : fmt::format("skyhold {} {}", group, name);
}

const std::vector<CommandGroup>& command_groups() {
  static const std::vector<CommandGroup> groups{
      {"", "the service and its clients"},
      {"project", "what belongs together: branches, people, backups"},
      {"branch", "where a project's databases and filestores are"},
      {"backup", "backups of a project, through the service"},
      {"upload", "what was sent for an import"},
      {"job", "work of the service"},
      {"schedule", "what runs by itself"},
      {"retention", "what is kept, until when and why"},
      {"member", "people of a project"},
      {"account", "people of the platform"},
      {"token", "API tokens for scripts"},
      {"key", "the platform's master key"},
      {"stores", "the places where copies lie"},
      {"repo", "backups in a repository, without a server"},
  };
  return groups;
}

namespace {

std::vector<Command> service_and_clients() {
  std::vector<Command> table{serve_command(), worker_command(), recover_command()};
  for (const auto make :
       {login_commands, status_commands, restore_commands, download_commands, import_commands, care_commands,
        audit_commands, completion_commands, project_commands, branch_commands, backup_commands,
        backup_files_commands, upload_commands, job_commands, schedule_commands, retention_commands,
        member_commands, account_commands, token_commands}) {
    const std::vector<Command> more = make();
    table.insert(table.end(), more.begin(), more.end());
  }
  return table;
}

std::vector<Command> without_server() {
  return {
      key_new_command(),           stores_check_command(),        repo_init_command(),
      repo_backup_command(),       repo_list_command(),           repo_show_command(),
      repo_export_command(),       repo_import_command(),         repo_restore_command(),
      repo_undo_restore_command(), repo_accept_restore_command(), repo_verify_command(),
      repo_mend_command(),         repo_forget_command(),         repo_prune_command(),
      repo_unforget_command(),     repo_password_command(),
  };
}

std::vector<Command> all_commands() {
  std::vector<Command> table = service_and_clients();
  const std::vector<Command> more = without_server();
  table.insert(table.end(), more.begin(), more.end());
  return table;
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> table = all_commands();
  return table;
}

}  // namespace skyhold
