// Whether all is safe, in words and in the exit code.
#include <fmt/format.h>

#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/format.h"

namespace skyhold {
namespace {

constexpr int kMostProjects = 100'000;
constexpr std::size_t kMostNamed = 5;

void define(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "PROJECT", parameters.api.name, "This project alone. Default: all.", false);
  options::add_service(app, parameters);
}

// One that is paused was meant to be, and a new one has had no night yet.
bool is_in_danger(const ApiJson& project) {
  const std::string state = project["health"].text("state");
  return state == "at_risk" || state == "unprotected";
}

std::optional<Error> danger(const std::vector<ApiJson>& projects) {
  std::vector<std::string> names;
  for (const ApiJson& project : projects) {
    if (is_in_danger(project)) names.push_back(project.text("name"));
  }
  if (names.empty()) return std::nullopt;
  const std::string message =
      fmt::format("{} of {} not safe", names.size(), counted(projects.size(), "project is", "projects are"));
  if (names.size() > kMostNamed) {
    names.resize(kMostNamed);
    names.emplace_back("…");
  }
  return Error{ErrorCode::kDegraded, fmt::format("{}: {}", message, joined(names, ", ")),
               "`skyhold project show NAME` says why"};
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const bool one = !parameters.api.name.empty();
  const ApiReply reply = one ? TRY(api.get(api_path("/projects/", parameters.api.name)))
                             : TRY(api.list("/projects", {{"sort", "health"}}, kMostProjects));
  const std::vector<ApiJson> projects = one ? std::vector{reply.json} : reply.json["items"].items();
  Table table({{""}, {""}, {""}});
  for (const ApiJson& project : projects) {
    const ApiJson health = project["health"];
    table.add({project.text("name"), api_words(health.text("state")), health.text("sentence")});
  }
  CommandOutcome outcome =
      answered(parameters, reply, table.empty() ? "There is no project yet.\n" : table.text());
  outcome.shortfall = danger(projects);
  return outcome;
}

}  // namespace

std::vector<Command> status_commands() {
  return {{.group = "",
           .name = "status",
           .summary = "whether all projects are safe: one sentence each, and the exit code",
           .description =
               "The worst come first. Exit code 0: every project is safe, paused or new; 3: at least one is "
               "at risk or unprotected; anything else: it could not be told.",
           .examples = {"The fleet:", "  skyhold status",
                        "In a monitoring script:", "  skyhold status acme --json || alert-somebody"},
           .define = define,
           .run = run}};
}

}  // namespace skyhold
