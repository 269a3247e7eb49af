// The three ways to upload: media, multipart and resumable.
#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "tests/support/gcs_fake_json.h"
#include "tests/support/gcs_fake_route.h"

namespace skyhold {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kResumableUnit = 256 << 10;
constexpr std::size_t kMostNameBytes = 1024;

GcsFakeRefusal bad_request(const std::string& message) {
  return {400, "invalid", message};
}

struct Multipart {
  std::string metadata;
  std::string content_type;
  ByteView content;
};

std::string boundary_of(std::string_view content_type) {
  constexpr std::string_view kKey = "boundary=";
  const std::size_t start = content_type.find(kKey);
  if (!content_type.starts_with("multipart/related") || start == std::string_view::npos) return {};
  std::string_view boundary = content_type.substr(start + kKey.size());
  boundary = boundary.substr(0, boundary.find(';'));
  if (boundary.size() > 2 && boundary.front() == '"' && boundary.back() == '"') {
    boundary = boundary.substr(1, boundary.size() - 2);
  }
  return std::string(boundary);
}

// --B CRLF headers CRLF CRLF metadata CRLF --B CRLF headers CRLF CRLF content CRLF --B--
std::optional<Multipart> parse_multipart(const TestRequest& request) {
  const std::string boundary = boundary_of(request.header("content-type"));
  const std::string_view body = as_text(request.body);
  const std::string opening = "--" + boundary + "\r\n";
  const std::string between = "\r\n--" + boundary;
  if (boundary.empty() || !body.starts_with(opening)) return std::nullopt;
  Multipart parts;
  const std::size_t metadata_start = body.find("\r\n\r\n", opening.size() - 2);
  const std::size_t metadata_end = body.find(between + "\r\n", opening.size());
  if (metadata_end == std::string_view::npos || metadata_start == std::string_view::npos ||
      metadata_start + 4 > metadata_end) {
    return std::nullopt;
  }
  parts.metadata = body.substr(metadata_start + 4, metadata_end - metadata_start - 4);
  const std::size_t headers_start = metadata_end + between.size();
  const std::size_t content_start = body.find("\r\n\r\n", headers_start);
  const std::size_t content_end = body.rfind(between + "--");
  if (content_start == std::string_view::npos || content_end == std::string_view::npos ||
      content_start + 4 > content_end) {
    return std::nullopt;
  }
  const std::string_view headers = body.substr(headers_start, content_start - headers_start);
  constexpr std::string_view kContentType = "Content-Type: ";
  if (const std::size_t at = headers.find(kContentType); at != std::string_view::npos) {
    const std::string_view value = headers.substr(at + kContentType.size());
    parts.content_type = value.substr(0, value.find('\r'));
  }
  parts.content = ByteView(request.body).subspan(content_start + 4, content_end - content_start - 4);
  return parts;
}

// Checks of what the client said of its bytes.
std::optional<GcsFakeRefusal> check_stated(const Json& metadata, const GcsFakeObject& object,
                                           const std::string& checksum) {
  if (metadata.contains("crc32c") && metadata["crc32c"] != checksum) {
    return bad_request(fmt::format("Provided CRC32C \"{}\" doesn't match calculated CRC32C \"{}\".",
                                   metadata["crc32c"].dump(), checksum));
  }
  if (metadata.contains("md5Hash") && metadata["md5Hash"] != object.md5) {
    return bad_request(fmt::format("Provided MD5 hash \"{}\" doesn't match calculated MD5 hash \"{}\".",
                                   metadata["md5Hash"].dump(), object.md5));
  }
  return std::nullopt;
}

std::optional<GcsFakeRefusal> read_attributes(const Json& metadata, const TestRequest& query,
                                              const Clock& clock, GcsFakeObject& object) {
  static const std::set<std::string> storage_classes = {"STANDARD", "NEARLINE",       "COLDLINE",
                                                        "ARCHIVE",  "MULTI_REGIONAL", "REGIONAL"};
  object.name = query.has_query("name") ? query.query("name") : metadata.value("name", "");
  if (object.name.empty()) return GcsFakeRefusal{400, "required", "Required"};
  if (object.name.size() > kMostNameBytes || object.name.find_first_of("\r\n") != std::string::npos) {
    return bad_request("Invalid object name.");
  }
  object.storage_class = metadata.value("storageClass", "STANDARD");
  if (!storage_classes.contains(object.storage_class)) return bad_request("Invalid argument.");
  object.content_type = metadata.value("contentType", "application/octet-stream");
  object.kms_key = query.query("kmsKeyName");
  if (!object.kms_key.empty() && (!object.kms_key.starts_with("projects/") ||
                                  object.kms_key.find("/cryptoKeys/") == std::string::npos)) {
    return bad_request("Invalid value for kmsKeyName.");
  }
  return read_fake_retention(metadata, clock, object);
}

// "bytes 0-262143/*", "bytes 262144-300000/300001", "bytes */300001"
struct ContentRange {
  std::optional<std::uint64_t> first;  // none: a question how far it came
  std::uint64_t last = 0;
  std::optional<std::uint64_t> total;
};

bool take_number(std::string_view& text, std::uint64_t& value) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return failure == std::errc();
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

std::optional<ContentRange> parse_content_range(const TestRequest& request) {
  ContentRange range;
  if (!request.has_header("content-range")) {  // all at once
    range.first = 0;
    range.last = request.body.size() - 1;
    range.total = request.body.size();
    return range;
  }
  std::string_view text = request.header("content-range");
  std::uint64_t value = 0;
  if (!take(text, "bytes ")) return std::nullopt;
  if (!take(text, "*")) {
    if (!take_number(text, value) || !take(text, "-") || !take_number(text, range.last)) return std::nullopt;
    range.first = value;
    if (range.last < value || range.last - value + 1 != request.body.size()) return std::nullopt;
  }
  if (!take(text, "/")) return std::nullopt;
  if (take(text, "*")) return text.empty() ? std::optional(range) : std::nullopt;
  if (!take_number(text, value) || !text.empty() || (range.first && range.last >= value)) return std::nullopt;
  range.total = value;
  return range;
}

}  // namespace

