#include "tests/support/gcs_fake_json.h"

#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/encoding.h"

namespace skyhold {
namespace {

using Json = nlohmann::json;

const std::set<std::string, std::less<>>& known_fields() {
  static const std::set<std::string, std::less<>> fields = {"*",
                                                            "kind",
                                                            "id",
                                                            "name",
                                                            "bucket",
                                                            "size",
                                                            "crc32c",
                                                            "md5Hash",
                                                            "generation",
                                                            "metageneration",
                                                            "items",
                                                            "nextPageToken",
                                                            "prefixes",
                                                            "storageClass",
                                                            "contentType",
                                                            "timeCreated",
                                                            "updated",
                                                            "etag",
                                                            "mediaLink",
                                                            "selfLink",
                                                            "retention",
                                                            "mode",
                                                            "retainUntilTime",
                                                            "kmsKeyName",
                                                            "location",
                                                            "metadata",
                                                            "componentCount"};
  return fields;
}

// A tree of names: "items(name,size),nextPageToken" and "items/name".
struct Selection {
  std::map<std::string, Selection> fields;
};

class SelectionParser {
 public:
  explicit SelectionParser(std::string_view text) : rest_(text) {}
  bool parse(Selection& into) { return parse_list(into) && rest_.empty(); }

 private:
  bool parse_list(Selection& into) {
    do {
      if (!parse_field(into)) return false;
    } while (take(','));
    return true;
  }
  bool parse_field(Selection& into) {
    const std::string name(rest_.substr(0, rest_.find_first_of(",()/")));
    rest_.remove_prefix(name.size());
    if (!known_fields().contains(name)) return false;
    Selection& below = into.fields[name];
    if (take('/')) return parse_field(below);
    if (take('(')) return parse_list(below) && take(')');
    return true;
  }
  bool take(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view rest_;
};

Json selected(const Json& json, const Selection& selection) {
  if (selection.fields.empty() || selection.fields.contains("*")) return json;
  if (json.is_array()) {
    Json array = Json::array();
    for (const Json& element : json) array.push_back(selected(element, selection));
    return array;
  }
  Json object = Json::object();
  for (const auto& [name, below] : selection.fields) {
    if (json.contains(name)) object[name] = selected(json.at(name), below);
  }
  return object;
}

}  // namespace

TestResponse google_error(const GcsFakeRefusal& refusal) {
  const Json error = {
      {"code", refusal.status},
      {"message", refusal.message},
      {"errors",
       Json::array({{{"message", refusal.message}, {"domain", "global"}, {"reason", refusal.reason}}})}};
  TestResponse response;
  response.status = refusal.status;
  response.headers = {{"Content-Type", "application/json; charset=UTF-8"}};
  response.body = to_bytes(Json{{"error", error}}.dump());
  return response;
}

TestResponse google_json(const TestRequest& request, const Json& json) {
  Selection selection;
  if (request.has_query("fields") && !SelectionParser(request.query("fields")).parse(selection)) {
    return google_error({400, "invalidParameter", "Invalid field selection " + request.query("fields")});
  }
  TestResponse response;
  response.headers = {{"Content-Type", "application/json; charset=UTF-8"}};
  response.body = to_bytes(selected(json, selection).dump());
  return response;
}

Json object_resource(const GcsFakeObject& object, const std::string& bucket, const std::string& base_url) {
  Bytes checksum(4);
  for (std::size_t i = 0; i < 4; ++i) checksum[i] = static_cast<std::uint8_t>(object.crc32c >> (24 - 8 * i));
  const std::string encoded = percent_encoded_name(object.name);
  Json json = {{"kind", "storage#object"},
               {"id", fmt::format("{}/{}/{}", bucket, object.name, object.generation)},
               {"name", object.name},
               {"bucket", bucket},
               {"size", std::to_string(object.bytes->size())},
               {"crc32c", base64_encode(checksum)},
               {"md5Hash", object.md5},
               {"generation", std::to_string(object.generation)},
               {"metageneration", std::to_string(object.metageneration)},
               {"contentType", object.content_type},
               {"storageClass", object.storage_class},
               {"timeCreated", format_rfc3339(object.created)},
               {"updated", format_rfc3339(object.created)},
               {"etag", base64_encode(as_bytes(std::to_string(object.generation)))},
               {"selfLink", fmt::format("{}/storage/v1/b/{}/o/{}", base_url, bucket, encoded)},
               {"mediaLink", fmt::format("{}/download/storage/v1/b/{}/o/{}?generation={}&alt=media", base_url,
                                         bucket, encoded, object.generation)}};
  if (!object.kms_key.empty()) json["kmsKeyName"] = object.kms_key + "/cryptoKeyVersions/1";
  if (!object.retention_mode.empty()) {
    json["retention"] = {{"mode", object.retention_mode},
                         {"retainUntilTime", format_rfc3339(object.retain_until)}};
  }
  return json;
}

std::string percent_encoded_name(std::string_view name) {
  std::string encoded;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded.push_back(c);
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace skyhold
