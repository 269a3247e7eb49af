// Looking after a project's copies: checking them, and completing each from the others.
#include <fmt/format.h>

#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"

namespace skyhold {
namespace {

void define_mend(CLI::App& app, Parameters& parameters) {
  options::add_project_flag(app, parameters);
  options::add_no_wait(app, parameters);
  options::add_service(app, parameters);
}

void define_verify(CLI::App& app, Parameters& parameters) {
  options::add_switch(app, "--read-data", parameters.api.read_data,
                      "Read and check every stored byte, not only the share that is due today.");
  define_mend(app, parameters);
}

Result<CommandOutcome> run_verify(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  ApiObject request;
  request.set("read_data", parameters.api.read_data);
  const ApiReply begun = TRY(api.post(api_path("/projects/", parameters.api.project, "/verify"), request));
  if (!parameters.api.wait) return finish_job(api, begun, parameters, context);
  const ApiJson job = TRY(watch_job(api, begun.json.text("id"), context));
  TRY(status_of_job(job));
  CommandOutcome outcome{parameters.json ? job.dump() : job_text(job), std::nullopt};
  if (!job["result"].flag("good")) {
    outcome.shortfall =
        Error{ErrorCode::kCorrupt, fmt::format("a copy of project {} is not whole", parameters.api.project),
              "the service mends it from the others by itself; `skyhold job list --active` shows that"};
  }
  return outcome;
}

Result<CommandOutcome> run_mend(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply begun = TRY(api.post(api_path("/projects/", parameters.api.project, "/mend")));
  return finish_job(api, begun, parameters, context);
}

}  // namespace

std::vector<Command> care_commands() {
  return {
      {.group = "",
       .name = "verify",
       .summary = "check every copy of a project now",
       .description = "Names, sizes and structure, and a share of the data, another one each day. The "
                      "service does so by "
                      "itself; this is for now. Exit code 7: a copy is not whole; the report says which, and "
                      "the service "
                      "mends it from the others.",
       .examples = {"As every night:", "  skyhold verify --project acme",
                    "Every byte:", "  skyhold verify --project acme --read-data"},
       .define = define_verify,
       .run = run_verify},
      {.group = "",
       .name = "mend",
       .summary = "complete every copy of a project from the others now",
       .description =
           "For after a store was down or has lost something. The service does so by itself when it notices.",
       .examples = {"A project:", "  skyhold mend --project acme",
                    "Without waiting:", "  skyhold mend --project acme --no-wait"},
       .define = define_mend,
       .run = run_mend},
  };
}

}  // namespace skyhold
