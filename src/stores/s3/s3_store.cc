#include "stores/s3/s3_store.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/md5.h"
#include "stores/object_name.h"
#include "stores/retention.h"
#include "stores/s3/xml.h"

namespace skyhold {
namespace {

constexpr std::uint64_t kMostErrorBytes = std::uint64_t{64} << 10;

// Not GOVERNANCE: the lock is there for the day on which the credentials of an administrator
// are in the wrong hands, and those can lift GOVERNANCE.
constexpr std::string_view kLockMode = "COMPLIANCE";

// An object whose last segment is a SHA-256 is named by its own (base/id.h), so it need not
// be hashed: the server does, and refuses what does not match.
Id content_id(std::string_view name, ByteView bytes) {
  const Result<Id> named = Id::from_hex(name.substr(name.rfind('/') + 1));
  return named ? *named : sha256(bytes);
}

const Id& id_of_nothing() {
  static const Id id = sha256({});
  return id;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return size;
}

}  // namespace

// One request, as the methods below think of it.
struct S3Store::Call {
  HttpMethod method;
  std::string_view action;  // the permission that it takes
  std::string_view object;  // empty: the bucket itself
  std::vector<std::pair<std::string, std::string>> query{};
  std::vector<HttpHeader> headers{};
  ByteView body{};
  Id body_id = id_of_nothing();
  std::uint64_t most_response_bytes = kMostErrorBytes;
};

std::string S3Store::header_name(std::string_view rest) const {
  return fmt::format("{}{}", parts_.location.dialect == SigningDialect::kGoogle ? "x-goog-" : "x-amz-", rest);
}

Result<S3Store::Answer> S3Store::send_with(const Call& call, const AwsKeys& keys) {
  const S3Location& location = parts_.location;
  const bool is_google = location.dialect == SigningDialect::kGoogle;
  UnsignedRequest request;
  request.method = call.method;
  request.path = call.object.empty() ? location.bucket_path + "/" : location.path_of(call.object);
  request.query = call.query;
  request.headers = call.headers;
  request.payload_sha256 = call.body_id.hex();
  request.headers.push_back({"host", location.host});
  request.headers.push_back({header_name("content-sha256"), request.payload_sha256});

  Answer answer{{}, parts_.clock->now()};
  HttpRequest sent;
  sent.method = call.method;
  sent.url = location.origin + request.path;
  if (!call.query.empty()) sent.url += "?" + canonical_query(call.query);
  sent.headers = sign(request, keys, {location.region, is_google ? "storage" : "s3", location.dialect},
                      answer.signed_at);
  if (!call.body.empty()) sent.body.push_back(call.body);
  sent.most_response_bytes = call.most_response_bytes;
  answer.response = TRY(parts_.http->send(sent));
  return answer;
}

Result<S3Store::Answer> S3Store::send(const Call& call) {
  const AwsKeys keys = TRY(parts_.credentials->keys());
  Answer answer = TRY(send_with(call, keys));
  if (keys.session_token.empty() || !says_expired(answer.response)) return answer;
  parts_.credentials->refuse(keys);
  const AwsKeys renewed = TRY(parts_.credentials->keys());
  if (renewed.session_token == keys.session_token) return answer;
  return send_with(call, renewed);
}

tl::unexpected<Error> S3Store::failure(const Call& call, const Answer& answer) const {
  return fail(s3_error(answer.response, {call.action, call.object, parts_.location.bucket,
                                         parts_.location.url, answer.signed_at}));
}

std::vector<HttpHeader> S3Store::put_headers(std::string_view name, ByteView bytes, const Id& id) const {
  const bool is_google = parts_.location.dialect == SigningDialect::kGoogle;
  std::vector<HttpHeader> headers{{"content-type", "application/octet-stream"}};
  if (is_google) {
    headers.push_back({"x-goog-if-generation-match", "0"});
  } else {
    headers.push_back({"if-none-match", "*"});
    headers.push_back({"x-amz-checksum-sha256", base64_encode(id.view())});
  }
  if (!parts_.storage_class.empty()) headers.push_back({header_name("storage-class"), parts_.storage_class});
  if (is_google && !parts_.kms_key.empty()) {
    headers.push_back({"x-goog-encryption-kms-key-name", parts_.kms_key});
  } else if (!parts_.encryption.empty()) {
    headers.push_back({"x-amz-server-side-encryption", parts_.encryption});
    if (!parts_.kms_key.empty()) {
      headers.push_back({"x-amz-server-side-encryption-aws-kms-key-id", parts_.kms_key});
    }
  }
  const bool is_locked = protects() && may_be_retained(name);
  if (is_locked) {
    const Instant until = retain_until(parts_.clock->now(), parts_.object_lock_days);
    headers.push_back({header_name("object-lock-mode"), std::string(kLockMode)});
    headers.push_back({header_name("object-lock-retain-until-date"), format_rfc3339(until)});
  }
  // Servers demand it with a lock; GCS has no header for a SHA-256 to check by.
  if (is_locked || is_google) headers.push_back({"content-md5", base64_encode(md5(bytes))});
  return headers;
}

Status S3Store::put(std::string_view name, ByteView bytes) {
  TRY(check_object_name(name));
  TRY(check_object_size(name, bytes.size()));
  const Id id = content_id(name, bytes);
  Call call{HttpMethod::kPut, "s3:PutObject", name, {}, put_headers(name, bytes, id), bytes, id};
  const Answer answer = TRY(send(call));
  // A server that ran into trouble late may have said 200 already.
  const bool is_failure_after_all = !answer.response.body.empty() && !s3_error_code(answer.response).empty();
  if (answer.response.ok() && !is_failure_after_all) return {};
  Error error =
      s3_error(answer.response, {call.action, name, parts_.location.bucket, location(), answer.signed_at});
  if (error.code == ErrorCode::kAlreadyExists && answer.response.sent_again) {
    // The first sending may have written it, so that the second met our own object.
    error.code = ErrorCode::kUnavailable;
    error.message =
        fmt::format("whether object {} was written to {} is unclear: the connection broke", name, location());
  }
  return fail(std::move(error));
}

Result<Bytes> S3Store::get(std::string_view name) {
  TRY(check_object_name(name));
  Call call{HttpMethod::kGet, "s3:GetObject", name};
  call.most_response_bytes = kMostObjectBytes;
  Answer answer = TRY(send(call));
  if (!answer.response.ok()) return failure(call, answer);
  return std::move(answer.response.body);
}

Result<Bytes> S3Store::get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) {
  TRY(check_object_name(name));
  const auto too_short = [&] {
    return fail(ErrorCode::kCorrupt, fmt::format("object {} in {} ends before the {} bytes from {}", name,
                                                 location(), length, offset));
  };
  // There is no range of no bytes, nor one behind the last byte that can be counted.
  if (length == 0 || length - 1 > std::numeric_limits<std::uint64_t>::max() - offset) {
    const ObjectInfo info = TRY(stat(name));
    if (length > 0 || offset > info.size_bytes) return too_short();
    return Bytes();
  }
  const std::uint64_t last = offset + length - 1;
  Call call{HttpMethod::kGet, "s3:GetObject", name};
  call.headers = {{"range", fmt::format("bytes={}-{}", offset, last)}};
  call.most_response_bytes = std::max(length, kMostErrorBytes);
  Answer answer = TRY(send(call));
  HttpResponse& response = answer.response;
  if (response.status == 416) return too_short();
  if (!response.ok()) return failure(call, answer);
  const std::string_view range = response.header("content-range").value_or("");
  if (response.status != 206 || !range.starts_with(fmt::format("bytes {}-", offset))) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("{} answers with other bytes of object {} than were asked for", location(), name),
                "does a proxy stand between, or does the server not know ranges?");
  }
  if (!range.starts_with(fmt::format("bytes {}-{}/", offset, last)) || response.body.size() != length)
    return too_short();
  return std::move(response.body);
}

