#include "api/download_link.h"

#include "api/json_parse.h"
#include "api/json_value.h"
#include "base/assert.h"
#include "base/encoding.h"

namespace skyhold {
namespace {

constexpr std::string_view kContext = "download link";

Problem no_link() {
  return {404, "not_found", "this is no link to a download", "make a new one from the backup's page"};
}

Result<DownloadLink> read_link(const JsonValue& json) {
  DownloadLink link;
  link.project = json.text("project");
  link.backup = json.text("backup");
  link.account = json.text("account");
  link.expires_at = TRY(parse_rfc3339(json.text("expires_at")));
  ExportOptions& options = link.options;
  options.format = TRY(parse_export_format(json.text("format")));
  options.with_filestore = json.flag("filestore", true);
  options.table = json.text("table");
  options.table_format = TRY(parse_table_format(json.text("table_format")));
  options.file = json.text("file");
  options.passphrase = json.text("passphrase");
  options.save_as = json.text("save_as");
  if (const JsonValue* recipients = json.find("recipients")) {
    for (const JsonValue& recipient : recipients->items()) {
      link.recipients.push_back(recipient.as_string());
      options.recipients.push_back(TRY(AgeRecipient::parse(recipient.as_string())));
    }
  }
  return link;
}

}  // namespace

std::string seal_link(const DownloadLink& link, const MasterKey& key) {
  JsonValue json = JsonValue::object();
  json.set("project", link.project)
      .set("backup", link.backup)
      .set("account", link.account)
      .set("expires_at", link.expires_at)
      .set("format", to_string(link.options.format))
      .set("filestore", link.options.with_filestore)
      .set("table", link.options.table)
      .set("table_format", link.options.table_format == TableFormat::kCsv ? "csv" : "copy")
      .set("file", link.options.file)
      .set("passphrase", link.options.passphrase)
      .set("save_as", link.options.save_as)
      .set("recipients", json_strings(link.recipients));
  const Result<Bytes> sealed = base64_decode(key.wrap(to_text(json), kContext));
  SKYHOLD_ASSERT(sealed.has_value());  // wrap() gives base64
  return base64url_encode(*sealed);
}

Outcome<DownloadLink> open_link(std::string_view token, const MasterKey& key, Instant now) {
  const Result<Bytes> sealed = base64url_decode(token);
  if (!sealed) return fail(no_link());
  const Result<std::string> text = key.unwrap(base64_encode(*sealed), kContext);
  if (!text) return fail(no_link());
  const auto json = parse_json(*text);
  if (!json) return fail(no_link());
  DownloadLink link = TRY(read_link(*json));
  if (link.expires_at > now) return link;
  return fail(Problem(410, "expired", "this link has expired", "make a new one from the backup's page"));
}

}  // namespace skyhold
