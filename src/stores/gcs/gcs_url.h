// gs:// URLs, and the URLs of the JSON API that stand for them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace skyhold {

inline constexpr std::string_view kGcsEndpoint = "https://storage.googleapis.com";

struct GcsLocation {
  std::string bucket;
  std::string prefix;  // "a/b", without '/' at its ends; may be empty

  // "gs://bucket/a/b"
  [[nodiscard]] std::string url() const;
  // The name of an object in the bucket: "a/b/data/ab/abcd".
  [[nodiscard]] std::string full_name(std::string_view name) const;
};

// kInvalidArgument, with a hint that shows the right form, for everything else.
Result<GcsLocation> parse_gcs_url(std::string_view url);

// All but letters, digits and "-._~" as %XX, '/' too: object names are one path segment.
std::string percent_encoded(std::string_view text);

// A bearer token goes along with each request, so it must not travel in the clear:
// kInvalidArgument unless `url` is of https, or of http and this machine's loopback.
Status check_url_for_secrets(std::string_view url);

}  // namespace skyhold
