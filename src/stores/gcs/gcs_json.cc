#include "stores/gcs/gcs_json.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/encoding.h"

namespace skyhold {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostJsonBytes = 8 << 20;
constexpr std::size_t kMostNameBytes = 1024;  // of an object, by the API
constexpr std::size_t kMostTokenBytes = 16 << 10;
constexpr std::size_t kMostProblemBytes = 300;
constexpr std::int64_t kLongestTokenSeconds = 12L * 3600;
// Not Unlocked: that is lifted by whoever may administer the objects, and so by the thief of
// such an account, against whom it is there. Both can be extended. The price is that a number
// of days set too high is waited out.
constexpr const char* kRetentionMode = "Locked";
constexpr const char* kDefaultTokenUri = "https://oauth2.googleapis.com/token";

// Discarded when it is not JSON: nlohmann's exceptions end here.
Json parse(ByteView text) {
  if (text.size() > kMostJsonBytes) return Json(Json::value_t::discarded);
  return Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
}

// A field that is text; null when it is not there or of another type.
const std::string* text_field(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

std::string text_or_empty(const Json& object, const char* name) {
  const std::string* text = text_field(object, name);
  return text == nullptr ? std::string() : *text;
}

// The API writes 64-bit numbers as text, since JavaScript would round them.
std::optional<std::uint64_t> number_field(const Json& object, const char* name) {
  const std::string* text = text_field(object, name);
  if (text == nullptr || text->empty()) return std::nullopt;
  std::uint64_t value = 0;
  const char* end = text->data() + text->size();
  const auto [parsed_to, failure] = std::from_chars(text->data(), end, value);
  if (failure != std::errc() || parsed_to != end) return std::nullopt;
  return value;
}

tl::unexpected<Error> not_promised(std::string_view what) {
  return fail(ErrorCode::kCorrupt, fmt::format("the answer holds no {}", what),
              "check that the endpoint is Google Cloud Storage and no proxy answers in its place");
}

// {"retention": {"mode": "Locked", "retainUntilTime": "2026-12-24T01:00:00Z"}}
Result<std::optional<Instant>> locked_until(const Json& object) {
  const auto retention = object.find("retention");
  if (retention == object.end() || text_or_empty(*retention, "mode") != kRetentionMode) return std::nullopt;
  const Result<Instant> until = parse_rfc3339(text_or_empty(*retention, "retainUntilTime"));
  if (!until) return not_promised("time that the object is retained until");
  return *until;
}

Result<GcsObject> to_object(const Json& json) {
  GcsObject object;
  const std::string* name = text_field(json, "name");
  const std::optional<std::uint64_t> size = number_field(json, "size");
  if (name == nullptr || name->empty() || name->size() > kMostNameBytes) return not_promised("object's name");
  if (!size) return not_promised("object's size");
  object.name = *name;
  object.size_bytes = *size;
  object.generation = number_field(json, "generation").value_or(0);
  if (const std::string* checksum = text_field(json, "crc32c")) {
    object.crc32c = TRY(parse_gcs_crc32c(*checksum));
  }
  object.locked_until = TRY(locked_until(json));
  return object;
}

// Letters that may stand in a header: what an answer holds must not break a request.
bool is_header_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

// One line without control characters, cut between two characters.
std::string one_line(std::string_view text) {
  std::string line(text.substr(0, kMostProblemBytes));
  if (text.size() > kMostProblemBytes) {
    while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0U) == 0x80) line.pop_back();
    if (!line.empty() && static_cast<unsigned char>(line.back()) >= 0xc0) line.pop_back();
    line += "…";
  }
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  }
  while (line.ends_with(' ') || line.ends_with('.')) line.pop_back();
  return line;
}

// {"error": {"message": "…", "errors": [{"reason": "…"}]}}
GoogleProblem api_problem(const Json& error) {
  GoogleProblem problem;
  problem.message = one_line(text_or_empty(error, "message"));
  const auto errors = error.find("errors");
  if (errors != error.end() && errors->is_array() && !errors->empty()) {
    problem.reason = one_line(text_or_empty(errors->front(), "reason"));
  }
  return problem;
}

// {"error": "invalid_grant", "error_description": "…"}
GoogleProblem token_problem(const Json& answer) {
  GoogleProblem problem;
  problem.reason = one_line(text_or_empty(answer, "error"));
  const std::string description = text_or_empty(answer, "error_description");
  problem.message = one_line(description.empty() ? problem.reason : problem.reason + ": " + description);
  return problem;
}

Result<GoogleCredentials> service_account(const Json& file) {
  GoogleCredentials credentials;
  credentials.kind = GoogleCredentials::Kind::kServiceAccount;
  credentials.client_email = text_or_empty(file, "client_email");
  credentials.private_key_pem = text_or_empty(file, "private_key");
  credentials.private_key_id = text_or_empty(file, "private_key_id");
  if (credentials.client_email.empty() || credentials.private_key_pem.empty()) {
    return fail(ErrorCode::kInvalidArgument, "the service account lacks client_email or private_key",
                "download its key anew, as JSON");
  }
  return credentials;
}

