// Retention of objects: given with an upload, or changed by a PATCH.
#include <nlohmann/json.hpp>

#include "tests/support/gcs_fake_json.h"
#include "tests/support/gcs_fake_route.h"

namespace skyhold {

using Json = nlohmann::json;

std::optional<GcsFakeRefusal> read_fake_retention(const Json& metadata, const Clock& clock,
                                                  GcsFakeObject& object) {
  if (!metadata.contains("retention")) return std::nullopt;
  const Json& retention = metadata["retention"];
  object.retention_mode = retention.value("mode", "");
  const Result<Instant> until = parse_rfc3339(retention.value("retainUntilTime", ""));
  if (object.retention_mode != "Locked" && object.retention_mode != "Unlocked") {
    return GcsFakeRefusal{400, "invalid", "Invalid retention mode."};
  }
  if (!until || *until <= clock.now())
    return GcsFakeRefusal{400, "invalid", "Retain until time must be in the future."};
  object.retain_until = *until;
  return std::nullopt;
}

// The retention is all of an object that can be changed here.
TestResponse GcsFake::patch_object(const TestRequest& request, const Route& route) {
  const Json metadata = Json::parse(request.body, nullptr, false);
  if (!metadata.is_object()) return google_error({400, "parseError", "Parse Error"});
  if (metadata.size() != 1 || !metadata.contains("retention") || !metadata["retention"].is_object()) {
    return google_error({400, "invalid", "Invalid argument."});
  }
  GcsFakeObject retention;
  retention.name = route.object;
  if (const auto refusal = read_fake_retention(metadata, *options_.clock, retention)) {
    return google_error(*refusal);
  }
  const bool override_unlocked = request.query("overrideUnlockedRetention") == "true";
  GcsFakeObject changed;
  if (const auto refusal =
          find_bucket(route.bucket)
              ->retain(retention, gcs_fake_conditions(request), override_unlocked, changed)) {
    return google_error(*refusal);
  }
  return google_json(request, object_resource(changed, route.bucket, url()));
}

}  // namespace skyhold
