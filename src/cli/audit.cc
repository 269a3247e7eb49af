// Who did what.
#include <fmt/format.h>

#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_project_flag(app, parameters, false);
  options::add_text(app, "--actor", parameters.api.actor, "NAME", "Who did it. For operators.");
  options::add_text(app, "--action", parameters.api.action, "ACTION",
                    "What was done, such as backup.create. For operators.");
  options::add_time_span(app, parameters);
  options::add_list(app, parameters);
  options::add_service(app, parameters);
}

// A project's administrators see its own records, an operator those of all with more to choose by.
Result<ApiReply> records(ApiClient& api, const ApiParameters& given) {
  const bool chooses =
      !given.actor.empty() || !given.action.empty() || !given.since.empty() || !given.until.empty();
  if (!given.project.empty() && !chooses) {
    return api.list(api_path("/projects/", given.project, "/audit"), {}, given.limit, given.after);
  }
  return api.list("/audit",
                  {{"project", given.project},
                   {"actor", given.actor},
                   {"action", given.action},
                   {"since", given.since},
                   {"until", given.until}},
                  given.limit, given.after);
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply list = TRY(records(api, parameters.api));
  Table table({{"at"}, {"who"}, {"from"}, {"what"}, {"project"}, {"subject"}, {"outcome"}});
  for (const ApiJson& record : list.json["items"].items()) {
    table.add({api_time(record, "at"), or_dash(record.text("actor")), or_dash(record.text("address")),
               record.text("action"), or_dash(record.text("project")), or_dash(record.text("subject")),
               record.text("outcome")});
  }
  const std::string text = table.empty() ? "There is no such record.\n" : table.text();
  return answered(parameters, list, text + more_text(list.json));
}

}  // namespace

std::vector<Command> audit_commands() {
  return {
      {.group = "",
       .name = "audit",
       .summary = "who did what, when and from where",
       .description =
           "Newest first, a hundred at a time. With a project alone, its administrators may read it too; "
           "everything else is for operators.",
       .examples = {"Of a project:", "  skyhold audit --project acme", "Restores of this month, all of them:",
                    "  skyhold audit --action restore.create --since 2026-11-01T00:00:00Z --limit 10000"},
       .define = define,
       .run = run}};
}

}  // namespace skyhold