TestResponse GcsFake::upload(const TestRequest& request, const Route& route, const Luck& luck) {
  const std::string type = request.query("uploadType");
  if (request.method != "POST") return google_error({405, "methodNotAllowed", "Method Not Allowed"});
  if (type == "resumable") return begin_upload(request, route);
  if (type == "media") {
    const Json metadata = {{"contentType", std::string(request.header("content-type"))}};
    return store_object(request, route.bucket, metadata.dump(), request.body, luck);
  }
  if (type != "multipart") return google_error(bad_request("Invalid upload type."));
  const std::optional<Multipart> parts = parse_multipart(request);
  if (!parts) return google_error({400, "badContent", "Malformed multipart body."});
  return store_object(request, route.bucket, parts->metadata, to_bytes(parts->content), luck);
}

TestResponse GcsFake::store_object(const TestRequest& query, const std::string& bucket,
                                   const std::string& metadata_text, Bytes content, const Luck& luck) {
  const Json metadata = Json::parse(metadata_text.empty() ? "{}" : metadata_text, nullptr, false);
  if (!metadata.is_object()) return google_error({400, "parseError", "Parse Error"});
  GcsFakeObject object;
  if (const auto refusal = read_attributes(metadata, query, *options_.clock, object)) {
    return google_error(*refusal);
  }
  object.bytes = std::make_shared<const Bytes>(std::move(content));
  state_checksums(object);
  const std::string checksum = object_resource(object, bucket, url())["crc32c"];
  if (const auto refusal = check_stated(metadata, object, checksum)) return google_error(*refusal);
  if (luck.damages_upload && !object.bytes->empty()) {
    Bytes damaged = *object.bytes;
    damaged[luck.place % damaged.size()] ^= 1;
    object.bytes = std::make_shared<const Bytes>(std::move(damaged));
    state_checksums(object);
  }
  if (const auto refusal = find_bucket(bucket)->insert(object, gcs_fake_conditions(query))) {
    return google_error(*refusal);
  }
  return google_json(query, object_resource(object, bucket, url()));
}

TestResponse GcsFake::begin_upload(const TestRequest& request, const Route& route) {
  const std::scoped_lock lock(mutex_);
  const std::string id = fmt::format("upload-{}", ++uploads_begun_);
  Upload& session = uploads_[id];
  session.target = request.target;
  session.bucket = route.bucket;
  session.metadata = std::string(as_text(request.body));
  TestResponse response;
  response.headers = {
      {"Location",
       fmt::format("{}/upload/storage/v1/b/{}/o?uploadType=resumable&upload_id={}", url(), route.bucket, id)},
      {"X-GUploader-UploadID", id}};
  return response;
}

TestResponse GcsFake::continue_upload(const TestRequest& request, const Luck& luck) {
  const std::optional<ContentRange> range = parse_content_range(request);
  TestRequest query;
  std::string bucket;
  std::string metadata;
  Bytes content;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = uploads_.find(request.query("upload_id"));
    if (found == uploads_.end()) return google_error({404, "notFound", "Not Found"});
    Upload& session = found->second;
    if (request.method == "DELETE") {
      uploads_.erase(found);
      TestResponse cancelled;
      cancelled.status = 499;
      return cancelled;
    }
    if (!range) return google_error(bad_request("Failed to parse Content-Range header."));
    if (session.outcome) return *session.outcome;
    const std::uint64_t kept = session.content.size();
    if (range->first) {
      if (*range->first > kept)
        return google_error({503, "backendError", "Bytes are missing before this range."});
      const bool is_last = range->total && range->last + 1 == *range->total;
      if (!is_last && request.body.size() % kResumableUnit != 0) {
        return google_error(
            bad_request("Invalid request. The number of bytes uploaded is required to be a "
                        "multiple of 262144, except for the final request."));
      }
      // What was sent again is skipped.
      const std::uint64_t again = std::min<std::uint64_t>(kept - *range->first, request.body.size());
      append(session.content, ByteView(request.body).subspan(again));
    }
    if (!range->total || session.content.size() < *range->total) return upload_status(request, session);
    query.target = session.target;
    bucket = session.bucket;
    metadata = session.metadata;
    content = session.content;
  }
  TestResponse outcome = store_object(query, bucket, metadata, std::move(content), luck);
  const std::scoped_lock lock(mutex_);
  if (const auto found = uploads_.find(request.query("upload_id")); found != uploads_.end()) {
    found->second.outcome = outcome;
  }
  return outcome;
}

TestResponse GcsFake::upload_status(const TestRequest& request, const Upload& session) const {
  TestResponse response;
  response.status = 308;
  // Google's own clients ask to be spared a status that to others is a redirect.
  if (request.header("x-guploader-no-308") == "yes") {
    response.status = 200;
    response.headers.emplace_back("X-Http-Status-Code-Override", "308");
  }
  if (!session.content.empty()) {
    response.headers.emplace_back("Range", fmt::format("bytes=0-{}", session.content.size() - 1));
  }
  return response;
}

}  // namespace skyhold
