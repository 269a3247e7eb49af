// Backups given away as files: which of its files it shall be, a link, and what it leads to.
#include <fmt/format.h>

#include "api/download_link.h"
#include "api/job_json.h"
#include "api/routes.h"
#include "api/work.h"
#include "crypto/hash.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostRecipients = 20;
constexpr std::size_t kMostNameBytes = 1000;

Outcome<BackupRecord> restorable(Outcome<BackupRecord> found) {
  BackupRecord backup = TRY(std::move(found));
  if (backup.restorable()) return backup;
  return fail(Problem(409, "not_restorable",
                      fmt::format("backup {} is {}", backup.id, to_string(backup.state)),
                      "choose a backup that is good"));
}

// ---- which file ------------------------------------------------------------------------------

JsonValue to_json(const FoundAttachment& attachment) {
  JsonValue json = JsonValue::object();
  json.set("id", attachment.id)
      .set("name", clean_text(attachment.name, kMostNameBytes))
      .set("model", clean_text(attachment.res_model, kMostNameBytes))
      .set("record", attachment.res_id)
      .set("media_type", clean_text(attachment.mimetype, kMostNameBytes))
      .set("size_bytes", attachment.size_bytes)
      .set("file", clean_text(attachment.file, kMostNameBytes))
      .set("held", attachment.held)
      .set("created_at", attachment.created_at);
  return json;
}

ApiResult list_attachments(ApiCall& call) {
  call.audit.subject = call.parameter("id");
  const BackupRecord backup = TRY(restorable(find_backup(call, call.parameter("id"))));
  AttachmentQuery query;
  query.text = call.query.text("search");
  call.audit.detail = fmt::format("\"{}\"", query.text);
  const auto manifest = TRY(call.services.platform.manifest(backup));
  const FoundAttachments found = TRY(call.services.interchange.find_attachments(backup, *manifest, query));
  JsonValue items = JsonValue::array();
  for (const FoundAttachment& attachment : found.items) items.push(to_json(attachment));
  JsonValue json = JsonValue::object();
  return answer(std::move(json.set("items", std::move(items)).set("more", found.more)));
}

// ---- the link -------------------------------------------------------------------------------

// A field that goes with one format only, and must be there for it.
Outcome<void> check_goes_with(const JsonValue& body, const char* field, std::string_view format) {
  const bool given = body.find(field) != nullptr;
  const bool wanted = body.text("format") == format;
  if (given == wanted || (given && body.text(field).empty() && !wanted)) return {};
  const std::string words = wanted ? fmt::format("the format {} wants a \"{}\"", format, field)
                                   : fmt::format("\"{}\" goes with the format {} only", field, format);
  return fail(Problem(400, "invalid_argument", words).at(field));
}

Outcome<DownloadLink> wanted_link(const ApiCall& call) {
  const JsonValue& body = call.body;
  TRY(check_goes_with(body, "table", "table"));
  TRY(check_goes_with(body, "file", "file"));
  DownloadLink link;
  ExportOptions& options = link.options;
  options.format = TRY(parse_export_format(body.text("format")));
  options.with_filestore = body.flag("filestore", true);
  options.table = body.text("table");
  options.table_format = TRY(parse_table_format(body.optional_text("table_format").value_or("csv")));
  options.file = body.text("file");
  options.passphrase = body.text("passphrase");
  options.save_as = body.text("save_as");
  if (!options.save_as.empty()) TRY(check_goes_with(body, "save_as", "file"));
  if (const JsonValue* recipients = body.find("recipients")) {
    for (const JsonValue& recipient : recipients->items()) {
      auto parsed = AgeRecipient::parse(recipient.as_string());
      if (!parsed) return fail_at("recipients", parsed.error());
      options.recipients.push_back(*parsed);
      link.recipients.push_back(recipient.as_string());
    }
  }
  if (link.recipients.size() > kMostRecipients ||
      (options.encrypted() && !options.passphrase.empty() && !options.recipients.empty())) {
    return fail(Problem(400, "invalid_argument",
                        fmt::format("a download is closed for at most {} recipients, or under a passphrase",
                                    kMostRecipients),
                        "give one of the two")
                    .at("recipients"));
  }
  return link;
}

