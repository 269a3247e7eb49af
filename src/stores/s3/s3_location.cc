#include "stores/s3/s3_location.h"

#include <algorithm>

#include <fmt/format.h>

#include "stores/s3/token_services.h"

namespace skyhold {
namespace {

constexpr std::string_view kUrlHint = "write s3://bucket or s3://bucket/prefix";
constexpr std::string_view kGoogleEndpoint = "https://storage.googleapis.com";
constexpr std::size_t kMostPrefixBytes = 500;  // a key has 1024, a name at most 200

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool consists_of(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
  });
}

bool is_bucket_name(std::string_view bucket) {
  return bucket.size() >= 3 && bucket.size() <= 255 && consists_of(bucket, ".-_") &&
         is_letter_or_digit(bucket.front()) && bucket.find("..") == std::string_view::npos;
}

// "a/b/" of "a/b" or "a/b/"; segments that are empty or dots would not survive the way.
Result<std::string> parse_prefix(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  if (text.empty()) return std::string();
  const std::string framed = fmt::format("/{}/", text);
  const bool is_safe = consists_of(text, "-._~!*'()=+@,:/") && framed.find("//") == std::string::npos &&
                       framed.find("/./") == std::string::npos && framed.find("/../") == std::string::npos;
  if (!is_safe || text.size() > kMostPrefixBytes) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the prefix \"{}\" cannot be that of a store", text.substr(0, 200)),
                "use letters, digits, '-', '_', '.' and '/'");
  }
  return fmt::format("{}/", text);
}

struct Endpoint {
  std::string scheme;  // "https://"
  std::string host;    // without the port that the scheme implies
};

Result<Endpoint> parse_endpoint(std::string_view text) {
  Endpoint endpoint;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.starts_with(scheme)) endpoint.scheme = scheme;
  }
  while (text.ends_with('/')) text.remove_suffix(1);
  std::string_view host = text.substr(std::min(endpoint.scheme.size(), text.size()));
  if (endpoint.scheme.empty() || host.empty() || !consists_of(host, ".-_:[]")) {
    return fail(ErrorCode::kInvalidArgument, "the endpoint is not the address of a server",
                "write https://host or https://host:port, without a path, user or password");
  }
  // HTTP clients leave the usual port away, and the signature covers what they send.
  const std::string_view usual_port = endpoint.scheme == "https://" ? ":443" : ":80";
  if (host.ends_with(usual_port)) host.remove_suffix(usual_port.size());
  endpoint.host = host;
  return endpoint;
}

Result<Endpoint> endpoint_of(const StoreSettings& settings, const S3Location& location) {
  if (!settings.endpoint.empty()) return parse_endpoint(settings.endpoint);
  if (location.dialect == SigningDialect::kGoogle) return parse_endpoint(kGoogleEndpoint);
  return Endpoint{"https://", fmt::format("s3.{}.{}", location.region, aws_domain(location.region))};
}

}  // namespace

Result<S3Location> locate_s3(const StoreSettings& settings) {
  S3Location location;
  std::string_view rest = settings.url;
  if (rest.starts_with("gs://")) {
    location.dialect = SigningDialect::kGoogle;
  } else if (!rest.starts_with("s3://")) {
    return fail(ErrorCode::kInvalidArgument, "this is not the URL of an S3 store", std::string(kUrlHint));
  }
  rest.remove_prefix(5);
  location.bucket = rest.substr(0, rest.find('/'));
  if (!is_bucket_name(location.bucket)) {
    return fail(ErrorCode::kInvalidArgument, "the URL of the store names no bucket that there can be",
                std::string(kUrlHint));
  }
  rest.remove_prefix(std::min(rest.size(), location.bucket.size() + 1));
  location.prefix = TRY(parse_prefix(rest));
  location.url = settings.url;
  while (location.url.ends_with('/')) location.url.pop_back();

  location.region = settings.region;
  if (location.region.empty()) {
    location.region = location.dialect == SigningDialect::kGoogle ? "auto" : "us-east-1";
  }
  if (!consists_of(location.region, "-_")) {
    return fail(ErrorCode::kInvalidArgument, "the store's region is not the name of one",
                "write it like eu-west-1");
  }
  const Endpoint endpoint = TRY(endpoint_of(settings, location));
  // A wildcard certificate does not cover a bucket with a dot in its name.
  const bool path_style = settings.path_style.value_or(!settings.endpoint.empty() ||
                                                       location.dialect == SigningDialect::kGoogle ||
                                                       location.bucket.find('.') != std::string::npos);
  location.host = path_style ? endpoint.host : location.bucket + "." + endpoint.host;
  location.origin = endpoint.scheme + location.host;
  location.bucket_path = path_style ? "/" + location.bucket : "";
  return location;
}

}  // namespace skyhold
