// Taking a backup away through the service.
#include <algorithm>

#include <fmt/format.h>

#include "base/human.h"
#include "cli/api_backups.h"
#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/export_choice.h"
#include "cli/file_fetch.h"
#include "cli/format.h"
#include "cli/options.h"

namespace skyhold {
namespace {

using Outcome = Result<CommandOutcome>;

void define(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "BACKUP", parameters.api.id,
                        "The backup's id, or \"latest\": production's last good one.");
  options::add_project_flag(app, parameters);
  options::add_download(app, parameters);
  options::add_switch(
      app, "--neutralized", parameters.api.neutralized,
      "Make a neutralized copy first, and take that away: loaded on the service's server, with "
      "scheduled actions, mail servers, payment providers and more switched off, and kept as an "
      "imported backup.");
  options::add_switch(app, "--link", parameters.api.link,
                      "Do not fetch it: print the link by which whoever has it can, and when it expires.");
  options::add_service(app, parameters);
}

// One that names a table or a file wants that.
std::string format_of(const Parameters::Export& exported) {
  if (!exported.format.empty()) return exported.format;
  if (!exported.table.empty()) return "table";
  return exported.file.empty() ? "odoo-zip" : "file";
}

Status check(const Parameters& parameters) {
  TRY(check_export_choice(parameters, format_of(parameters.exported)));
  if (!parameters.api.link || parameters.exported.output.empty()) return {};
  return fail(ErrorCode::kInvalidArgument, "--link fetches nothing, so that nothing goes to --output",
              "give one of them");
}

Result<ApiObject> download_request(const Parameters::Export& exported) {
  ApiObject request;
  const std::string format = format_of(exported);
  request.set("format", format);
  if (exported.without_filestore) request.set("filestore", false);
  request.set_unless_empty("table", exported.table);
  if (format == "table") request.set("table_format", exported.table_format);
  request.set_unless_empty("file", exported.file);
  if (!exported.recipients.empty()) request.set("recipients", exported.recipients);
  if (!exported.passphrase_file.empty()) {
    request.set("passphrase", TRY(read_passphrase(exported.passphrase_file)));
  }
  return request;
}

// The backup that came of neutralizing that of `path`. Anything less certain would give away what was
// not to leave.
Result<std::string> neutralized_copy(ApiClient& api, const std::string& source, const Parameters& parameters,
                                     CommandContext& context) {
  const std::string path = api_path(backups_path(parameters.api.project) + "/", source, "/neutralized-copy");
  const ApiReply begun = TRY(api.create(path, {}));
  const ApiJson job = TRY(watch_job(api, begun.json.text("id"), context));
  TRY(status_of_job(job));
  const std::string id = job["result"].text("backup");
  if (!id.empty() && id != source) return id;
  return fail(ErrorCode::kUnsupported,
              fmt::format("{} {} does not say which backup came of it", job.text("kind"), job.text("id")),
              "nothing was downloaded; `skyhold backup list --kind imported` shows what is there");
}

// The service's name for the file, where no other was given: only ever a new file of this directory.
Result<std::string> output_of(const Parameters::Export& exported, const ApiJson& download) {
  if (!exported.output.empty()) return exported.output;
  const std::string name = download.text("file_name");
  const bool odd = name.empty() || name.front() == '.' || name.front() == '-' ||
                   name.find('/') != std::string::npos || printable(name) != name;
  if (!odd) return name;
  return fail(ErrorCode::kUnsupported, fmt::format("the service names the file \"{}\"", name),
              "name it yourself with --output FILE");
}

std::string link_text(const std::string& url, const ApiJson& download) {
  return fmt::format("{}\nGood until {} for whoever has it: {}, {}{}\n", url,
                     api_time(download, "expires_at"), printable(download.text("file_name")),
                     download.flag("size_exact") ? "" : "about ", human_bytes(download.count("size_bytes")));
}

struct Fetched {
  std::string backup;
  std::string file;
  std::uint64_t bytes = 0;
  bool neutralized = false;
};

std::string fetched_text(const Fetched& fetched, const ApiJson& download, const std::string& source) {
  std::string text = fmt::format("Downloaded {} to {}", human_bytes(fetched.bytes), printable(fetched.file));
  if (fetched.neutralized) {
    text += fmt::format(": {}, the neutralized copy of {}", printable(fetched.backup), printable(source));
  }
  if (download.flag("encrypted")) text += "\nIt is encrypted: `age --decrypt` opens it";
  return text + "\n";
}

std::string fetched_json(const Fetched& fetched, const ApiJson& download, const std::string& format) {
  ApiObject object;
  object.set("backup", fetched.backup).set("format", format).set("file", fetched.file);
  object.set("neutralized", fetched.neutralized).set("bytes", static_cast<std::int64_t>(fetched.bytes));
  object.set("encrypted", download.flag("encrypted"));
  return object.dump();
}

Outcome give_link(const ApiClient& api, const ApiJson& download, bool json) {
  const std::string url = TRY(api.link_url(download.text("url")));
  return CommandOutcome{json ? download.with("url", url).dump() : link_text(url, download), {}};
}

Outcome run(const Parameters& parameters, CommandContext& context) {
  const Parameters::Export& exported = parameters.exported;
  const bool neutralized = parameters.api.neutralized;
  const ApiObject request = TRY(download_request(exported));
  // Before a copy is made that has nowhere to go.
  std::unique_ptr<ExportOutput> output;
  if (!exported.output.empty()) output = TRY(ExportOutput::open(exported.output));
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const std::string source = TRY(backup_id(api, parameters));
  const std::string id = neutralized ? TRY(neutralized_copy(api, source, parameters, context)) : source;
  const std::string path = api_path(backups_path(parameters.api.project) + "/", id, "/downloads");
  const AskForLink ask_for_link = [&]() -> Result<ApiJson> { return TRY(api.post(path, request)).json; };
  const ApiJson download = TRY(ask_for_link());
  if (parameters.api.link) return give_link(api, download, parameters.json);
  const std::string file = TRY(output_of(exported, download));
  if (!output) output = TRY(ExportOutput::open(file));
  const std::uint64_t bytes = TRY(fetch_file(api, download, ask_for_link, *output, context));
  TRY(output->commit());
  if (file == "-") return CommandOutcome{};
  const Fetched fetched{id, file, bytes, neutralized};
  return CommandOutcome{parameters.json ? fetched_json(fetched, download, format_of(exported))
                                        : fetched_text(fetched, download, source),
                        {}};
}

}  // namespace