// Whether the same bytes come each time, and how many is known.
bool is_resumable(const ExportEstimate& estimate, const ExportOptions& options) {
  return estimate.exact && !options.encrypted();
}

std::string words_of(const ExportOptions& options) {
  std::string words(to_string(options.format));
  if (!options.table.empty()) words += " " + options.table;
  if (!options.file.empty()) words += " " + options.file;
  if (!options.save_as.empty()) words += " as " + options.save_as;
  if (options.format == ExportFormat::kOdooZip && !options.with_filestore) words += ", without filestore";
  if (options.encrypted()) words += ", encrypted";
  return words;
}

ApiResult create_download(ApiCall& call) {
  call.audit.subject = call.parameter("id");
  const BackupRecord backup = TRY(restorable(find_backup(call, call.parameter("id"))));
  DownloadLink link = TRY(wanted_link(call));
  call.audit.detail = words_of(link.options);
  const auto manifest = TRY(call.services.platform.manifest(backup));
  const ExportEstimate estimate = TRY(estimate_export(*manifest, link.options));
  link.project = call.project->name;
  link.backup = backup.id;
  link.account = call.who.account.id;
  link.expires_at = call.services.clock.now() + kLinkLifetime;
  JsonValue json = JsonValue::object();
  json.set("url", fmt::format("{}/downloads/{}", kApiPrefix, seal_link(link, call.services.master_key)))
      .set("file_name", export_file_name(*manifest, link.options))
      .set("media_type", export_media_type(link.options))
      .set("size_bytes", estimate.bytes)
      .set("size_exact", estimate.exact && !link.options.encrypted())
      .set("resumable", is_resumable(estimate, link.options))
      .set("encrypted", link.options.encrypted())
      .set("expires_at", link.expires_at);
  return answer(std::move(json), 201);
}

// ---- the file -------------------------------------------------------------------------------

Problem link_is_over(std::string_view why) {
  return {410, "expired", std::string(why), "ask for a new link"};
}

// Whoever made the link must still be one who may.
Outcome<void> enter_as_maker(ApiCall& call, const DownloadLink& link) {
  call.audit.project = link.project;
  call.audit.subject = link.backup;
  call.audit.detail = words_of(link.options);
  const Result<Account> account = call.services.access.account(link.account);
  if (!account || !account->enabled) {
    return fail(link_is_over("whoever made this link has no account any more"));
  }
  call.who.account = *account;
  call.who.signed_in = true;
  if (account->is_operator) return {};
  for (const Member& member : TRY(call.services.access.members(link.project))) {
    if (member.account_id == account->id && member.role >= Role::kAdmin) return {};
  }
  return fail(link_is_over("whoever made this link is no admin of the project any more"));
}

std::string entity_tag(const DownloadLink& link, const BackupRecord& backup) {
  return fmt::format("\"{}\"",
                     sha256(as_bytes(backup.snapshot_id + words_of(link.options) +
                                     (link.options.table_format == TableFormat::kCsv ? "csv" : "copy")))
                         .hex()
                         .substr(0, 32));
}

// The part that was asked for; nothing: all of it.
std::optional<ByteRange> wanted_range(const ServerRequest& request, const std::string& tag,
                                      std::uint64_t size) {
  const auto header = request.header("range");
  if (!header || request.header("if-range").value_or(tag) != tag) return std::nullopt;
  return parse_byte_range(*header, size);
}

// RFC 6266: for those who read letters, and for those who do not.
std::string disposition_of(const std::string& file_name) {
  std::string plain;
  std::string encoded;
  for (const char each : file_name) {
    const bool safe = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                      (each >= '0' && each <= '9') || each == '-' || each == '_' || each == '.';
    plain += safe || each == ' ' ? each : '_';
    encoded += safe ? std::string(1, each) : fmt::format("%{:02X}", static_cast<unsigned char>(each));
  }
  if (plain == file_name) return fmt::format("attachment; filename=\"{}\"", plain);
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", plain, encoded);
}

