#include "access/oidc_documents.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/encoding.h"

namespace skyhold {
namespace {

using Json = nlohmann::json;

constexpr int kMostDepth = 16;
constexpr std::size_t kMostTextBytes = 2000;
constexpr std::size_t kMostTokenBytes = std::size_t{64} << 10;
constexpr std::size_t kMostKeys = 100;
constexpr std::size_t kMostKeyBytes = 16'000;
constexpr std::size_t kMostAudiences = 100;
constexpr std::size_t kMostValues = 2000;
constexpr double kLastSecond = 253'402'300'799;  // of the year 9999

tl::unexpected<Error> corrupt(std::string_view what, std::string_view problem) {
  return fail(ErrorCode::kCorrupt, fmt::format("{} of the sign-in provider {}", what, problem),
              "is oidc.issuer in the settings the right address?");
}

Result<Json> parse_object(std::string_view text, std::string_view what) {
  if (text.size() > kMostOidcBytes) return corrupt(what, "is too large");
  bool too_deep = false;
  Json json = Json::parse(
      text,
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > kMostDepth;
        return !too_deep;
      },
      /*allow_exceptions=*/false);
  if (json.is_discarded() || too_deep || !json.is_object()) return corrupt(what, "is no JSON object");
  return json;
}

bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char character) {
    return static_cast<unsigned char>(character) < ' ' || character == 0x7f;
  });
}

// Empty when it is not there, or is nothing that we could use.
std::string text_of(const Json& json, const std::string& key, std::size_t most_bytes = kMostTextBytes) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return {};
  const auto& text = found->get_ref<const std::string&>();
  return text.size() <= most_bytes && is_printable(text) ? text : std::string();
}

bool lists(const Json& json, const std::string& key, std::string_view wanted) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) return false;
  return std::any_of(found->begin(), found->end(), [&](const Json& each) {
    return each.is_string() && each.get_ref<const std::string&>() == wanted;
  });
}

// One text or a list of them; nothing when it is neither.
std::optional<std::vector<std::string>> texts_of(const Json& json, const std::string& key, std::size_t most) {
  const auto found = json.find(key);
  if (found == json.end()) return std::nullopt;
  if (found->is_string()) return std::vector{found->get<std::string>()};
  if (!found->is_array() || found->size() > most) return std::nullopt;
  std::vector<std::string> texts;
  for (const Json& each : *found) {
    if (!each.is_string()) return std::nullopt;
    texts.push_back(each.get<std::string>());
  }
  return texts;
}

// Seconds since 1970, which may have a fraction.
std::optional<Instant> time_of(const Json& json, const std::string& key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return std::nullopt;
  const auto seconds = found->get<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kLastSecond) return std::nullopt;
  return Instant{std::chrono::seconds{static_cast<std::int64_t>(seconds)}};
}

Result<std::string> endpoint(const Json& json, const std::string& key, bool local) {
  std::string url = text_of(json, key);
  if (is_oidc_url(url) && (local || !is_local_http(url))) return url;
  return corrupt("the description", fmt::format("gives no https address as {}", key));
}

bool is_signature_key(const Json& json) {
  const std::string use = text_of(json, "use");
  if (!use.empty() && use != "sig") return false;
  if (json.contains("key_ops") && !lists(json, "key_ops", "verify")) return false;
  const std::string type = text_of(json, "kty");
  return type == "RSA" || type == "EC";
}

// The public members of a key, all that verifying takes; "": they are not what they must be. cjose does not
// refuse other digits than those of base64url but ends the process.
std::string public_part(const Json& key) {
  const std::string type = text_of(key, "kty");
  Json part{{"kty", type}};
  if (type == "EC") part["crv"] = text_of(key, "crv");
  for (const char* name : type == "RSA" ? std::array{"n", "e"} : std::array{"x", "y"}) {
    const std::string digits = text_of(key, name, kMostKeyBytes);
    if (digits.empty() || !base64url_decode(digits)) return {};
    part[name] = digits;
  }
  return part.dump();
}

}  // namespace

bool is_local_http(std::string_view url) {
  for (const std::string_view local : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
    if (!url.starts_with(local)) continue;
    const std::string_view rest = url.substr(local.size());
    if (rest.empty() || rest.front() == ':' || rest.front() == '/') {
      return rest.substr(0, rest.find('/')).find('@') == std::string_view::npos;
    }
  }
  return false;
}

