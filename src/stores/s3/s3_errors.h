// What a server's refusal means to us: one Error, in words that an operator can act on.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "http/client.h"

namespace skyhold {

struct S3Attempt {          // what was asked for
  std::string_view action;  // the permission that it takes: "s3:PutObject"
  std::string_view object;  // empty when it was about the bucket
  std::string_view bucket;
  std::string_view location;  // "s3://bucket/prefix"
  Instant signed_at;
};

// An error's code in the body ("NoSuchKey"), or nothing: HEAD has no body.
std::string s3_error_code(const HttpResponse& response);

// Whether temporary keys had expired, as far as can be seen.
bool says_expired(const HttpResponse& response);

// Of a response that is no success, or a success whose body is an <Error>.
Error s3_error(const HttpResponse& response, const S3Attempt& attempt);

}  // namespace skyhold
