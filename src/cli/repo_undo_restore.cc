// The two ways to end a restore: take it back, or accept it.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/format.h"
#include "cli/json_reports.h"
#include "cli/options.h"
#include "cli/text_reports.h"

namespace skyhold {
namespace {

void define_undo(CLI::App& app, Parameters& parameters) {
  options::add_database(app, parameters);
  options::add_filestore(app, parameters);
  options::add_undo(app, parameters);
  options::add_hooks(app, parameters);
}

void define_accept(CLI::App& app, Parameters& parameters) {
  options::add_database(app, parameters);
  options::add_filestore(app, parameters);
}

Result<UndoOptions> undo_options(const Parameters& parameters, CommandContext& context) {
  UndoOptions options;
  options.database = TRY(database_target(parameters));
  if (!parameters.filestore.empty()) options.filestore = parameters.filestore;
  options.hooks = restore_hooks(parameters);
  warn_of_password_in_flag(parameters, options.database, context.progress);
  return options;
}

Result<CommandOutcome> run_undo(const Parameters& parameters, CommandContext& context) {
  const UndoOptions options = TRY(undo_options(parameters, context));
  const UndoResult result = TRY(undo_restore(options));
  UndoReport report{options.database.describe(), result.database, result.replaced_database,
                    result.replaced_filestore,   false,           result.hooks};
  std::optional<Error> shortfall = hook_shortfall(result.hooks);
  if (parameters.discard) {
    if (const Status discarded = discard_replaced(options)) {
      report.replaced_database.clear();
      report.replaced_filestore.clear();
      report.discarded = true;
    } else {
      shortfall =
          discarded.error().in("the restore is undone, but what it had restored could not be dropped");
      shortfall->code = ErrorCode::kDegraded;
    }
  }
  return CommandOutcome{parameters.json ? undo_json(report) : undo_text(report), shortfall};
}

Result<CommandOutcome> run_accept(const Parameters& parameters, CommandContext& context) {
  const UndoOptions options = TRY(undo_options(parameters, context));
  TRY(discard_replaced(options));
  if (parameters.json) return CommandOutcome{strings_json({{"database", options.database.database()}}), {}};
  return CommandOutcome{fmt::format("What restores onto {} had kept for undo is dropped.\n",
                                    printable(options.database.describe())),
                        {}};
}

}  // namespace

Command repo_undo_restore_command() {
  return {
      .group = "repo",
      .name = "undo-restore",
      .summary = "put back what the last restore replaced",
      .description =
          "Puts the database and filestore back that the last `repo restore --replace` onto this branch "
          "replaced, "
          "by renaming: it takes moments and needs neither store nor key. Give the same --database and "
          "--filestore as for the restore.\n\n"
          "What the undo replaces is kept in its turn, so that a second undo is a redo; with --discard it is "
          "dropped.",
      .examples = {"Take the last restore back:",
                   "  skyhold repo undo-restore --database postgresql:///acme \\",
                   "      --filestore /var/lib/odoo/filestore/acme",
                   "Take it back for good, and free the space of what it had restored:",
                   "  skyhold repo undo-restore --database postgresql:///acme \\",
                   "      --filestore /var/lib/odoo/filestore/acme --discard"},
      .define = define_undo,
      .check = check_database_is_named,
      .run = run_undo};
}

Command repo_accept_restore_command() {
  return {
      .group = "repo",
      .name = "accept-restore",
      .summary = "drop what restores have kept for undo",
      .description =
          "Drops the replaced databases and filestores that restores onto this branch have kept for "
          "`repo undo-restore`, and so frees their space. The branch itself is not touched. After this the "
          "restores cannot be undone.",
      .examples = {"The restored branch is good; keep it:",
                   "  skyhold repo accept-restore --database postgresql:///acme \\",
                   "      --filestore /var/lib/odoo/filestore/acme",
                   "The same for a branch without a filestore, its URL kept in a file:",
                   "  skyhold repo accept-restore --database-file /etc/skyhold/acme.url"},
      .define = define_accept,
      .check = check_database_is_named,
      .run = run_accept};
}

}  // namespace skyhold
