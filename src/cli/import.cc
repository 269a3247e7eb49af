// Bringing a dump or archive in through the service.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/api_backups.h"
#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/format.h"
#include "cli/import_text.h"
#include "cli/options.h"
#include "cli/upload.h"
#include "operations/import/import.h"

namespace skyhold {
namespace {

using Outcome = Result<CommandOutcome>;

void define(CLI::App& app, Parameters& parameters) {
  options::add_argument(
      app, "FILE", parameters.imported.file,
      "The dump or archive: a file, which is sent to the service; or a URL (https://, s3://, "
      "gs://), which the service reads, for operators. What it is, is found from its bytes.",
      false);
  options::add_project_flag(app, parameters);
  options::add_text(app, "--branch", parameters.api.branch, "NAME",
                    "The branch that it is meant for: versions and modules are compared with it.", true);
  options::add_text(app, "--note", parameters.api.note, "TEXT", "A line that is shown beside the backup.");
  options::add_acceptance(app, parameters);
  options::add_switch(app, "--on-server", parameters.api.on_server,
                      "FILE is a path on the machine of the service's worker. For operators.");
  options::add_text(
      app, "--from-backup", parameters.api.from_backup, "PROJECT/BACKUP",
      "Take a backup of another project, by its id or \"latest\", in the place of FILE. For who "
      "is administrator of both.");
  options::add_text(app, "--resume", parameters.api.resume, "UPLOAD",
                    "Go on with what an earlier run has sent, wholly or in part; FILE is not needed when all "
                    "is there.");
  options::add_no_wait(app, parameters);
  options::add_service(app, parameters);
}

// What is said of a URL is said without it: it may hold a password.
bool is_url(const std::string& text) {
  constexpr std::array<std::string_view, 5> kSchemes{"https://", "http://", "s3://", "gs://", "file://"};
  return std::any_of(kSchemes.begin(), kSchemes.end(),
                     [&](std::string_view scheme) { return text.starts_with(scheme); });
}

Status check_source(const Parameters& parameters) {
  const std::string& file = parameters.imported.file;
  const ApiParameters& given = parameters.api;
  if (!given.from_backup.empty()) {
    const std::size_t slash = given.from_backup.find('/');
    if (slash != 0 && slash < given.from_backup.size() - 1) return {};
    return fail(ErrorCode::kInvalidArgument, "--from-backup names a project and a backup of it",
                "give it as PROJECT/BACKUP: other/latest");
  }
  if (given.on_server && !file.starts_with("/")) {
    return fail(ErrorCode::kInvalidArgument, "--on-server wants the whole path of a file, from / on",
                "a URL goes without --on-server");
  }
  if (!given.resume.empty() && is_url(file)) {
    return fail(ErrorCode::kInvalidArgument, "--resume is of a file that is sent, not of a URL");
  }
  if (file != "-") return {};
  return fail(ErrorCode::kInvalidArgument, "standard input cannot be sent: an upload has to know its size",
              "write it to a file first");
}

Status check(const Parameters& parameters) {
  const ApiParameters& given = parameters.api;
  const bool from_backup = !given.from_backup.empty();
  const bool sent = !parameters.imported.file.empty() || !given.resume.empty();
  if (from_backup == sent) {
    return fail(ErrorCode::kInvalidArgument, "what is to be imported was not said, or said twice",
                "give a FILE or URL, or --from-backup PROJECT/BACKUP");
  }
  if (given.on_server && (from_backup || !given.resume.empty())) {
    return fail(ErrorCode::kInvalidArgument, "--on-server is of a FILE alone");
  }
  TRY(check_acceptance(parameters));
  return check_source(parameters);
}

Status check_is_whole(ApiClient& api, const std::string& project, const std::string& id) {
  const ApiReply upload = TRY(api.get(api_path(uploads_path(project) + "/", id)));
  if (upload.json.flag("complete")) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("upload {} is not whole", id),
              "name the file beside --resume, so that the rest of it is sent");
}

// The id of the upload, when it is one, goes to `upload` too.
Result<ApiObject> source_of(ApiClient& api, const Parameters& parameters, CommandContext& context,
                            std::string& upload) {
  const ApiParameters& given = parameters.api;
  const std::string& file = parameters.imported.file;
  ApiObject source;
  if (!given.from_backup.empty()) {
    const std::size_t slash = given.from_backup.find('/');
    const std::string project = given.from_backup.substr(0, slash);
    ApiObject backup;
    backup.set("project", project);
    backup.set("id", TRY(backup_id(api, project, given.from_backup.substr(slash + 1))));
    source.set("backup", backup);
  } else if (given.on_server) {
    source.set("path", file);
  } else if (is_url(file)) {
    source.set("url", file);
  } else if (file.empty()) {
    TRY(check_is_whole(api, given.project, given.resume));
    upload = given.resume;
  } else {
    upload = TRY(upload_file(api, given.project, file, given.resume, context));
  }
  source.set_unless_empty("upload", upload);
  return source;
}

Error decision_wanted(const ImportReport& report, const std::string& how_to_keep) {
  const Status refused = refuse_warnings(report);
  Error error =
      refused ? Error{ErrorCode::kInvalidArgument, "the import needs a decision", {}} : refused.error();
  error.hint = "look at the report; " + how_to_keep;
  return error;
}

// One job's end, as it is told.
class ImportEnd {
 public:
  ImportEnd(const Parameters& parameters, ApiJson job, std::string upload)
      : parameters_(parameters),
        job_(std::move(job)),
        upload_(std::move(upload)),
        report_(import_report_of(job_["result"]["report"])) {}

