// Backups of a project: made now, looked into, kept, deleted.
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

void define_create(CLI::App& app, Parameters& parameters) {
  options::add_project_flag(app, parameters);
  options::add_text(app, "--branch", parameters.api.branch, "NAME",
                    "The branch. Default: the production branch.");
  options::add_text(app, "--note", parameters.api.note, "TEXT", "A line that is shown beside the backup.");
  options::add_no_wait(app, parameters);
  options::add_service(app, parameters);
}

void define_list(CLI::App& app, Parameters& parameters) {
  options::add_project_flag(app, parameters);
  options::add_text(app, "--branch", parameters.api.branch, "NAME", "Of this branch.");
  options::add_choice(app, "--kind", parameters.api.kind, {"automatic", "manual", "imported", "safety"},
                      "Of this kind.");
  options::add_choice(app, "--state", parameters.api.state,
                      {"running", "good", "degraded", "failed", "deleted"}, "In this state.");
  options::add_time_span(app, parameters);
  options::add_list(app, parameters);
  options::add_service(app, parameters);
}

void define_id(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "BACKUP", parameters.api.id,
                        "Its id, or \"latest\": production's last good one.");
  options::add_project_and_service(app, parameters);
}

void define_show(CLI::App& app, Parameters& parameters) {
  define_id(app, parameters);
  options::add_switch(
      app, "--tables", parameters.api.tables,
      "Show what it holds instead: every table with rows and bytes, files, what was missing.");
}

void define_pin(CLI::App& app, Parameters& parameters) {
  define_id(app, parameters);
  options::add_text(app, "--reason", parameters.api.reason, "TEXT", "Why it has to be kept. Must be given.");
}

void define_delete(CLI::App& app, Parameters& parameters) {
  define_id(app, parameters);
  options::add_confirm(app, parameters, "the backup's id");
  options::add_no_wait(app, parameters);
}

Outcome run_create(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  ApiObject wanted;
  wanted.set("branch", parameters.api.branch.empty() ? TRY(production_branch(api, parameters.api.project))
                                                     : parameters.api.branch);
  wanted.set_unless_empty("note", parameters.api.note);
  const ApiReply begun = TRY(api.create(backups_path(parameters.api.project), wanted));
  const std::string id = begun.json["backup"].text("id");
  const std::string job_id = begun.json["job"].text("id");
  if (!parameters.api.wait) {
    return answered(parameters, begun,
                    fmt::format("Backup {} is job {}: `skyhold job watch {}`\n", id, job_id, job_id));
  }
  const ApiJson job = TRY(watch_job(api, job_id, context));
  TRY(status_of_job(job));
  const ApiReply backup = TRY(api.get(api_path(backups_path(parameters.api.project) + "/", id)));
  ApiObject both;
  both.set("backup", backup.json).set("job", job);
  return CommandOutcome{parameters.json ? both.dump() : backup_text(backup.json),
                        backup_shortfall(backup.json)};
}

Outcome run_list(const Parameters& parameters, CommandContext& context) {
  const ApiParameters& given = parameters.api;
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply list = TRY(api.list(backups_path(given.project),
                                     {{"branch", given.branch},
                                      {"kind", given.kind},
                                      {"state", given.state},
                                      {"since", given.since},
                                      {"until", given.until}},
                                     given.limit, given.after));
  Table table({{"backup"},
               {"branch"},
               {"began"},
               {"kind"},
               {"state"},
               {"copies"},
               {"source", Align::kRight},
               {"added", Align::kRight},
               {"note"}});
  for (const ApiJson& backup : list.json["items"].items()) {
    table.add({backup.text("id"), backup.text("branch"), api_time(backup, "started_at"), backup.text("kind"),
               backup.text("state"), copies_text(backup["copies"]), api_bytes(backup, "source_bytes"),
               api_bytes(backup, "added_bytes"),
               (backup["pin"].is_null() ? "" : "pinned: " + backup["pin"].text("reason") + " ") +
                   truncated(backup.text("note"), 60)});
  }
  const std::string text = table.empty() ? "There is no such backup.\n" : table.text();
  return answered(parameters, list, text + more_text(list.json));
}

std::string contents_text(const ApiJson& contents) {
  Table tables({{"table"}, {"rows", Align::kRight}, {"bytes", Align::kRight}});
  for (const ApiJson& table : contents["tables"].items()) {
    tables.add({fmt::format("{}.{}", table.text("schema"), table.text("name")),
                human_count(table.count("rows")), human_bytes(table.count("bytes"))});
  }
  std::string text = tables.text();
  const ApiJson files = contents["files"];
  text += fmt::format(
      "\n{} in {}, {}; {}\n", counted(contents.count("row_count"), "row", "rows"),
      counted(contents.count("table_count"), "table", "tables"), human_bytes(contents.count("table_bytes")),
      files.flag("captured") ? fmt::format("{}, {}", counted(files.count("count"), "file", "files"),
                                           human_bytes(files.count("bytes")))
                             : "no filestore");
  for (const ApiJson& missing : contents["missing"].items()) {
    text += fmt::format("missing at the source: {}\n", printable(missing.text("name")));
  }
  return text;
}

