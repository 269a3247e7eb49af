#include "stores/gcs/gcs_store.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/random.h"
#include "crypto/crc32c.h"
#include "stores/object_name.h"
#include "stores/retention.h"

namespace skyhold {
namespace {

constexpr std::uint64_t kMostMetadataBytes = 64 << 10;
constexpr std::uint64_t kMostPageBytes = 4 << 20;
constexpr std::uint64_t kMostErrorBytes = 64 << 10;
constexpr int kObjectsPerPage = 1000;  // the most that the API gives
constexpr int kMostPages = 1'000'000;
constexpr int kMostRetentionDays = 3650;

tl::unexpected<Error> not_whole(std::string_view name, const std::string& location, const std::string& how) {
  return fail(ErrorCode::kCorrupt, fmt::format("object {} of {} {}", name, location, how),
              "read it from another copy, and mend this one");
}

// The request went out twice, so that the refusal may be of what the first one did. Whoever
// tries again after kUnavailable looks whether it was done.
tl::unexpected<Error> unclear(const GcsCall& call) {
  return fail(ErrorCode::kUnavailable,
              fmt::format("the attempt to {} in bucket {} may have been done: the connection broke",
                          call.action, call.bucket));
}

// The CRC-32C that the service states of the whole object, in any of its x-goog-hash lines:
// "crc32c=n03x6A==,md5=…".
Result<std::optional<std::uint32_t>> stated_checksum(const HttpResponse& answer) {
  constexpr std::string_view kKey = "crc32c=";
  for (const HttpHeader& header : answer.headers) {
    if (header.name != "x-goog-hash") continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      std::string_view part = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(part.size() + 1, rest.size()));
      part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
      if (part.starts_with(kKey)) return TRY(parse_gcs_crc32c(part.substr(kKey.size())));
    }
  }
  return std::nullopt;
}

// multipart/related (RFC 2387): the metadata, then the bytes, which are not copied. Nobody
// can have put the boundary, which is drawn anew each time, into the bytes.
struct MultipartBody {
  std::string content_type;
  std::string head;
  std::string tail;
};

MultipartBody multipart_around(const std::string& metadata) {
  Bytes random(16);
  random_bytes(random);
  const std::string boundary = hex_encode(random);
  MultipartBody body;
  body.content_type = fmt::format("multipart/related; boundary={}", boundary);
  body.head = fmt::format(
      "--{0}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{1}\r\n"
      "--{0}\r\nContent-Type: application/octet-stream\r\n\r\n",
      boundary, metadata);
  body.tail = fmt::format("\r\n--{}--\r\n", boundary);
  return body;
}

}  // namespace

GcsStore::GcsStore(GcsStoreOptions options, std::shared_ptr<HttpClient> http,
                   std::shared_ptr<TokenCache> tokens, std::shared_ptr<const Clock> clock)
    : options_(std::move(options)),
      http_(std::move(http)),
      tokens_(std::move(tokens)),
      clock_(std::move(clock)) {}

// One upload of the whole object. A resumable session would cost a request more for each
// object and save only a part of a retry: packs are 16 to 24 MiB and nothing is above
// 160 MiB, so sending all again is the cheaper way, and the simpler one.
Status GcsStore::put(std::string_view name, ByteView bytes) {
  TRY(check_object_name(name));
  TRY(check_object_size(name, bytes.size()));
  const std::uint32_t checksum = crc32c(bytes);
  const MultipartBody multipart = multipart_around(upload_metadata(name, checksum));
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = upload_url();
  request.headers = {{"Content-Type", multipart.content_type}};
  request.body = {as_bytes(multipart.head), bytes, as_bytes(multipart.tail)};
  request.most_response_bytes = kMostMetadataBytes;
  const GcsCall what = call(fmt::format("write {}", name), "storage.objects.create", true);
  const HttpResponse answer = TRY(send(std::move(request), what));
  if (answer.status == 412 && answer.sent_again) return unclear(what);
  if (answer.status == 412) {
    return fail(ErrorCode::kAlreadyExists, fmt::format("object {} of {} is there already", name, location()));
  }
  if (!answer.ok()) return fail(gcs_error(answer, what));
  return check_stored(name, answer, bytes.size(), checksum);
}

