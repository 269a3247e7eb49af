// Putting backups onto branches, and back.
#include <fmt/format.h>

#include "base/human.h"
#include "cli/api_backups.h"
#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/format.h"

namespace skyhold {
namespace {

using Outcome = Result<CommandOutcome>;

void define_restore(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "BACKUP", parameters.api.id,
                        "The backup's id, or \"latest\": production's last good one.");
  options::add_project_flag(app, parameters);
  options::add_text(app, "--to", parameters.api.to, "BRANCH",
                    "Onto this branch, in the place of what it has.");
  options::add_text(app, "--new-branch", parameters.api.new_branch, "NAME",
                    "Onto a new branch of this name, beside the backup's own.");
  options::add_choice(app, "--type", parameters.api.type, {"staging", "development"},
                      "What the new branch is. Default: staging.");
  options::add_text(
      app, "--database-file", parameters.database_file, "FILE",
      "The new branch's database: its URL in a file. Default: beside the backup's own branch. For "
      "operators.");
  options::add_text(app, "--filestore", parameters.api.filestore, "DIR",
                    "The new branch's filestore. Default: beside the backup's own branch. For operators.");
  options::add_switch(app, "--exact", parameters.api.exact,
                      "As it was when the backup was taken. The default onto production.");
  options::add_switch(app, "--neutralized", parameters.api.neutralized,
                      "With scheduled actions, mail servers, payment providers and more switched off, before "
                      "anybody can see it. The default onto any branch but production.");
  options::add_switch(app, "!--no-safety-backup", parameters.api.safety_backup,
                      "Do not back up first what will be replaced.");
  options::add_switch(app, "--preview", parameters.api.preview,
                      "Say what would be replaced, and change nothing.");
  options::add_confirm(app, parameters, "the branch's name");
  options::add_no_wait(app, parameters);
  options::add_service(app, parameters);
}

void define_undo(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "BRANCH", parameters.api.name, "The branch that was restored.");
  options::add_project_flag(app, parameters);
  options::add_confirm(app, parameters, "the branch's name");
  options::add_no_wait(app, parameters);
  options::add_service(app, parameters);
}

void define_refresh(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "BRANCH", parameters.api.name, "The branch to bring up to date.");
  options::add_text(app, "--from", parameters.api.from, "BRANCH",
                    "The branch to copy. Default: the production branch.");
  options::add_switch(app, "--fresh", parameters.api.fresh,
                      "Take a new backup of it first, instead of its newest one.");
  options::add_project_flag(app, parameters);
  options::add_confirm(app, parameters, "the branch's name");
  options::add_no_wait(app, parameters);
  options::add_service(app, parameters);
}

Status check_restore(const Parameters& parameters) {
  const ApiParameters& given = parameters.api;
  if (given.to.empty() == given.new_branch.empty()) {
    return fail(ErrorCode::kInvalidArgument, "where the backup goes was not said, or said twice",
                "give one of --to BRANCH and --new-branch NAME");
  }
  if (given.exact && given.neutralized) {
    return fail(ErrorCode::kInvalidArgument, "--exact and --neutralized were both given", "give one of them");
  }
  const bool places_new = given.type || given.filestore || !parameters.database_file.empty();
  if (!given.to.empty() && places_new) {
    return fail(ErrorCode::kInvalidArgument, "--type, --database-file and --filestore are of a new branch",
                "leave them out, or restore with --new-branch NAME");
  }
  return {};
}

Result<ApiObject> restore_request(const Parameters& parameters, const std::string& id) {
  const ApiParameters& given = parameters.api;
  ApiObject request;
  request.set("backup", id).set_unless_empty("branch", given.to);
  if (!given.new_branch.empty()) {
    ApiObject branch;
    branch.set("name", given.new_branch).set_given("type", given.type);
    branch.set_given("filestore", given.filestore);
    if (!parameters.database_file.empty()) branch.set("database_url", TRY(database_text(parameters)));
    request.set("new_branch", branch);
  }
  if (given.exact) request.set("mode", "exact");
  if (given.neutralized) request.set("mode", "neutralized");
  if (!given.safety_backup) request.set("safety_backup", false);
  return request;
}

std::string preview_text(const ApiJson& preview) {
  Table facts({{""}, {""}});
  const ApiJson backup = preview["backup"];
  add_fact(facts, "backup",
           fmt::format("{} of {}, {}", backup.text("id"), backup.text("branch"),
                       api_time(backup, backup["point_in_time"].is_null() ? "started_at" : "point_in_time")));
  add_fact(facts, "onto",
           fmt::format("{}{}", preview.flag("new_branch") ? "new branch " : "", preview.text("branch")));
  add_fact(facts, "database", preview.text("database"));
  add_fact(facts, "mode", preview.text("mode"));
  if (preview.flag("replaces")) {
    add_fact(facts, "replaces",
             fmt::format("{}, last written {}", api_bytes(preview, "replaced_size_bytes"),
                         api_time(preview, "replaced_last_write_at")));
    add_fact(facts, "safety backup", preview.flag("safety_backup") ? "first" : "none");
  }
  for (const std::string& warning : preview.texts("warnings")) add_fact(facts, "warning", warning);
  return facts.text();
}