// All of it: the API gives tables in pages.
Result<ApiReply> whole_contents(ApiClient& api, const std::string& path) {
  std::vector<ApiJson> tables;
  ApiJson last;
  std::string after;
  do {
    last = TRY(api.get(path, {{"limit", "500"}, {"after", after}})).json;
    const std::vector<ApiJson> more = last["tables"].items();
    tables.insert(tables.end(), more.begin(), more.end());
    after = more.empty() ? std::string() : last.text("next");
  } while (!after.empty());
  ApiReply whole{.body = last.with("tables", tables).with("next", "").dump(), .json = {}};
  whole.json = TRY(ApiJson::parse(whole.body));
  return whole;
}

Outcome run_show(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const std::string path = TRY(backup_path(api, parameters));
  if (parameters.api.tables) {
    const ApiReply contents = TRY(whole_contents(api, path + "/contents"));
    return answered(parameters, contents, contents_text(contents.json));
  }
  const ApiReply backup = TRY(api.get(path));
  return answered(parameters, backup, backup_text(backup.json));
}

Status check_pin(const Parameters& parameters) {
  if (!parameters.api.reason.value_or("").empty()) return {};
  return fail(ErrorCode::kInvalidArgument, "a pin needs a reason", "add --reason TEXT");
}

Outcome run_pin(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const std::string path = TRY(backup_path(api, parameters));
  const ApiReply backup = TRY(api.put(path + "/pin", ApiObject().set("reason", *parameters.api.reason)));
  return answered(parameters, backup, backup_text(backup.json));
}

Outcome run_unpin(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const std::string path = TRY(backup_path(api, parameters));
  const ApiReply backup = TRY(api.remove(path + "/pin"));
  return answered(parameters, backup, backup_text(backup.json));
}

Outcome run_delete(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const std::string id = TRY(backup_id(api, parameters));
  TRY(confirm_by_name(id, fmt::format("Backup {} is deleted on every copy", id), parameters, context));
  const ApiReply begun =
      TRY(api.remove(api_path(backups_path(parameters.api.project) + "/", id), {{"confirm", id}}));
  return finish_job(api, begun, parameters, context);
}

}  // namespace

std::vector<Command> backup_commands() {
  return {
      {.group = "backup",
       .name = "create",
       .summary = "back a branch up now",
       .description =
           "Database and filestore at one instant, to every store of the project's region. It waits for the "
           "end and shows progress; Ctrl-C ends the waiting, not the backup. Exit code 3: the backup can be "
           "restored, but lacks a copy, or files that its source lacked.",
       .examples = {"Production, before an upgrade:",
                    "  skyhold backup create --project acme --note \"before the upgrade\"",
                    "Another branch, without waiting:",
                    "  skyhold backup create --project acme --branch staging --no-wait"},
       .define = define_create,
       .run = run_create},
      {.group = "backup",
       .name = "list",
       .summary = "the backups of a project, newest first",
       .description = "A hundred at a time, with the state of their copies.",
       .examples = {"Good ones of production:",
                    "  skyhold backup list --project acme --branch production --state good",
                    "What failed this month:",
                    "  skyhold backup list --project acme --state failed --since 2026-11-01T00:00:00Z"},
       .define = define_list,
       .run = run_list},
      {.group = "backup",
       .name = "show",
       .summary = "one backup with its copies; or all that it holds",
       .description =
           "What it holds is shown to administrators of the project, and written to the audit log.",
       .examples = {"Production's last good one:", "  skyhold backup show latest --project acme",
                    "Its tables:", "  skyhold backup show latest --project acme --tables"},
       .define = define_show,
       .run = run_show},
      {.group = "backup",
       .name = "pin",
       .summary = "keep a backup whatever the rules say",
       .description = "Until it is unpinned. The reason is shown wherever the backup is.",
       .examples = {"A legal hold:",
                    "  skyhold backup pin bk_0k3v9x1m2q8rz7t5w4n6 --project acme --reason \"audit of 2026\"",
                    "The last good one:",
                    "  skyhold backup pin latest --project acme --reason \"last before the migration\""},
       .define = define_pin,
       .check = check_pin,
       .run = run_pin},
      {.group = "backup",
       .name = "unpin",
       .summary = "leave a pinned backup to the rules again",
       .description = "The rules may delete it at their next run.",
       .examples = {"One:", "  skyhold backup unpin bk_0k3v9x1m2q8rz7t5w4n6 --project acme",
                    "In a script:", "  skyhold backup unpin bk_0k3v9x1m2q8rz7t5w4n6 --project acme --json"},
       .define = define_id,
       .run = run_unpin},
      {.group = "backup",
       .name = "delete",
       .summary = "delete a backup on every copy",
       .description =
           "Nothing brings it back through the service. A branch's newest good backup, a pinned one, and one "
           "that is being restored are refused.",
       .examples = {"Type its id when asked:",
                    "  skyhold backup delete bk_0k3v9x1m2q8rz7t5w4n6 --project acme",
                    "In a script:", "  skyhold backup delete bk_0k3v9x1m2q8rz7t5w4n6 --project acme \\",
                    "      --confirm bk_0k3v9x1m2q8rz7t5w4n6"},
       .define = define_delete,
       .run = run_delete},
  };
}

}  // namespace skyhold