std::string GcsStore::upload_metadata(std::string_view name, std::uint32_t checksum) const {
  GcsUpload upload;
  upload.name = options_.location.full_name(name);
  upload.crc32c = checksum;
  upload.storage_class = options_.storage_class;
  if (protects() && may_be_retained(name)) {
    upload.retain_until = retain_until(clock_->now(), options_.retention_days);
  }
  return gcs_upload_metadata(upload);
}

// The service checks the CRC-32C that it was sent. One that states another one all the same
// has something else than we sent, and it must not lie under this name.
Status GcsStore::check_stored(std::string_view name, const HttpResponse& answer, std::uint64_t size_bytes,
                              std::uint32_t checksum) {
  const Result<GcsObject> stored = parse_gcs_object(answer.body);
  if (!stored) return fail(stored.error().in(fmt::format("cannot tell how {} was stored", name)));
  if (stored->size_bytes == size_bytes && stored->crc32c == checksum) return {};
  Error error{ErrorCode::kCorrupt,
              fmt::format("{} stored other bytes of {} than were sent: {} bytes of {}", location(), name,
                          stored->size_bytes, size_bytes),
              "it was removed again; the backup has to write it anew"};
  if (const Status removed = remove_generation(name, stored->generation); !removed) {
    error.hint = fmt::format("remove it by hand, since this failed: {}", removed.error().message);
  }
  return fail(std::move(error));
}

// Only what this put() made: the name may be another writer's by now.
Status GcsStore::remove_generation(std::string_view name, std::uint64_t generation) {
  HttpRequest request;
  request.method = HttpMethod::kDelete;
  request.url = object_url(name);
  if (generation != 0) request.url += fmt::format("?generation={}", generation);
  const GcsCall what = call(fmt::format("remove {}", name), "storage.objects.delete", true);
  const HttpResponse answer = TRY(send(std::move(request), what));
  if (!answer.ok() && answer.status != 404) return fail(gcs_error(answer, what));
  return {};
}

Result<Bytes> GcsStore::get(std::string_view name) {
  TRY(check_object_name(name));
  HttpRequest request;
  request.url = object_url(name) + "?alt=media";
  request.most_response_bytes = kMostObjectBytes;
  const GcsCall what = call(fmt::format("read {}", name), "storage.objects.get");
  HttpResponse answer = TRY(send(std::move(request), what));
  if (!answer.ok()) return fail(gcs_error(answer, what));
  // Whatever the service states must be true; a proxy may have dropped the statement.
  const Result<std::optional<std::uint32_t>> stated = stated_checksum(answer);
  if (!stated) return fail(stated.error().in(what.action));
  if (*stated && **stated != crc32c(answer.body)) {
    return not_whole(name, location(), "came with other bytes than its CRC-32C is of");
  }
  return std::move(answer.body);
}

Result<Bytes> GcsStore::get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) {
  TRY(check_object_name(name));
  // What no Range can say, or no object has: only the size decides.
  if (length == 0 || length > kMostObjectBytes || offset > kMostObjectBytes) {
    TRY(check_end(name, offset, length));
    return Bytes();
  }
  HttpRequest request;
  request.url = object_url(name) + "?alt=media";
  request.headers = {{"Range", fmt::format("bytes={}-{}", offset, offset + length - 1)}};
  request.most_response_bytes = length + kMostErrorBytes;
  const GcsCall what = call(fmt::format("read {}", name), "storage.objects.get");
  HttpResponse answer = TRY(send(std::move(request), what));
  if (answer.status == 416) {
    return not_whole(name, location(), fmt::format("ends before byte {}", offset));
  }
  if (!answer.ok()) return fail(gcs_error(answer, what));
  const std::string expected_range = fmt::format("bytes {}-{}/", offset, offset + length - 1);
  const std::string_view range = answer.header("content-range").value_or("");
  if (answer.status != 206 || answer.body.size() != length || !range.starts_with(expected_range)) {
    return not_whole(name, location(), fmt::format("does not have {} bytes from {}", length, offset));
  }
  return std::move(answer.body);
}