Result<GoogleCredentials> authorized_user(const Json& file) {
  GoogleCredentials credentials;
  credentials.kind = GoogleCredentials::Kind::kAuthorizedUser;
  credentials.client_id = text_or_empty(file, "client_id");
  credentials.client_secret = text_or_empty(file, "client_secret");
  credentials.refresh_token = text_or_empty(file, "refresh_token");
  if (credentials.client_id.empty() || credentials.refresh_token.empty()) {
    return fail(ErrorCode::kInvalidArgument, "the user's credentials lack client_id or refresh_token",
                "run `gcloud auth application-default login` again");
  }
  return credentials;
}

Json retention(Instant until) {
  return {{"mode", kRetentionMode}, {"retainUntilTime", format_rfc3339(until)}};
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<GcsObject> parse_gcs_object(ByteView json) {
  const Json parsed = parse(json);
  if (!parsed.is_object()) return not_promised("JSON");
  return to_object(parsed);
}

Result<GcsPage> parse_gcs_page(ByteView json) {
  const Json parsed = parse(json);
  if (!parsed.is_object()) return not_promised("JSON");
  GcsPage page;
  page.next_page_token = text_or_empty(parsed, "nextPageToken");
  const auto items = parsed.find("items");
  if (items == parsed.end()) return page;  // an empty page leaves them out
  if (!items->is_array()) return not_promised("list of objects");
  page.objects.reserve(items->size());
  for (const Json& item : *items) page.objects.push_back(TRY(to_object(item)));
  return page;
}

Result<AccessTokenAnswer> parse_access_token(ByteView json) {
  const Json parsed = parse(json);
  AccessTokenAnswer answer;
  answer.access_token = text_or_empty(parsed, "access_token");
  if (answer.access_token.empty() || answer.access_token.size() > kMostTokenBytes ||
      !is_header_text(answer.access_token)) {
    return not_promised("access token");
  }
  const auto lifetime = parsed.find("expires_in");
  if (lifetime == parsed.end() || !lifetime->is_number_integer() || *lifetime <= 0) {
    return not_promised("lifetime of the access token");
  }
  answer.lifetime = std::chrono::seconds(*lifetime > kLongestTokenSeconds ? kLongestTokenSeconds
                                                                          : lifetime->get<std::int64_t>());
  return answer;
}

Result<GoogleCredentials> parse_google_credentials(ByteView json) {
  const Json parsed = parse(json);
  const std::string* type = text_field(parsed, "type");
  if (type == nullptr) {
    return fail(ErrorCode::kInvalidArgument, "it is not a credentials file of Google Cloud",
                "name the JSON file of a service account's key");
  }
  GoogleCredentials credentials;
  if (*type == "service_account") {
    credentials = TRY(service_account(parsed));
  } else if (*type == "authorized_user") {
    credentials = TRY(authorized_user(parsed));
  } else {
    return fail(ErrorCode::kUnsupported,
                fmt::format("credentials of type \"{}\" are not supported", one_line(*type)),
                "use a service account's key, a user's credentials of gcloud, or the metadata server");
  }
  credentials.token_uri = text_or_empty(parsed, "token_uri");
  if (credentials.token_uri.empty()) credentials.token_uri = kDefaultTokenUri;
  return credentials;
}

GoogleProblem parse_google_problem(ByteView body) {
  const Json parsed = parse(body);
  if (parsed.is_object()) {
    const auto error = parsed.find("error");
    if (error != parsed.end() && error->is_object()) return api_problem(*error);
    if (error != parsed.end() && error->is_string()) return token_problem(parsed);
  }
  return {one_line(as_text(body)), ""};
}

std::string format_gcs_crc32c(std::uint32_t checksum) {
  Bytes bytes(4);
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(checksum >> (24 - 8 * i));
  return base64_encode(bytes);
}

Result<std::uint32_t> parse_gcs_crc32c(std::string_view text) {
  const Result<Bytes> bytes = base64_decode(text);
  if (!bytes || bytes->size() != 4) return not_promised("CRC-32C of the object");
  std::uint32_t checksum = 0;
  for (const std::uint8_t byte : *bytes) checksum = checksum << 8 | byte;
  return checksum;
}

std::string gcs_upload_metadata(const GcsUpload& upload) {
  Json metadata = {{"name", upload.name},
                   {"crc32c", format_gcs_crc32c(upload.crc32c)},
                   {"contentType", "application/octet-stream"}};
  if (!upload.storage_class.empty()) metadata["storageClass"] = upload.storage_class;
  if (upload.retain_until) metadata["retention"] = retention(*upload.retain_until);
  return dump(metadata);
}

std::string gcs_retention_metadata(Instant until) {
  return dump({{"retention", retention(until)}});
}

std::string jwt_signing_input(std::string_view key_id, const JwtClaims& claims) {
  Json header = {{"alg", "RS256"}, {"typ", "JWT"}};
  if (!key_id.empty()) header["kid"] = key_id;
  const Json body = {{"iss", claims.issuer},
                     {"scope", claims.scope},
                     {"aud", claims.audience},
                     {"iat", claims.issued_at_seconds},
                     {"exp", claims.expires_at_seconds}};
  return fmt::format("{}.{}", base64url_encode(as_bytes(dump(header))),
                     base64url_encode(as_bytes(dump(body))));
}

}  // namespace skyhold
