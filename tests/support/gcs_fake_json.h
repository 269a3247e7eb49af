// How the fake Google Cloud Storage words its answers.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "tests/support/gcs_fake_objects.h"
#include "tests/support/http_server.h"

namespace skyhold {

// {"error": {"code": 404, "message": "…", "errors": [{"domain", "reason", "message"}]}}
TestResponse google_error(const GcsFakeRefusal& refusal);

// `json` with what `fields` of the request selects ("items(name,size),nextPageToken"), or all.
// A field that no resource has is refused with 400.
TestResponse google_json(const TestRequest& request, const nlohmann::json& json);

// The resource of an object. `base_url` is where the fake listens.
nlohmann::json object_resource(const GcsFakeObject& object, const std::string& bucket,
                               const std::string& base_url);

std::string percent_encoded_name(std::string_view name);

}  // namespace skyhold