  Outcome tell(ApiClient& api) const {
    const std::string decision = job_["result"].text("decision");
    const Status ended = status_of_job(job_);
    // A job that failed may still have found why.
    if (job_["result"]["report"].is_null()) {
      if (!ended) return fail(ended.error());
      return fail(ErrorCode::kUnsupported,
                  fmt::format("import {} says nothing of what it found", job_.text("id")));
    }
    if (!ended) return outcome({}, ended.error());
    if (decision == "refused") return outcome({}, refusal());
    if (decision == "kept") return kept(api);
    if (acceptance(parameters_) == "nothing") return outcome({}, std::nullopt);
    return outcome({}, decision_wanted(report_, how_to_keep("warnings")));
  }

 private:
  Outcome kept(ApiClient& api) const {
    const std::string id = job_["result"].text("backup");
    const auto backup = api.get(api_path(backups_path(parameters_.api.project) + "/", id));
    if (!backup) return fail(backup.error().in(fmt::format("the import is kept as backup {}, but", id)));
    return outcome(backup->json, backup_shortfall(backup->json));
  }

  [[nodiscard]] Error refusal() const {
    Error error = import_refusal(report_);
    if (!upload_.empty()) {
      error.hint += fmt::format("; for two days --resume {} tries it again without sending it", upload_);
    }
    return error;
  }

  // So that it is not sent again.
  [[nodiscard]] std::string how_to_keep(const std::string& accept) const {
    if (upload_.empty())
      return fmt::format("the same command with --accept {} keeps it all the same", accept);
    return fmt::format("`skyhold import --resume {} --project {} --branch {} --accept {}` keeps it", upload_,
                       parameters_.api.project, parameters_.api.branch, accept);
  }

  [[nodiscard]] CommandOutcome outcome(const ApiJson& backup, std::optional<Error> error) const {
    return {parameters_.json ? json(backup) : text(backup, !error), std::move(error)};
  }

  [[nodiscard]] std::string json(const ApiJson& backup) const {
    ApiObject object;
    object.set("decision", job_["result"]["decision"]).set("report", job_["result"]["report"]);
    object.set("backup", backup).set("job", job_);
    if (upload_.empty()) {
      object.set("upload", ApiJson());
    } else {
      object.set("upload", upload_);
    }
    return object.dump();
  }

  [[nodiscard]] std::string text(const ApiJson& backup, bool without_error) const {
    std::string text = import_report_text(report_);
    if (!backup.is_null()) return text + backup_text(backup);
    if (!without_error) return text;
    const bool warned = report_.has(ImportSeverity::kWarning);
    return text +
           fmt::format("Nothing was kept: {}\n", printable(how_to_keep(warned ? "warnings" : "clean")));
  }

  const Parameters& parameters_;
  const ApiJson job_;
  const std::string upload_;  // empty: it came another way
  const ImportReport report_;
};

Outcome run(const Parameters& parameters, CommandContext& context) {
  const ApiParameters& given = parameters.api;
  ApiClient api = TRY(open_api(parameters, context.cancel));
  std::string upload;
  ApiObject wanted;
  wanted.set("branch", given.branch).set("source", TRY(source_of(api, parameters, context, upload)));
  wanted.set("accept", acceptance(parameters)).set_unless_empty("note", given.note);
  const ApiReply begun = TRY(api.create(api_path("/projects/", given.project, "/imports"), wanted));
  if (!given.wait) return finish_job(api, begun, parameters, context);
  const ApiJson job = TRY(watch_job(api, begun.json.text("id"), context));
  return ImportEnd(parameters, job, upload).tell(api);
}

}  // namespace

std::vector<Command> import_commands() {
  return {
      {.group = "",
       .name = "import",
       .summary = "make a backup of a dump or archive from outside",
       .description =
           "Takes an Odoo zip, a pg_dump file of any format (also compressed with gzip, zstd or bzip2), or "
           "what `skyhold download` wrote as tar.zst. The file is sent in parts, and what a broken "
           "connection has left is not sent again. The service loads it into a scratch database, looks at "
           "it, and keeps it as a backup of kind imported: with all copies, and to be restored like any "
           "other.\n\n"
           "Nothing that comes in is trusted, and the report says what was found: versions, modules that the "
           "branch does not have, attachments without a file, code that would run later. With warnings in it "
           "nothing is kept, unless --accept warnings is given; what was sent stays for two days, so that "
           "--resume can keep it without sending it again. Exit code 2: a decision is wanted.",
       .examples =
           {"What another host has sent:",
            "  skyhold import acme.zip --project acme --branch production --note \"from the old host\"",
            "Look first, and keep it then:",
            "  skyhold import acme.dump --project acme --branch production --dry-run",
            "  skyhold import --resume up_0k3v9x1m2q8rz7t5w4n6 --project acme --branch production",
            "From a bucket, without sending it; for operators:",
            "  skyhold import s3://moving/acme.zip --project acme --branch production",
            "A backup of another project:",
            "  skyhold import --from-backup old-acme/latest --project acme --branch production"},
       .define = define,
       .check = check,
       .run = run}};
}

}  // namespace skyhold
