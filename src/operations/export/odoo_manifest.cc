#include "operations/export/odoo_manifest.h"

#include <charconv>

#include <fmt/format.h>

#include "model/json_text.h"

namespace skyhold {
namespace {

// "17.0" of the base module's "17.0.1.3"; "saas~17.2" of "saas~17.2.1.3".
std::string major_version(const std::string& base_version) {
  const auto first = base_version.find('.');
  const auto second = first == std::string::npos ? first : base_version.find('.', first + 1);
  return base_version.substr(0, second);
}

// [17, 0, 0, "final", 0, ""]; the first is text for a version between two releases: "saas~17".
void write_version_info(JsonWriter& json, const std::string& major) {
  const auto dot = major.find('.');
  const std::string release = major.substr(0, dot);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(release.data(), release.data() + release.size(), number);
  std::int64_t minor = 0;
  if (dot != std::string::npos) std::from_chars(major.data() + dot + 1, major.data() + major.size(), minor);
  json.begin_array();
  if (error == std::errc() && end == release.data() + release.size()) {
    json.number(number);
  } else {
    json.text(release);
  }
  json.number(minor);
  json.number(std::int64_t{0});
  json.text("final");
  json.number(std::int64_t{0});
  json.text("");
  json.end_array();
}

}  // namespace

Result<std::string> odoo_manifest(const Manifest& manifest) {
  if (manifest.odoo.base_version.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "the backup is of no Odoo database, so Odoo could not restore its zip",
                "take format pg-dump, sql.zst or tar.zst");
  }
  const std::string major = major_version(manifest.odoo.base_version);
  Bytes out;
  JsonWriter json(out);
  json.begin_object();
  const auto member = [&](std::string_view key, std::string_view value) {
    json.line_break();
    json.key(key);
    json.text(value);
  };
  member("odoo_dump", "1");
  member("db_name", manifest.database.name);
  member("version", major);
  json.line_break();
  json.key("version_info");
  write_version_info(json, major);
  member("major_version", major);
  // Odoo leaves the minor version out, and has a zero in its place.
  member("pg_version", fmt::format("{}.0", manifest.database.server_version_number / 10000));
  json.line_break();
  json.key("modules");
  json.begin_object();
  for (const auto& [name, version] : manifest.odoo.modules) member(name, version);
  json.line_break();
  json.end_object();
  json.line_break();
  json.end_object();
  return std::string(as_text(out)) + "\n";
}

}  // namespace skyhold
