// What was sent for an import and is not imported yet.
#include <fmt/format.h>

#include "base/human.h"
#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/format.h"
#include "cli/upload.h"

namespace skyhold {
namespace {

using Outcome = Result<CommandOutcome>;

void define_discard(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "UPLOAD", parameters.api.id, "Its id, as `skyhold upload list` shows it.");
  options::add_project_and_service(app, parameters);
}

Outcome run_list(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply list = TRY(api.get(uploads_path(parameters.api.project)));
  Table table(
      {{"upload"}, {"file"}, {"size", Align::kRight}, {"sent", Align::kRight}, {"begun"}, {"by"}, {"until"}});
  for (const ApiJson& upload : list.json["items"].items()) {
    table.add({upload.text("id"), truncated(upload.text("file_name"), 60), api_bytes(upload, "size_bytes"),
               percent(upload.count("received_bytes"), upload.count("size_bytes")),
               api_time(upload, "created_at"), upload.text("created_by"), api_time(upload, "expires_at")});
  }
  return answered(parameters, list, table.empty() ? "Nothing is being sent.\n" : table.text());
}

Outcome run_discard(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const std::string path = api_path(uploads_path(parameters.api.project) + "/", parameters.api.id);
  const ApiReply done = TRY(api.remove(path));
  return answered(parameters, done, fmt::format("Upload {} is gone.\n", printable(parameters.api.id)));
}

}  // namespace

std::vector<Command> upload_commands() {
  return {
      {.group = "upload",
       .name = "list",
       .summary = "what was sent for an import, wholly or in part",
       .description =
           "What was sent stays for two days, or until it is kept as a backup. `skyhold import --resume` "
           "sends what lacks, or imports what is whole.",
       .examples = {"Of a project:", "  skyhold upload list --project acme", "Go on with one:",
                    "  skyhold import acme.zip --resume up_0k3v9x1m2q8rz7t5w4n6 --project acme \\",
                    "      --branch production"},
       .define = options::add_project_and_service,
       .run = run_list},
      {.group = "upload",
       .name = "discard",
       .summary = "take back what was sent",
       .description = "It is deleted at once, whoever has begun it.",
       .examples = {"One:", "  skyhold upload discard up_0k3v9x1m2q8rz7t5w4n6 --project acme",
                    "In a script:", "  skyhold upload discard up_0k3v9x1m2q8rz7t5w4n6 --project acme --json"},
       .define = define_discard,
       .run = run_discard},
  };
}

}  // namespace skyhold
