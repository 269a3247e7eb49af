// Where a store lies in terms of HTTP: the host, and the paths of bucket and objects.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "stores/s3/sigv4.h"
#include "stores/store_settings.h"

namespace skyhold {

struct S3Location {
  SigningDialect dialect = SigningDialect::kAws;
  std::string origin;       // "https://bucket.s3.eu-west-1.amazonaws.com"
  std::string host;         // as the Host header says it: "localhost:7480"
  std::string bucket_path;  // "/bucket" or ""
  std::string bucket;
  std::string prefix;  // "a/b/" or ""
  std::string region;
  std::string url;  // for people: "s3://bucket/a/b"

  [[nodiscard]] std::string key_of(std::string_view name) const { return prefix + std::string(name); }
  [[nodiscard]] std::string path_of(std::string_view name) const {
    return bucket_path + "/" + uri_encode(key_of(name), "/");
  }
};

// kInvalidArgument for a URL, endpoint or region that cannot be.
Result<S3Location> locate_s3(const StoreSettings& settings);

}  // namespace skyhold