// What it replaces is shown before it is confirmed. A new branch replaces nothing.
Status confirm_restore(ApiClient& api, const ApiObject& request, const Parameters& parameters,
                       CommandContext& context) {
  if (!parameters.api.new_branch.empty()) return {};
  if (parameters.api.confirm.empty() && context.terminal.is_there()) {
    const std::string path = api_path("/projects/", parameters.api.project, "/restores/preview");
    const ApiReply preview = TRY(api.post(path, request));
    context.terminal.say(preview_text(preview.json));
  }
  return confirm_by_name(parameters.api.to,
                         fmt::format("The data of branch {} is replaced", parameters.api.to), parameters,
                         context);
}

Outcome run_restore(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const std::string path = api_path("/projects/", parameters.api.project, "/restores");
  const std::string id = TRY(backup_id(api, parameters));
  ApiObject request = TRY(restore_request(parameters, id));
  if (parameters.api.preview) {
    const ApiReply preview = TRY(api.post(path + "/preview", request));
    return answered(parameters, preview, preview_text(preview.json));
  }
  TRY(confirm_restore(api, request, parameters, context));
  request.set("confirm", parameters.api.to.empty() ? parameters.api.new_branch : parameters.api.to);
  const ApiReply begun = TRY(api.create(path, request));
  return finish_job(api, begun, parameters, context);
}

std::string branch_path(const Parameters& parameters, std::string_view verb) {
  return api_path(api_path("/projects/", parameters.api.project, "/branches/"), parameters.api.name, verb);
}

Outcome run_undo(const Parameters& parameters, CommandContext& context) {
  const std::string& branch = parameters.api.name;
  ApiClient api = TRY(open_api(parameters, context.cancel));
  TRY(confirm_by_name(branch, fmt::format("Branch {} goes back to what its last restore replaced", branch),
                      parameters, context));
  const ApiReply begun = TRY(api.post(branch_path(parameters, "/undo"), ApiObject().set("confirm", branch)));
  return finish_job(api, begun, parameters, context);
}

Outcome run_refresh(const Parameters& parameters, CommandContext& context) {
  const std::string& branch = parameters.api.name;
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const std::string source =
      parameters.api.from.empty() ? TRY(production_branch(api, parameters.api.project)) : parameters.api.from;
  TRY(confirm_by_name(branch, fmt::format("The data of branch {} is replaced by that of {}", branch, source),
                      parameters, context));
  ApiObject request;
  request.set("source", source).set("confirm", branch);
  if (parameters.api.fresh) request.set("fresh", true);
  const ApiReply begun = TRY(api.create(branch_path(parameters, "/refresh"), request));
  return finish_job(api, begun, parameters, context);
}

}  // namespace

std::vector<Command> restore_commands() {
  return {
      {.group = "",
       .name = "restore",
       .summary = "put a backup onto a branch, existing or new",
       .description =
           "The backup is loaded beside the branch, checked against what it says it holds, neutralized "
           "unless the branch is production, and only then exchanged with what the branch has; until then "
           "the branch serves on. What an existing branch had is backed up first and kept for `skyhold "
           "undo`.\n\n"
           "An existing branch's name has to be typed on the terminal, or given by --confirm. It waits for "
           "the end and shows progress; Ctrl-C ends the waiting, not the restore.",
       .examples = {"Onto a new branch, to try something:",
                    "  skyhold restore latest --project acme --new-branch try-1",
                    "Production back to last night, from a script:",
                    "  skyhold restore bk_0k3v9x1m2q8rz7t5w4n6 --project acme --to production \\",
                    "      --confirm production", "What that would replace:",
                    "  skyhold restore latest --project acme --to production --preview"},
       .define = define_restore,
       .check = check_restore,
       .run = run_restore},
      {.group = "",
       .name = "undo",
       .summary = "put back what the last restore onto a branch replaced",
       .description =
           "What the restore had brought is kept in turn, so that a second undo brings it back. The branch's "
           "name has to be typed on the terminal, or given by --confirm.",
       .examples = {"Type the name when asked:", "  skyhold undo staging --project acme",
                    "In a script:", "  skyhold undo staging --project acme --confirm staging"},
       .define = define_undo,
       .run = run_undo},
      {.group = "",
       .name = "refresh",
       .summary = "bring a branch up to date from another, neutralized",
       .description =
           "Restores the other branch's newest backup, or with --fresh one that is taken now. The branch's "
           "name has to be typed on the terminal, or given by --confirm.",
       .examples = {"Staging from production's last backup:", "  skyhold refresh staging --project acme",
                    "From how it is now, in a script:",
                    "  skyhold refresh staging --project acme --fresh --confirm staging"},
       .define = define_refresh,
       .run = run_refresh},
  };
}

}  // namespace skyhold