bool is_oidc_url(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  const bool plain = std::all_of(url.begin(), url.end(), [](char character) {
    return character > ' ' && character < 0x7f && character != '#' && character != '\\' && character != '"' &&
           character != '<' && character != '>';
  });
  return plain && ((url.starts_with(kScheme) && url.size() > kScheme.size()) || is_local_http(url));
}

Result<OidcMetadata> parse_oidc_metadata(std::string_view json, std::string_view issuer) {
  const Json root = TRY(parse_object(json, "the description"));
  if (const std::string named = text_of(root, "issuer"); named != issuer) {
    return corrupt("the description", fmt::format("is of \"{}\", not of \"{}\"", named, issuer));
  }
  const bool local = is_local_http(issuer);
  OidcMetadata metadata;
  metadata.authorization_endpoint = TRY(endpoint(root, "authorization_endpoint", local));
  metadata.token_endpoint = TRY(endpoint(root, "token_endpoint", local));
  metadata.jwks_uri = TRY(endpoint(root, "jwks_uri", local));
  if (root.contains("userinfo_endpoint")) {
    metadata.userinfo_endpoint = TRY(endpoint(root, "userinfo_endpoint", local));
  }
  const std::string methods = "token_endpoint_auth_methods_supported";
  metadata.secret_in_body =
      lists(root, methods, "client_secret_post") && !lists(root, methods, "client_secret_basic");
  const auto names_itself = root.find("authorization_response_iss_parameter_supported");
  metadata.names_itself =
      names_itself != root.end() && names_itself->is_boolean() && names_itself->get<bool>();
  return metadata;
}

Result<OidcKeys> parse_oidc_keys(std::string_view json) {
  const Json root = TRY(parse_object(json, "the list of keys"));
  const auto list = root.find("keys");
  if (list == root.end() || !list->is_array()) return corrupt("the list of keys", "holds no keys");
  if (list->size() > kMostKeys) return corrupt("the list of keys", "is too long");
  OidcKeys keys;
  for (const Json& key : *list) {
    if (!key.is_object() || !is_signature_key(key)) continue;
    OidcKey read{.id = text_of(key, "kid"),
                 .type = text_of(key, "kty"),
                 .curve = text_of(key, "crv"),
                 .algorithm = text_of(key, "alg"),
                 .json = public_part(key)};
    if (!read.json.empty() && read.json.size() <= kMostKeyBytes) keys.push_back(std::move(read));
  }
  return keys;
}

Result<OidcTokens> parse_oidc_tokens(std::string_view json) {
  const Json root = TRY(parse_object(json, "the token answer"));
  OidcTokens tokens{.id_token = text_of(root, "id_token", kMostTokenBytes),
                    .access_token = text_of(root, "access_token", kMostTokenBytes)};
  if (tokens.id_token.empty()) return corrupt("the token answer", "holds no ID token");
  return tokens;
}

Result<OidcClaims> parse_oidc_claims(std::string_view json, std::string_view claim) {
  const Json root = TRY(parse_object(json, "what is said of a person"));
  OidcClaims claims;
  claims.issuer = text_of(root, "iss");
  claims.subject = text_of(root, "sub");
  claims.audiences = texts_of(root, "aud", kMostAudiences).value_or(std::vector<std::string>{});
  claims.authorized_party = text_of(root, "azp");
  claims.expires_at = time_of(root, "exp");
  claims.issued_at = time_of(root, "iat");
  claims.not_before = time_of(root, "nbf");
  claims.nonce = text_of(root, "nonce");
  claims.email = text_of(root, "email");
  // Some providers write it as text.
  const auto verified = root.find("email_verified");
  claims.email_verified = verified != root.end() && (*verified == Json(true) || *verified == Json("true"));
  claims.name = text_of(root, "name");
  if (!claim.empty()) claims.values = texts_of(root, std::string(claim), kMostValues);
  return claims;
}

std::string oidc_error_code(std::string_view json) {
  const Result<Json> root = parse_object(json, "the answer");
  if (!root) return {};
  std::string code = text_of(*root, "error", 64);
  const bool is_code = code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
  return is_code ? code : std::string();
}

}  // namespace skyhold
