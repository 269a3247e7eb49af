// Single files of a backup, found by the names that people know them by.
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

void define(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "BACKUP", parameters.api.id,
                        "Its id, or \"latest\": production's last good one.");
  options::add_project_flag(app, parameters);
  options::add_text(app, "--find", parameters.api.search, "TEXT",
                    "Words of the attachment's name, in any order, in capitals or not; or the record that it "
                    "belongs to: account.move,42.",
                    true);
  options::add_service(app, parameters);
}

std::string place_of(const ApiJson& attachment) {
  if (attachment.flag("held")) return attachment.text("file");
  return attachment.text("file").empty() ? "(in the database)" : "(missing)";
}

std::string record_of(const ApiJson& attachment) {
  if (attachment.text("model").empty()) return "-";
  return fmt::format("{},{}", attachment.text("model"), attachment.count("record"));
}

std::string files_text(const ApiJson& found, const std::string& backup, const std::string& project) {
  Table table({{"name"}, {"of"}, {"size", Align::kRight}, {"made"}, {"file"}});
  std::string first;
  for (const ApiJson& attachment : found["items"].items()) {
    table.add({truncated(attachment.text("name"), 60), record_of(attachment),
               api_bytes(attachment, "size_bytes"), api_time(attachment, "created_at"),
               place_of(attachment)});
    if (first.empty() && attachment.flag("held")) first = attachment.text("file");
  }
  if (table.empty()) return "The backup has no such attachment.\n";
  std::string text = table.text();
  if (found.flag("more")) text += "\nThere may be more: say more of the name.\n";
  if (first.empty()) return text;
  return text + fmt::format("\nTo have one: `skyhold download {} --project {} --file {} --output FILE`\n",
                            printable(backup), printable(project), printable(first));
}

Outcome run(const Parameters& parameters, CommandContext& context) {
  const ApiParameters& given = parameters.api;
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const std::string id = TRY(backup_id(api, parameters));
  const std::string path = api_path(backups_path(given.project) + "/", id, "/attachments");
  const ApiReply found = TRY(api.get(path, {{"search", given.search}}));
  return answered(parameters, found, files_text(found.json, id, given.project));
}

}  // namespace

std::vector<Command> backup_files_commands() {
  return {
      {.group = "backup",
       .name = "files",
       .summary = "find an attachment in a backup by its name",
       .description =
           "The missing attachment without a restore: looks through the attachments of an Odoo as the backup "
           "has them, says which file of the filestore each is, and how to download it. At most 100 are "
           "shown. For administrators of the project; the audit log keeps what was looked for.",
       .examples = {"An invoice that somebody deleted:",
                    "  skyhold backup files latest --project acme --find \"inv 2024 0042\"",
                    "All that belongs to one record:",
                    "  skyhold backup files bk_0k3v9x1m2q8rz7t5w4n6 --project acme --find account.move,42"},
       .define = define,
       .run = run},
  };
}

}  // namespace skyhold
