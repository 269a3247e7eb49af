// Work of the service: what runs, how far it is, how it ended.
#include <fmt/format.h>

#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/format.h"

namespace skyhold {
namespace {

using Outcome = Result<CommandOutcome>;

void define_list(CLI::App& app, Parameters& parameters) {
  options::add_project_flag(app, parameters, false);
  options::add_choice(app, "--kind", parameters.api.kind,
                      {"backup", "restore", "undo", "refresh", "forget", "prune", "verify", "mend", "import",
                       "export", "drill"},
                      "Of this kind.");
  options::add_choice(app, "--state", parameters.api.state,
                      {"queued", "running", "succeeded", "failed", "cancelled"}, "In this state.");
  options::add_switch(app, "--active", parameters.api.active, "Queued or running.");
  options::add_list(app, parameters);
  options::add_service(app, parameters);
}

void define_id(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "JOB", parameters.api.id, "Its id, as `skyhold job list` shows it.");
  options::add_service(app, parameters);
}

std::string job_path(const Parameters& parameters) {
  return api_path("/jobs/", parameters.api.id);
}

std::string progress_of(const ApiJson& job) {
  if (job.text("state") == "failed") return truncated(job["error"].text("message"), 60);
  if (job.text("state") != "running") return "";
  const ApiJson progress = job["progress"];
  return fmt::format("{} {}", progress.text("phase"),
                     percent(progress.count("done_bytes"), progress.count("total_bytes")));
}

Outcome run_list(const Parameters& parameters, CommandContext& context) {
  const ApiParameters& given = parameters.api;
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply list = TRY(api.list("/jobs",
                                     {{"project", given.project},
                                      {"kind", given.kind},
                                      {"state", given.state},
                                      {"active", given.active ? "true" : ""}},
                                     given.limit, given.after));
  Table table({{"job"}, {"kind"}, {"project"}, {"branch"}, {"state"}, {"asked for"}, {"by"}, {""}});
  for (const ApiJson& job : list.json["items"].items()) {
    table.add({job.text("id"), job.text("kind"), or_dash(job.text("project")), or_dash(job.text("branch")),
               job.text("state"), api_time(job, "created_at"), job.text("created_by"), progress_of(job)});
  }
  const std::string text = table.empty() ? "There is no such job.\n" : table.text();
  return answered(parameters, list, text + more_text(list.json));
}

Outcome run_show(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply job = TRY(api.get(job_path(parameters)));
  return answered(parameters, job, job_text(job.json));
}

Outcome run_watch(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiJson job = TRY(watch_job(api, parameters.api.id, context));
  TRY(status_of_job(job));
  return CommandOutcome{parameters.json ? job.dump() : job_text(job), std::nullopt};
}

Outcome run_cancel(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply job = TRY(api.post(job_path(parameters) + "/cancel"));
  return answered(parameters, job,
                  job.json.text("state") == "cancelled"
                      ? fmt::format("Job {} is cancelled.\n", printable(parameters.api.id))
                      : fmt::format("Job {} has been asked to end; it is {} until it has.\n",
                                    printable(parameters.api.id), job.json.text("state")));
}

}  // namespace

std::vector<Command> job_commands() {
  return {
      {.group = "job",
       .name = "list",
       .summary = "work of the projects that one may see, newest first",
       .description = "Backups, restores, checks and what else the service does, a hundred at a time.",
       .examples = {"What runs now:", "  skyhold job list --active",
                    "What failed in a project:", "  skyhold job list --project acme --state failed"},
       .define = define_list,
       .run = run_list},
      {.group = "job",
       .name = "show",
       .summary = "one job: how far it is, or how it ended",
       .description = "Of a restore also what was checked, switched off, and kept for undo.",
       .examples = {"A job:", "  skyhold job show jb_0k3v9x1m2q8rz7t5w4n6",
                    "Its state alone:", "  skyhold job show jb_0k3v9x1m2q8rz7t5w4n6 --json | jq -r .state"},
       .define = define_id,
       .run = run_show},
      {.group = "job",
       .name = "watch",
       .summary = "follow a job to its end, with its progress",
       .description = "The exit code is 0 when it succeeded, 130 when it was cancelled, and otherwise that "
                      "of its error. "
                      "A connection that breaks is made again. Ctrl-C ends the watching, not the job.",
       .examples = {"A job:", "  skyhold job watch jb_0k3v9x1m2q8rz7t5w4n6",
                    "In a script, with progress as JSON lines on standard error:",
                    "  skyhold job watch jb_0k3v9x1m2q8rz7t5w4n6 --json --progress json"},
       .define = define_id,
       .run = run_watch},
      {.group = "job",
       .name = "cancel",
       .summary = "ask a job to end",
       .description =
           "One that waits ends at once, one that runs at the next place where nothing is left half done. "
           "A restore whose exchange has begun is carried through.",
       .examples = {"End it:", "  skyhold job cancel jb_0k3v9x1m2q8rz7t5w4n6",
                    "And wait until it has:", "  skyhold job watch jb_0k3v9x1m2q8rz7t5w4n6"},
       .define = define_id,
       .run = run_cancel},
  };
}

}  // namespace skyhold