// kCorrupt unless the object reaches from `offset` over `length` bytes.
Status GcsStore::check_end(std::string_view name, std::uint64_t offset, std::uint64_t length) {
  const ObjectInfo info = TRY(stat(name));
  if (offset <= info.size_bytes && length <= info.size_bytes - offset) {
    // Only an object that somebody else put here can be so large.
    if (length == 0) return {};
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} bytes of {} are more than one read takes", length, name));
  }
  return not_whole(name, location(), fmt::format("ends at byte {}", info.size_bytes));
}

Result<ObjectInfo> GcsStore::stat(std::string_view name) {
  const GcsObject object = TRY(look_at(name, "name%2Csize"));
  return ObjectInfo{std::string(name), object.size_bytes};
}

Result<GcsObject> GcsStore::look_at(std::string_view name, std::string_view fields) {
  TRY(check_object_name(name));
  HttpRequest request;
  request.url = fmt::format("{}?fields={}", object_url(name), fields);
  request.most_response_bytes = kMostMetadataBytes;
  const GcsCall what = call(fmt::format("look at {}", name), "storage.objects.get");
  const HttpResponse answer = TRY(send(std::move(request), what));
  if (!answer.ok()) return fail(gcs_error(answer, what));
  Result<GcsObject> object = parse_gcs_object(answer.body);
  if (!object) return fail(object.error().in(what.action));
  if (object->name != options_.location.full_name(name)) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("asked for {}, {} answered of another object", name, location()));
  }
  return object;
}

Status GcsStore::list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) {
  TRY(check_object_prefix(prefix));
  const std::string full_prefix = options_.location.full_name(prefix);
  const GcsCall what = call(fmt::format("list \"{}\"", prefix), "storage.objects.list");
  std::string page_token;
  for (int pages = 0; pages < kMostPages; ++pages) {
    HttpRequest request;
    request.url = list_url(full_prefix, page_token);
    request.most_response_bytes = kMostPageBytes;
    const HttpResponse answer = TRY(send(std::move(request), what));
    if (!answer.ok()) return fail(gcs_error(answer, what));
    const Result<GcsPage> page = parse_gcs_page(answer.body);
    if (!page) return fail(page.error().in(fmt::format("cannot {} of {}", what.action, location())));
    TRY(visit_page(*page, full_prefix, visit));
    if (page->next_page_token.empty()) return {};
    if (page->next_page_token == page_token) break;
    page_token = page->next_page_token;
  }
  return fail(ErrorCode::kCorrupt, fmt::format("the listing of {} goes round in circles", location()));
}

Status GcsStore::visit_page(const GcsPage& page, std::string_view full_prefix,
                            const std::function<Status(const ObjectInfo&)>& visit) const {
  const std::size_t own_bytes = options_.location.full_name("").size();
  for (const GcsObject& object : page.objects) {
    if (!object.name.starts_with(full_prefix)) {
      return fail(ErrorCode::kCorrupt, fmt::format("{} lists objects that were not asked for", location()));
    }
    const std::string name = object.name.substr(own_bytes);
    // What others put there, such as the markers of folders, is no object of ours.
    if (check_object_name(name)) TRY(visit({name, object.size_bytes}));
  }
  return {};
}

Status GcsStore::remove(std::string_view name) {
  TRY(check_object_name(name));
  HttpRequest request;
  request.method = HttpMethod::kDelete;
  request.url = object_url(name);
  request.most_response_bytes = kMostMetadataBytes;
  const GcsCall what = call(fmt::format("remove {}", name), "storage.objects.delete");
  const HttpResponse answer = TRY(send(std::move(request), what));
  if (answer.status == 404 && answer.sent_again) return unclear(what);
  if (!answer.ok()) return fail(gcs_error(answer, what));
  return {};
}

Status GcsStore::protect(std::string_view name) {
  if (!protects() || !may_be_retained(name)) return {};
  if (TRY(is_retained_enough(name))) return {};
  Status extended = extend_retention(name);
  if (extended || extended.error().code != ErrorCode::kPermissionDenied) return extended;
  // Another backup may just have retained it until a second later than we want to, and what
  // shortens a retention is refused.
  return is_retained_enough(name).value_or(false) ? Status() : extended;
}

Result<bool> GcsStore::is_retained_enough(std::string_view name) {
  const GcsObject object = TRY(look_at(name, "name%2Csize%2Cretention"));
  return object.locked_until &&
         is_retained_long_enough(*object.locked_until, clock_->now(), options_.retention_days);
}