std::vector<Command> download_commands() {
  return {
      {.group = "",
       .name = "download",
       .summary = "take a backup away, or one table or file of it, for other tools",
       .description =
           "As the zip that Odoo's own database manager restores, as a dump for pg_restore or psql, as one "
           "tar with all that the backup holds, or only the rows of one table or one file of the filestore. "
           "It streams from the stores through the service to the file. For administrators of the project; "
           "the audit log keeps who took what.\n\n"
           "What it writes is no longer encrypted, unless --recipient or --passphrase-file is given, and "
           "holds the data as it was, unless --neutralized is. When the connection breaks it goes on where "
           "it was, or begins again where the format does not allow that. A link of --link serves for about "
           "an hour, to whoever has it.",
       .examples =
           {"Production's last good backup, for Odoo's database manager:",
            "  skyhold download latest --project acme",
            "For a developer's laptop, with nothing in it that sends mail or takes money:",
            "  skyhold download latest --project acme --neutralized --output laptop.zip",
            "One table, to look at:",
            "  skyhold download latest --project acme --table res_partner --output - | less",
            "The missing attachment, without a restore:",
            "  skyhold download bk_0k3v9x1m2q8rz7t5w4n6 --project acme --file 5a/5a7c0d1e",
            "For an archive outside, that only its owner can open:",
            "  skyhold download latest --project acme --format tar.zst \\",
            "      --passphrase-file /root/archive.passphrase --output /media/archive/acme.tar.zst.age"},
       .define = define,
       .check = check,
       .run = run}};
}

}  // namespace skyhold