ApiAnswer whole_file(const Manifest& manifest, const ExportOptions& options) {
  ApiAnswer answer;
  answer.content_type = export_media_type(options);
  answer.headers.push_back({"Content-Disposition", disposition_of(export_file_name(manifest, options))});
  answer.headers.push_back({"Cache-Control", "private, no-store"});
  return answer;
}

ApiResult open_download(ApiCall& call) {
  const ApiServices& services = call.services;
  const DownloadLink link =
      TRY(open_link(call.parameter("token"), services.master_key, services.clock.now()));
  TRY(enter_as_maker(call, link));
  const Result<BackupRecord> backup = services.catalog.backup(link.backup);
  if (!backup || !backup->restorable()) return fail(link_is_over("the backup is not there any more"));
  const auto manifest = TRY(services.platform.manifest(*backup));
  const ExportEstimate estimate = TRY(estimate_export(*manifest, link.options));
  ApiAnswer answer = whole_file(*manifest, link.options);
  ByteRange range;
  if (is_resumable(estimate, link.options)) {
    const std::string tag = entity_tag(link, *backup);
    answer.headers.push_back({"Accept-Ranges", "bytes"});
    answer.headers.push_back({"ETag", tag});
    range.count = estimate.bytes;
    if (const auto wanted = wanted_range(call.request, tag, estimate.bytes)) {
      if (wanted->count == 0U) {
        answer.headers.push_back({"Content-Range", fmt::format("bytes */{}", estimate.bytes)});
        answer.status = 416;
        return answer;
      }
      range = *wanted;
      answer.status = 206;
      answer.headers.push_back(
          {"Content-Range",
           fmt::format("bytes {}-{}/{}", range.first, range.first + *range.count - 1, estimate.bytes)});
    }
    answer.stream_bytes = range.count;
  } else {
    answer.headers.push_back({"Accept-Ranges", "none"});
  }
  answer.stream = TRY(services.interchange.open_download(*backup, link.options, range));
  return answer;
}

// ---- a neutralized copy ---------------------------------------------------------------------

ApiResult create_neutralized_copy(ApiCall& call) {
  const BackupRecord backup = TRY(restorable(find_backup(call, call.parameter("id"))));
  call.audit.subject = backup.id;
  const Result<Branch> branch = call.services.catalog.branch(backup.project, backup.branch);
  if (!branch) {
    return fail(Problem(409, "source_branch_gone",
                        fmt::format("the branch {} of this backup is not there any more, so that there is no "
                                    "database server to make a copy on",
                                    backup.branch),
                        "restore it to a branch, neutralized, and back that up"));
  }
  Job job = new_job(call, JobKind::kExport, JobPriority::kManual, *branch);
  job.backup_id = backup.id;
  return enqueue(call, job);
}

}  // namespace

void add_download_routes(std::vector<Route>& routes) {
  routes.push_back({.path = "/projects/{project}/backups/{id}/attachments",
                    .role = NeededRole::kAdmin,
                    .operation = "findAttachments",
                    .handler = list_attachments,
                    .action = "backup.attachments",
                    .reveals = true});
  routes.push_back({.method = HttpMethod::kPost,
                    .path = "/projects/{project}/backups/{id}/downloads",
                    .role = NeededRole::kAdmin,
                    .operation = "createDownload",
                    .handler = create_download,
                    .action = "download.create",
                    .reveals = true});
  routes.push_back({.path = "/downloads/{token}",
                    .role = NeededRole::kPublic,
                    .operation = "openDownload",
                    .handler = open_download,
                    .action = "download.open",
                    .reveals = true});
  routes.push_back({.method = HttpMethod::kPost,
                    .path = "/projects/{project}/backups/{id}/neutralized-copy",
                    .role = NeededRole::kAdmin,
                    .operation = "createNeutralizedCopy",
                    .handler = create_neutralized_copy,
                    .action = "backup.neutralize"});
}

}  // namespace skyhold
