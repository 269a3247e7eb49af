// The XML that S3, GCS's XML API and STS answer with. What comes in is not trusted: sizes
// are bounded, and what is not as it should be is kCorrupt.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "stores/object_store.h"

namespace skyhold {

// A page has at most 1000 keys of at most 1024 bytes, each byte up to three when encoded.
inline constexpr std::size_t kMostXmlBytes = std::size_t{8} << 20;

struct ListPage {
  std::vector<ObjectInfo> objects;  // names are whole keys, decoded
  std::string next_token;           // empty: this was the last page
};
Result<ListPage> parse_list_page(ByteView xml);

struct S3ErrorBody {
  std::string code;     // "NoSuchBucket"
  std::string message;  // for people, printable, shortened
  std::string region;   // the right one, after a request to a wrong one
};
// Nothing when it is not the body of an error. Also reads STS's <ErrorResponse>.
std::optional<S3ErrorBody> parse_error_body(ByteView xml);

struct AssumedRole {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  std::string expiration;  // RFC 3339
};
Result<AssumedRole> parse_assumed_role(ByteView xml);

}  // namespace skyhold
