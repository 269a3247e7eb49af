#include "tests/support/gcs_fake_tokens.h"

#include <fstream>
#include <set>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "base/random.h"
#include "crypto/rsa_signature.h"

namespace skyhold {
namespace {

using Json = nlohmann::json;

constexpr const char* kKeyId = "0123456789abcdef0123456789abcdef01234567";
constexpr const char* kClientId = "4711.apps.googleusercontent.com";
constexpr const char* kClientSecret = "a secret & more";
constexpr const char* kRefreshToken = "1//refresh+token";
constexpr const char* kScopes = "https://www.googleapis.com/auth/";
constexpr std::int64_t kMostJwtSeconds = 3600;
constexpr std::int64_t kClockTolerance = 300;

TestResponse json_response(int status, const Json& body) {
  TestResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json; charset=UTF-8"}};
  response.body = to_bytes(body.dump());
  return response;
}

TestResponse token_refusal(const std::string& reason, const std::string& description) {
  return json_response(400, {{"error", reason}, {"error_description", description}});
}

std::string new_token() {
  Bytes random(24);
  random_bytes(random);
  return "ya29." + base64url_encode(random);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  return parts;
}

Json decoded_json(const std::string& part) {
  const Result<Bytes> text = base64url_decode(part);
  if (!text) return Json(Json::value_t::discarded);
  return Json::parse(text->begin(), text->end(), nullptr, false);
}

void write_json(const std::filesystem::path& file, const Json& json) {
  std::ofstream out(file);
  out << json.dump(2);
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

// One for all fakes of this process: making a key takes longer than most tests.
const TestRsaKey& account_key() {
  static const TestRsaKey key = make_test_rsa_key();
  return key;
}

// A form's field, decoded as the value of a query is.
std::string form_field(const TestRequest& request, std::string_view name) {
  TestRequest as_query;
  as_query.target = "/?" + std::string(as_text(request.body));
  return as_query.query(name);
}

}  // namespace

GcsFakeTokens::GcsFakeTokens(std::shared_ptr<const Clock> clock)
    : clock_(std::move(clock)), key_(account_key()) {}

void GcsFakeTokens::write_service_account(const std::filesystem::path& file,
                                          const std::string& token_uri) const {
  write_json(file, {{"type", "service_account"},
                    {"project_id", "skyhold-test"},
                    {"private_key_id", kKeyId},
                    {"private_key", key_.private_key},
                    {"client_email", kFakeServiceAccount},
                    {"client_id", "1234567890"},
                    {"token_uri", token_uri}});
}

void GcsFakeTokens::write_authorized_user(const std::filesystem::path& file,
                                          const std::string& token_uri) const {
  write_json(file, {{"type", "authorized_user"},
                    {"client_id", kClientId},
                    {"client_secret", kClientSecret},
                    {"refresh_token", kRefreshToken},
                    {"token_uri", token_uri}});
}

// Empty when the assertion is as Google wants it.
std::string GcsFakeTokens::refusal_of_assertion(const std::string& assertion, const std::string& token_uri,
                                                bool& may_write) const {
  const std::vector<std::string> parts = split(assertion, '.');
  if (parts.size() != 3) return "Bad Request: not a JWT";
  const Json header = decoded_json(parts[0]);
  const Json claims = decoded_json(parts[1]);
  const Result<Bytes> signature = base64url_decode(parts[2]);
  if (!header.is_object() || !claims.is_object() || !signature) return "Bad Request: not a JWT";
  if (header.value("alg", "") != "RS256" || header.value("typ", "") != "JWT") return "Invalid JWT header";
  if (header.value("kid", "") != kKeyId) return "Invalid key id";
  if (!verify_rs256(key_.public_key, as_bytes(parts[0] + "." + parts[1]), *signature)) {
    return "Invalid JWT Signature.";
  }
  if (claims.value("iss", "") != kFakeServiceAccount) return "Invalid issuer: Not a valid email.";
  if (claims.value("aud", "") != token_uri) return "Invalid JWT: Failed audience check.";
  const std::int64_t now = std::chrono::floor<std::chrono::seconds>(clock_->now().time_since_epoch()).count();
  const std::int64_t issued = claims.value("iat", std::int64_t{0});
  const std::int64_t expires = claims.value("exp", std::int64_t{0});
  if (issued > now + kClockTolerance || expires < now - kClockTolerance || expires <= issued ||
      expires - issued > kMostJwtSeconds) {
    return "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check "
           "your iat and exp values in the JWT claim.";
  }
  const std::vector<std::string> granted = split(claims.value("scope", ""), ' ');
  const std::set<std::string> scopes(granted.begin(), granted.end());
  may_write = false;
  bool may_read = false;
  for (const char* scope : {"devstorage.read_write", "devstorage.full_control", "cloud-platform"}) {
    may_write = may_write || scopes.contains(std::string(kScopes) + scope);
  }
  may_read = may_write || scopes.contains(std::string(kScopes) + "devstorage.read_only");
  return may_read ? "" : "Invalid OAuth scope or ID token audience provided.";
}

TestResponse GcsFakeTokens::answer_token_request(const TestRequest& request, const std::string& token_uri) {
  {
    const std::scoped_lock lock(mutex_);
    if (is_revoked_) return token_refusal("invalid_grant", "Invalid grant: account not found");
  }
  if (request.method != "POST" || request.header("content-type") != "application/x-www-form-urlencoded") {
    return token_refusal("invalid_request", "Required parameter is missing: grant_type");
  }
  const std::string grant = form_field(request, "grant_type");
  if (grant == "urn:ietf:params:oauth:grant-type:jwt-bearer") {
    bool may_write = false;
    const std::string refusal = refusal_of_assertion(form_field(request, "assertion"), token_uri, may_write);
    return refusal.empty() ? issue(may_write) : token_refusal("invalid_grant", refusal);
  }
  if (grant != "refresh_token")
    return token_refusal("unsupported_grant_type", "Invalid grant_type: " + grant);
  if (form_field(request, "client_id") != kClientId ||
      form_field(request, "client_secret") != kClientSecret) {
    TestResponse response = token_refusal("invalid_client", "Unauthorized");
    response.status = 401;
    return response;
  }
  if (form_field(request, "refresh_token") != kRefreshToken) {
    return token_refusal("invalid_grant", "Token has been expired or revoked.");
  }
  return issue(true);
}

TestResponse GcsFakeTokens::answer_metadata_request(const TestRequest& request) {
  TestResponse response;
  if (request.header("metadata-flavor") != "Google") {
    response.status = 403;
    response.body = to_bytes("Missing required header: Metadata-Flavor");
  } else if (request.path() == "/computeMetadata/v1/instance/service-accounts/default/token") {
    response = issue(true);
  } else {
    response.status = 404;
  }
  response.headers.emplace_back("Metadata-Flavor", "Google");
  response.headers.emplace_back("Server", "Metadata Server for VM");
  return response;
}

TestResponse GcsFakeTokens::issue(bool may_write) {
  const std::scoped_lock lock(mutex_);
  ++issued_;
  const std::string token = new_token();
  if (!hands_out_bad_) tokens_[token] = {clock_->now() + lifetime_, may_write};
  return json_response(
      200, {{"access_token", token}, {"expires_in", lifetime_.count()}, {"token_type", "Bearer"}});
}

GcsFakeTokens::Verdict GcsFakeTokens::judge(std::string_view authorization_header, bool is_write) const {
  constexpr std::string_view kBearer = "Bearer ";
  if (!authorization_header.starts_with(kBearer)) return Verdict::kUnknown;
  const std::scoped_lock lock(mutex_);
  const auto token = tokens_.find(authorization_header.substr(kBearer.size()));
  if (token == tokens_.end() || clock_->now() >= token->second.expires_at) return Verdict::kUnknown;
  return is_write && !token->second.may_write ? Verdict::kReadOnly : Verdict::kGood;
}

void GcsFakeTokens::set_lifetime(std::chrono::seconds lifetime) {
  const std::scoped_lock lock(mutex_);
  lifetime_ = lifetime;
}

void GcsFakeTokens::expire_all() {
  const std::scoped_lock lock(mutex_);
  tokens_.clear();
}

void GcsFakeTokens::revoke_account() {
  const std::scoped_lock lock(mutex_);
  tokens_.clear();
  is_revoked_ = true;
}

void GcsFakeTokens::hand_out_bad_tokens(bool bad) {
  const std::scoped_lock lock(mutex_);
  hands_out_bad_ = bad;
}

std::uint64_t GcsFakeTokens::issued() const {
  const std::scoped_lock lock(mutex_);
  return issued_;
}

}  // namespace skyhold
