#include "stores/gcs/gcs_url.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "stores/object_name.h"

namespace skyhold {
namespace {

constexpr std::string_view kScheme = "gs://";
constexpr std::size_t kShortestBucketName = 3;
constexpr std::size_t kLongestBucketName = 222;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

bool is_bucket_name(std::string_view name) {
  return name.size() >= kShortestBucketName && name.size() <= kLongestBucketName &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
         });
}

// A prefix is made of the same letters as names are. The segment before it lets it begin
// with "tmp", which only names of a store itself may not.
bool is_prefix(std::string_view prefix) {
  return check_object_name(fmt::format("p/{}", prefix)).has_value();
}

}  // namespace

std::string GcsLocation::url() const {
  return fmt::format("{}{}{}{}", kScheme, bucket, prefix.empty() ? "" : "/", prefix);
}

std::string GcsLocation::full_name(std::string_view name) const {
  return prefix.empty() ? std::string(name) : fmt::format("{}/{}", prefix, name);
}

Result<GcsLocation> parse_gcs_url(std::string_view url) {
  constexpr const char* kHint = "write gs://bucket or gs://bucket/prefix, of letters, digits and \"-._\"";
  if (!url.starts_with(kScheme)) {
    // What does not begin as it should may be anything, a secret included.
    return fail(ErrorCode::kInvalidArgument, "the URL of a Google Cloud Storage store begins with gs://",
                kHint);
  }
  std::string_view rest = url.substr(kScheme.size());
  const std::string_view bucket = rest.substr(0, rest.find('/'));
  std::string_view prefix = rest.substr(std::min(bucket.size() + 1, rest.size()));
  if (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (!is_bucket_name(bucket)) {
    return fail(ErrorCode::kInvalidArgument, "the gs:// URL names no bucket that could exist", kHint);
  }
  if (!prefix.empty() && !is_prefix(prefix)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the gs:// URL of bucket {} has a prefix that is not a name", bucket), kHint);
  }
  return GcsLocation{std::string(bucket), std::string(prefix)};
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded.push_back(c);
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

Status check_url_for_secrets(std::string_view url) {
  if (url.starts_with("https://")) return {};
  constexpr std::array<std::string_view, 3> kLoopback = {"http://127.0.0.1", "http://localhost",
                                                         "http://[::1]"};
  for (const std::string_view host : kLoopback) {
    if (!url.starts_with(host)) continue;
    const std::string_view rest = url.substr(host.size());
    if (rest.empty() || rest.front() == ':' || rest.front() == '/') {
      // "http://localhost:x@elsewhere" is elsewhere.
      if (rest.substr(0, rest.find('/')).find('@') == std::string_view::npos) return {};
    }
  }
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{} would carry credentials in the clear", url.substr(0, url.find_first_of("?@"))),
              "use https://; http:// is taken for this machine itself only");
}

}  // namespace skyhold