Result<ObjectInfo> S3Store::stat(std::string_view name) {
  TRY(check_object_name(name));
  const Call call{HttpMethod::kHead, "s3:GetObject", name};
  const Answer answer = TRY(send(call));
  if (!answer.response.ok()) return failure(call, answer);
  const std::optional<std::uint64_t> size = parse_size(answer.response.header("content-length").value_or(""));
  if (!size)
    return fail(ErrorCode::kCorrupt, fmt::format("{} does not tell the size of object {}", location(), name));
  return ObjectInfo{std::string(name), *size};
}

Status S3Store::list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) {
  TRY(check_object_prefix(prefix));
  const std::string& root = parts_.location.prefix;
  std::string token;
  do {
    Call call{HttpMethod::kGet, "s3:ListBucket", ""};
    call.most_response_bytes = kMostXmlBytes;
    call.query = {{"list-type", "2"},
                  {"encoding-type", "url"},
                  {"max-keys", std::to_string(parts_.most_keys_per_page)},
                  {"prefix", parts_.location.key_of(prefix)}};
    if (!token.empty()) call.query.emplace_back("continuation-token", token);
    const Answer answer = TRY(send(call));
    if (!answer.response.ok() || !s3_error_code(answer.response).empty()) return failure(call, answer);
    ListPage page = TRY(parse_list_page(answer.response.body));
    if (!page.next_token.empty() && page.next_token == token) {
      return fail(ErrorCode::kCorrupt,
                  fmt::format("{} gives the same page of its list again and again", location()));
    }
    token = std::move(page.next_token);
    for (ObjectInfo& object : page.objects) {
      if (!object.name.starts_with(parts_.location.key_of(prefix))) {
        return fail(ErrorCode::kCorrupt, fmt::format("{} lists what was not asked for", location()));
      }
      object.name.erase(0, root.size());
      // Others may keep things beside ours, such as the markers by which consoles draw folders.
      if (check_object_name(object.name)) TRY(visit(object));
    }
  } while (!token.empty());
  return {};
}

