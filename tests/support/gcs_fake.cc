#include "tests/support/gcs_fake.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "tests/support/gcs_fake_json.h"
#include "tests/support/gcs_fake_route.h"

namespace skyhold {
namespace {

using Json = nlohmann::json;

constexpr const char* kTokenPath = "/token";
constexpr std::size_t kMostPage = 1000;

GcsFakeRefusal permission_denied(const std::string& permission) {
  return {403, "forbidden",
          fmt::format("{} does not have {} access to the Google Cloud Storage object. Permission '{}' denied "
                      "on resource (or it may not exist).",
                      kFakeServiceAccount, permission, permission)};
}

GcsFakeRefusal no_such_bucket() {
  return {404, "notFound", "The specified bucket does not exist."};
}

std::string checksum_text(std::uint32_t checksum) {
  Bytes bytes(4);
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(checksum >> (24 - 8 * i));
  return base64_encode(bytes);
}

struct Range {
  std::size_t first = 0;
  std::size_t length = 0;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

enum class RangeKind { kNone, kGood, kUnsatisfiable };

// "bytes=2-5", "bytes=2-", "bytes=-5"; what is not of these forms asks for all, by RFC 9110.
RangeKind parse_range(std::string_view header, std::size_t size, Range& range) {
  if (!header.starts_with("bytes=")) return RangeKind::kNone;
  header.remove_prefix(6);
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return RangeKind::kNone;
  const auto first = number(header.substr(0, dash));
  const auto last = number(header.substr(dash + 1));
  if (dash == 0) {
    if (!last) return RangeKind::kNone;
    if (*last == 0 || size == 0) return RangeKind::kUnsatisfiable;
    range.length = std::min<std::uint64_t>(*last, size);
    range.first = size - range.length;
    return RangeKind::kGood;
  }
  if (!first || (!last && dash + 1 < header.size()) || (last && *last < *first)) return RangeKind::kNone;
  if (*first >= size) return RangeKind::kUnsatisfiable;
  range.first = *first;
  range.length = std::min<std::uint64_t>(last.value_or(size - 1), size - 1) - *first + 1;
  return RangeKind::kGood;
}

// A page token is opaque to clients; here it holds the last name of the page before.
std::string page_token_after(const std::string& name) {
  return base64url_encode(as_bytes("after:" + name));
}

std::optional<std::string> name_of_page_token(const std::string& token) {
  const Result<Bytes> text = base64url_decode(token);
  if (!text || !as_text(*text).starts_with("after:")) return std::nullopt;
  return std::string(as_text(*text).substr(6));
}

}  // namespace

GcsFakeConditions gcs_fake_conditions(const TestRequest& request) {
  GcsFakeConditions conditions;
  conditions.match = number(request.query("ifGenerationMatch"));
  conditions.not_match = number(request.query("ifGenerationNotMatch"));
  conditions.generation = number(request.query("generation"));
  return conditions;
}

GcsFake::GcsFake(GcsFakeOptions options) : options_(std::move(options)), tokens_(options_.clock) {
  for (const std::string& name : options_.buckets) {
    buckets_.emplace(name, std::make_unique<GcsFakeBucket>(options_.clock));
  }
  TestHttpServerOptions server;
  server.port = options_.port;
  if (options_.tls) {
    const TestCertificates certificates = make_test_certificates(directory_.path());
    server.certificate_file = certificates.certificate_file;
    server.key_file = certificates.key_file;
  }
  server_ = std::make_unique<TestHttpServer>([this](const TestRequest& request) { return handle(request); },
                                             server);
  tokens_.write_service_account(service_account_file(), url() + kTokenPath);
  tokens_.write_authorized_user(authorized_user_file(), url() + kTokenPath);
}

GcsFake::~GcsFake() = default;

StoreSettings GcsFake::settings(const std::string& prefix) const {
  StoreSettings settings;
  settings.url = fmt::format("gs://{}{}{}", options_.buckets.front(), prefix.empty() ? "" : "/", prefix);
  settings.endpoint = url();
  settings.credentials.file = service_account_file().string();
  if (options_.tls) settings.ca_file = ca_file().string();
  return settings;
}

std::filesystem::path GcsFake::service_account_file() const {
  return directory_ / "service-account.json";
}
std::filesystem::path GcsFake::authorized_user_file() const {
  return directory_ / "authorized-user.json";
}
std::filesystem::path GcsFake::ca_file() const {
  return directory_ / "ca.pem";
}
std::string GcsFake::metadata_host() const {
  return fmt::format("127.0.0.1:{}", port());
}

void GcsFake::set_faults(const GcsFaults& faults) {
  const std::scoped_lock lock(mutex_);
  faults_ = faults;
  random_.seed(faults.seed);
  for (const auto& [name, bucket] : buckets_) {
    bucket->set_rules({faults.one_write_a_second, faults.quota_bytes, faults.listed_late});
  }
}

std::uint64_t GcsFake::api_requests() const {
  const std::scoped_lock lock(mutex_);
  return api_requests_;
}

void GcsFake::before_request(std::uint64_t count, std::function<void()> what) {
  const std::scoped_lock lock(mutex_);
  request_of_what_then_ = api_requests_ + count;
  what_then_ = std::move(what);
}

void GcsFake::count_request() {
  std::function<void()> what;
  {
    const std::scoped_lock lock(mutex_);
    if (++api_requests_ == request_of_what_then_) what = std::exchange(what_then_, nullptr);
  }
  if (what) what();
}

void GcsFake::stop() {
  server_->stop();
  const std::scoped_lock lock(mutex_);
  uploads_.clear();
}

void GcsFake::start() {
  server_->start();
}

GcsFakeBucket& GcsFake::bucket(std::string_view name) {
  const auto found = buckets_.find(name.empty() ? options_.buckets.front() : std::string(name));
  if (found == buckets_.end()) throw std::out_of_range("the fake has no bucket of that name");
  return *found->second;
}

std::optional<Bytes> GcsFake::content(std::string_view name) {
  const std::optional<GcsFakeObject> object = bucket().look_at(name);
  if (!object) return std::nullopt;
  return *object->bytes;
}

void GcsFake::flip_bit(std::string_view name) {
  Bytes bytes = content(name).value();
  bytes.at(bytes.size() / 2) ^= 1;
  bucket().damage(name, bytes);
}

void GcsFake::cut(std::string_view name, std::size_t size_bytes) {
  Bytes bytes = content(name).value();
  bytes.resize(std::min(bytes.size(), size_bytes));
  bucket().damage(name, bytes);
}

TestResponse GcsFake::handle(const TestRequest& request) {
  const Luck luck = draw();
  TestResponse response;
  if (request.path() == kTokenPath) {
    response = luck.faults.token_endpoint_down
                   ? google_error({503, "backendError", "The service is currently unavailable."})
                   : tokens_.answer_token_request(request, url() + kTokenPath);
  } else if (request.path().starts_with("/computeMetadata/")) {
    response = tokens_.answer_metadata_request(request);
  } else {
    response = api(request, luck);
  }
  response.delay = luck.faults.delay;
  response.body_bytes_per_second = luck.faults.body_bytes_per_second;
  return response;
}

// One number decides which of the faults before and after a request it meets, so that
// their shares add up; the others are drawn for themselves. All are drawn each time, so
// that one fault more or less does not shift the others of the same seed.
GcsFake::Luck GcsFake::draw() {
  const std::scoped_lock lock(mutex_);
  std::uniform_real_distribution<double> chance(0, 1);
  Luck luck;
  luck.faults = faults_;
  double left = chance(random_);
  const auto takes = [&](double share) { return std::exchange(left, left - share) >= 0 && left < 0; };
  luck.is_unavailable = takes(faults_.unavailable_share);
  luck.is_too_many = takes(faults_.too_many_requests_share);
  luck.hangs_up = takes(faults_.hang_up_share);
  luck.loses_answer = takes(faults_.lost_answer_share);
  luck.cuts_answer = chance(random_) < faults_.cut_answer_share;
  luck.flips_bit = chance(random_) < faults_.flipped_bit_share;
  luck.damages_upload = chance(random_) < faults_.damaged_upload_share;
  luck.place = random_();
  return luck;
}

TestResponse GcsFake::api(const TestRequest& request, const Luck& luck) {
  count_request();
  TestResponse response;
  if (luck.hangs_up) {
    response.close_without_answer = true;
  } else if (luck.is_unavailable || luck.is_too_many) {
    response =
        luck.is_unavailable
            ? google_error({503, "backendError", "We encountered an internal error. Please try again."})
            : google_error({429, "rateLimitExceeded", "Too many requests, please slow down."});
    if (luck.faults.retry_after.count() > 0) {
      response.headers.emplace_back("Retry-After", std::to_string(luck.faults.retry_after.count()));
    }
  } else {
    response = route(request, Route::of(request), luck);
    response.close_without_answer = luck.loses_answer;
  }
  return response;
}

TestResponse GcsFake::route(const TestRequest& request, const Route& route, const Luck& luck) {
  if (route.kind == Route::Kind::kUnknown) return google_error({404, "notFound", "Not Found"});
  // An upload's session is a capability of its own: no token is asked for.
  if (route.kind == Route::Kind::kUpload && request.has_query("upload_id")) {
    return continue_upload(request, luck);
  }
  if (auto refusal = authorize(request, route)) return std::move(*refusal);
  if (find_bucket(route.bucket) == nullptr) return google_error(no_such_bucket());
  if (auto refusal = refuse_as_told(route)) return std::move(*refusal);
  TestResponse response;
  switch (route.kind) {
    case Route::Kind::kBucket:
      return google_json(request,
                         {{"kind", "storage#bucket"}, {"name", route.bucket}, {"location", "EUROPE-WEST1"}});
    case Route::Kind::kUpload: return upload(request, route, luck);
    case Route::Kind::kList: return list_objects(request, route);
    case Route::Kind::kRemove: return remove_object(request, route);
    case Route::Kind::kPatch: return patch_object(request, route);
    case Route::Kind::kGet:
      response = get_object(request, route);
      spoil(response, luck);
      return response;
    case Route::Kind::kUnknown: break;
  }
  return google_error({404, "notFound", "Not Found"});
}

std::optional<TestResponse> GcsFake::authorize(const TestRequest& request, const Route& route) const {
  const std::string_view header = request.header("authorization");
  switch (tokens_.judge(header, route.writes())) {
    case GcsFakeTokens::Verdict::kGood: return std::nullopt;
    case GcsFakeTokens::Verdict::kReadOnly:
      return google_error({403, "insufficientPermissions", "Insufficient Permission"});
    case GcsFakeTokens::Verdict::kUnknown: break;
  }
  TestResponse response =
      header.empty()
          ? google_error(
                {401, "required",
                 fmt::format("Anonymous caller does not have {} access to the Google Cloud Storage object.",
                             route.permission())})
          : google_error({401, "authError", "Invalid Credentials"});
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"https://accounts.google.com/\"");
  return response;
}

std::optional<TestResponse> GcsFake::refuse_as_told(const Route& route) const {
  const std::scoped_lock lock(mutex_);
  const bool refuses = (route.writes() && faults_.refuse_writes) ||
                       (route.kind == Route::Kind::kList && faults_.refuse_lists) ||
                       (route.kind == Route::Kind::kGet && faults_.refuse_reads);
  if (!refuses) return std::nullopt;
  return google_error(permission_denied(route.permission()));
}

GcsFakeBucket* GcsFake::find_bucket(const std::string& name) {
  const auto found = buckets_.find(name);
  return found == buckets_.end() ? nullptr : found->second.get();
}

TestResponse GcsFake::get_object(const TestRequest& request, const Route& route) {
  const bool wants_media = request.query("alt") == "media";
  GcsFakeObject object;
  if (const auto refusal =
          find_bucket(route.bucket)->find(route.object, gcs_fake_conditions(request), object)) {
    TestResponse response = google_error(*refusal);
    if (wants_media) {  // then the service answers in plain words
      response.headers = {{"Content-Type", "text/html; charset=UTF-8"}};
      response.body = to_bytes(refusal->message);
    }
    return response;
  }
  if (wants_media) return get_media(request, object);
  return google_json(request, object_resource(object, route.bucket, url()));
}

TestResponse GcsFake::get_media(const TestRequest& request, const GcsFakeObject& object) const {
  TestResponse response;
  response.headers = {{"Content-Type", object.content_type},
                      {"X-Goog-Generation", std::to_string(object.generation)},
                      {"X-Goog-Stored-Content-Length", std::to_string(object.bytes->size())},
                      {"X-Goog-Hash", "crc32c=" + checksum_text(object.crc32c)},
                      {"X-Goog-Hash", "md5=" + object.md5},
                      {"X-Goog-Storage-Class", object.storage_class}};
  const std::size_t size = object.bytes->size();
  Range range;
  switch (parse_range(request.header("range"), size, range)) {
    case RangeKind::kNone: response.body = *object.bytes; break;
    case RangeKind::kGood:
      response.status = 206;
      response.headers.emplace_back(
          "Content-Range", fmt::format("bytes {}-{}/{}", range.first, range.first + range.length - 1, size));
      response.body = to_bytes(ByteView(*object.bytes).subspan(range.first, range.length));
      break;
    case RangeKind::kUnsatisfiable:
      response.status = 416;
      response.headers = {{"Content-Type", "text/html; charset=UTF-8"},
                          {"Content-Range", fmt::format("bytes */{}", size)}};
      response.body = to_bytes("The requested range cannot be satisfied.");
      break;
  }
  return response;
}

void GcsFake::spoil(TestResponse& response, const Luck& luck) const {
  const bool is_media = response.headers.front().second == "application/octet-stream";
  if (response.status >= 300 || !is_media || response.body.empty()) return;
  if (luck.cuts_answer) response.cut_body_after = response.body.size() / 2;
  if (luck.flips_bit) response.body[luck.place % response.body.size()] ^= 1;
}

TestResponse GcsFake::list_objects(const TestRequest& request, const Route& route) {
  GcsFakeListQuery query;
  query.prefix = request.query("prefix");
  query.delimiter = request.query("delimiter");
  bool is_empty_page = false;
  {
    const std::scoped_lock lock(mutex_);
    query.most = faults_.objects_per_page;
    is_empty_page = faults_.one_empty_page && !request.has_query("pageToken");
  }
  if (const auto most = number(request.query("maxResults")); most && *most > 0) {
    query.most = std::min<std::uint64_t>({query.most, *most, kMostPage});
  }
  if (request.has_query("pageToken")) {
    query.after = name_of_page_token(request.query("pageToken"));
    if (!query.after) return google_error({400, "invalid", "Invalid argument."});
  }
  Json json = {{"kind", "storage#objects"}};
  if (is_empty_page) {
    json["nextPageToken"] = page_token_after("");
    return google_json(request, json);
  }
  const GcsFakeListing listing = find_bucket(route.bucket)->list(query);
  for (const GcsFakeObject& object : listing.objects) {
    json["items"].push_back(object_resource(object, route.bucket, url()));
  }
  for (const std::string& prefix : listing.prefixes) json["prefixes"].push_back(prefix);
  if (listing.next_after) json["nextPageToken"] = page_token_after(*listing.next_after);
  return google_json(request, json);
}

TestResponse GcsFake::remove_object(const TestRequest& request, const Route& route) {
  if (const auto refusal = find_bucket(route.bucket)->remove(route.object, gcs_fake_conditions(request))) {
    return google_error(*refusal);
  }
  TestResponse response;
  response.status = 204;
  return response;
}

}  // namespace skyhold