Status GcsStore::extend_retention(std::string_view name) {
  const std::string body = gcs_retention_metadata(retain_until(clock_->now(), options_.retention_days));
  HttpRequest request;
  request.method = HttpMethod::kPatch;
  request.url = object_url(name) + "?fields=name";
  request.headers = {{"Content-Type", "application/json; charset=UTF-8"}};
  request.body = {as_bytes(body)};
  request.most_response_bytes = kMostMetadataBytes;
  const GcsCall what = call(fmt::format("retain {}", name), "storage.objects.update");
  const HttpResponse answer = TRY(send(std::move(request), what));
  if (!answer.ok()) return fail(gcs_error(answer, what));
  return {};
}

// With a token; and with a new one when the service refuses the first, which can be revoked
// or, the clocks being apart, older than we think. A request that was refused did nothing.
Result<HttpResponse> GcsStore::send(HttpRequest request, const GcsCall& call) {
  const std::size_t own_headers = request.headers.size();
  for (bool is_renewed = false;; is_renewed = true) {
    const std::string token = TRY(tokens_->token());
    request.headers.resize(own_headers);
    request.headers.push_back({"Authorization", fmt::format("Bearer {}", token)});
    Result<HttpResponse> answer = http_->send(request);
    if (!answer) {
      return fail(answer.error().in(fmt::format("cannot {} in bucket {}", call.action, call.bucket)));
    }
    if (answer->status != 401) return answer;
    tokens_->drop(token);
    if (is_renewed) return answer;
  }
}

GcsCall GcsStore::call(std::string action, std::string_view permission, bool writes) const {
  return {std::move(action), permission, options_.location.bucket, tokens_->description(), writes};
}

std::string GcsStore::object_url(std::string_view name) const {
  return fmt::format("{}/storage/v1/b/{}/o/{}", options_.endpoint, options_.location.bucket,
                     percent_encoded(options_.location.full_name(name)));
}

std::string GcsStore::upload_url() const {
  std::string url = fmt::format(
      "{}/upload/storage/v1/b/{}/o?uploadType=multipart&ifGenerationMatch=0"
      "&fields=name%2Csize%2Ccrc32c%2Cgeneration",
      options_.endpoint, options_.location.bucket);
  if (!options_.kms_key.empty()) url += "&kmsKeyName=" + percent_encoded(options_.kms_key);
  return url;
}

std::string GcsStore::list_url(std::string_view full_prefix, const std::string& page_token) const {
  std::string url = fmt::format(
      "{}/storage/v1/b/{}/o?prefix={}&maxResults={}&fields=items%28name%2Csize%29%2CnextPageToken",
      options_.endpoint, options_.location.bucket, percent_encoded(full_prefix), kObjectsPerPage);
  if (!page_token.empty()) url += "&pageToken=" + percent_encoded(page_token);
  return url;
}

Result<ObjectStorePtr> open_gcs_store(const StoreSettings& settings, std::shared_ptr<const Clock> clock) {
  GcsStoreOptions options;
  options.location = TRY(parse_gcs_url(settings.url));
  if (!settings.endpoint.empty()) options.endpoint = settings.endpoint;
  while (options.endpoint.ends_with('/')) options.endpoint.pop_back();
  TRY(check_url_for_secrets(options.endpoint));
  options.storage_class = settings.storage_class;
  options.kms_key = settings.kms_key;
  options.retention_days = settings.object_lock_days;
  if (options.retention_days < 0 || options.retention_days > kMostRetentionDays) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("object_lock_days = {} of {} cannot be", settings.object_lock_days, settings.url),
                fmt::format("use 0 to {} days", kMostRetentionDays));
  }
  if (!settings.encryption.empty()) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("encryption is no setting of {}", settings.url),
                "Google encrypts everything; kms_key alone says that it should be with your key");
  }
  const auto http = std::make_shared<HttpClient>(
      HttpClientOptions{.ca_file = settings.ca_file, .ca_directory = settings.ca_directory});
  TokenSourcePtr source = TRY(find_token_source(settings.credentials.file, http, clock));
  auto tokens = std::make_shared<TokenCache>(std::move(source), clock);
  return std::make_shared<GcsStore>(std::move(options), http, std::move(tokens), std::move(clock));
}

}  // namespace skyhold