Status S3Store::remove(std::string_view name) {
  TRY(stat(name));
  const Call call{HttpMethod::kDelete, "s3:DeleteObject", name};
  const Answer answer = TRY(send(call));
  if (!answer.response.ok()) return failure(call, answer);
  return {};
}

Status S3Store::protect(std::string_view name) {
  if (!protects() || !may_be_retained(name)) return {};
  TRY(check_object_name(name));
  if (TRY(is_locked_long_enough(name))) return {};
  Status extended = extend_lock(name);
  if (extended || extended.error().code != ErrorCode::kPermissionDenied) return extended;
  // Another backup may just have locked it until a second later than we want to, and what
  // shortens a lock is refused.
  return is_locked_long_enough(name).value_or(false) ? Status() : extended;
}

// The server tells it to those who may see it (s3:GetObjectRetention). To others no object
// seems to be locked, so that each is locked anew.
Result<bool> S3Store::is_locked_long_enough(std::string_view name) {
  const Call call{HttpMethod::kHead, "s3:GetObject", name};
  const Answer answer = TRY(send(call));
  if (!answer.response.ok()) return failure(call, answer);
  if (answer.response.header(header_name("object-lock-mode")) != kLockMode) return false;
  const std::string date(answer.response.header(header_name("object-lock-retain-until-date")).value_or(""));
  const Result<Instant> until = parse_rfc3339(date);
  return until && is_retained_long_enough(*until, parts_.clock->now(), parts_.object_lock_days);
}

Status S3Store::extend_lock(std::string_view name) {
  const Instant until = retain_until(parts_.clock->now(), parts_.object_lock_days);
  const std::string body = fmt::format(
      "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>{}</Mode>"
      "<RetainUntilDate>{}</RetainUntilDate></Retention>",
      kLockMode, format_rfc3339(until));
  Call call{HttpMethod::kPut, "s3:PutObjectRetention", name, {{"retention", ""}}};
  call.headers = {{"content-type", "application/xml"}, {"content-md5", base64_encode(md5(as_bytes(body)))}};
  call.body = as_bytes(body);
  call.body_id = sha256(call.body);
  const Answer answer = TRY(send(call));
  if (!answer.response.ok() || !s3_error_code(answer.response).empty()) return failure(call, answer);
  return {};
}

}  // namespace skyhold
