// What a command is: a row of the table in commands.cc.
//
// A command declares its flags (options.h), checks their values without touching
// anything, and runs: it returns what goes to standard output. Nothing but run.cc
// writes to a stream, so that `--json` and exit codes are alike for all.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "cli/parameters.h"
#include "cli/terminal.h"
#include "model/progress.h"

namespace CLI {
class App;
}  // namespace CLI

namespace skyhold {

struct CommandOutcome {
  std::string output;  // for standard output: text, or one JSON object with --json
  std::optional<Error>
      shortfall;  // the work is done, but not wholly: goes to standard error, gives the exit code
};

struct CommandContext;

// What needs the whole program, server and all: given by whoever builds it (app/).
struct ServiceCommands {
  using Run = std::function<Result<CommandOutcome>(const Parameters&, CommandContext&)>;
  Run serve{};
  Run worker{};
  Run recover{};
};

struct CommandContext {
  ProgressSink& progress;
  const Clock& clock;
  const CancelToken& cancel;
  const ServiceCommands& service;
  Terminal& terminal;
};

struct Command {
  std::string_view group;                  // "repo"; empty: the command stands by itself
  std::string_view name;                   // "backup"
  std::string_view summary;                // one line for overviews, no full stop
  std::string_view description;            // paragraphs for --help, parted by an empty line
  std::vector<std::string_view> examples;  // lines; one that starts with "  " is a command, others explain it
  void (*define)(CLI::App& app, Parameters& parameters) = nullptr;
  Status (*check)(const Parameters& parameters) = nullptr;  // pure; may be null
  Result<CommandOutcome> (*run)(const Parameters& parameters, CommandContext& context) = nullptr;

  [[nodiscard]] std::string path() const;  // "skyhold repo backup"
};

struct CommandGroup {
  std::string_view name;  // empty: of the commands without a group
  std::string_view summary;
};

// All there are, in the order in which overviews show them.
const std::vector<Command>& commands();
const std::vector<CommandGroup>& command_groups();

// One for each command, each in the file of its name.
Command serve_command();
Command worker_command();
Command recover_command();
Command key_new_command();
Command stores_check_command();
Command repo_init_command();
Command repo_backup_command();
Command repo_list_command();
Command repo_show_command();
Command repo_restore_command();
Command repo_export_command();
Command repo_import_command();
Command repo_undo_restore_command();
Command repo_accept_restore_command();
Command repo_verify_command();
Command repo_mend_command();
Command repo_forget_command();
Command repo_prune_command();
Command repo_unforget_command();
Command repo_password_command();

// Over the service's API; those of one group in one file.
std::vector<Command> login_commands();  // login, logout
std::vector<Command> status_commands();
std::vector<Command> restore_commands();  // restore, undo, refresh
std::vector<Command> download_commands();
std::vector<Command> import_commands();
std::vector<Command> care_commands();  // verify, mend
std::vector<Command> audit_commands();
std::vector<Command> completion_commands();
std::vector<Command> project_commands();
std::vector<Command> branch_commands();
std::vector<Command> member_commands();
std::vector<Command> schedule_commands();
std::vector<Command> backup_commands();
std::vector<Command> backup_files_commands();
std::vector<Command> upload_commands();
std::vector<Command> job_commands();
std::vector<Command> retention_commands();
std::vector<Command> token_commands();
std::vector<Command> account_commands();

}  // namespace skyhold
