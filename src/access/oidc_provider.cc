#include "access/oidc_provider.h"

#include <algorithm>

#include <fmt/format.h>

#include "access/oidc_token.h"
#include "base/encoding.h"

namespace skyhold {
namespace {

HttpClientOptions client_options(const OidcOptions& options) {
  HttpClientOptions client;
  client.ca_file = options.ca_file;
  client.connect_timeout = std::chrono::milliseconds{5'000};
  client.request_timeout = std::chrono::milliseconds{10'000};
  return client;
}

constexpr std::chrono::hours kKeep{1};
constexpr std::chrono::seconds kLongestWaitForTurn{2};
constexpr std::size_t kMostCodeBytes = 4000;

constexpr std::string_view kUnavailableHint = "sign in with name and password meanwhile, or try again later";
constexpr std::string_view kSettingsHint = "compare [oidc] in the settings with the client at the provider";

// As application/x-www-form-urlencoded and queries want it.
std::string encoded(std::string_view text) {
  std::string out;
  for (const char character : text) {
    const bool plain = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                       (character >= '0' && character <= '9') ||
                       std::string_view("-._~").find(character) != std::string_view::npos;
    if (plain) {
      out.push_back(character);
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(character));
    }
  }
  return out;
}

std::string form(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, encoded(value));
  }
  return text;
}

tl::unexpected<OidcFailure> unavailable(std::string_view what, std::string_view problem) {
  return fail(OidcFailure(OidcFault::kUnavailable,
                          Error{.code = ErrorCode::kUnavailable,
                                .message = fmt::format("{} of the sign-in provider: {}", what, problem),
                                .hint = std::string(kUnavailableHint)}));
}

OidcFailure misconfigured(const Error& error) {
  return {OidcFault::kMisconfigured, error};
}

std::string discovery_url(std::string_view issuer) {
  while (issuer.ends_with('/')) issuer.remove_suffix(1);
  return fmt::format("{}/.well-known/openid-configuration", issuer);
}

HttpRequest get_json(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers = {{"Accept", "application/json"}};
  request.most_response_bytes = kMostOidcBytes;
  return request;
}

OidcIdentity identity_of(const OidcClaims& claims, const OidcOptions& options) {
  OidcIdentity identity{.issuer = options.issuer,
                        .subject = claims.subject,
                        .email = claims.email,
                        .email_verified = claims.email_verified,
                        .name = claims.name};
  if (!options.operator_claim.empty()) {
    const std::vector<std::string> values = claims.values.value_or(std::vector<std::string>{});
    identity.is_operator = std::find(values.begin(), values.end(), options.operator_value) != values.end();
  }
  return identity;
}

bool lacks_something(const OidcClaims& claims, const OidcOptions& options) {
  return claims.email.empty() || claims.name.empty() || (!options.operator_claim.empty() && !claims.values);
}

}  // namespace

OidcProvider::OidcProvider(OidcOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), client_(client_options(options_)) {}

OidcOutcome<HttpResponse> OidcProvider::send(const HttpRequest& request, std::string_view what) {
  if (!turns_.try_acquire_for(kLongestWaitForTurn)) return unavailable(what, "too many wait for its answer");
  Result<HttpResponse> response = client_.send(request);
  turns_.release();
  if (!response) return unavailable(what, response.error().message);
  if (response->status >= 500 || response->status == 429) {
    return unavailable(what, fmt::format("it answers with status {}", response->status));
  }
  return std::move(*response);
}

OidcOutcome<std::shared_ptr<const OidcMetadata>> OidcProvider::metadata() {
  const Instant now = clock_.now();
  Kept<OidcMetadata> kept;
  {
    const std::lock_guard lock(mutex_);
    kept = metadata_;
  }
  if (kept.value && now - kept.read_at < kKeep) return kept.value;
  auto response = send(get_json(discovery_url(options_.issuer)), "the description");
  if (!response) {
    // What it said an hour ago is likely to hold.
    if (kept.value) return kept.value;
    return fail(std::move(response).error());
  }
  if (!response->ok()) {
    return refuse(OidcFault::kMisconfigured,
                  fmt::format("{} answers with status {}", discovery_url(options_.issuer), response->status),
                  "is oidc.issuer in the settings the right address?");
  }
  Result<OidcMetadata> parsed = parse_oidc_metadata(as_text(response->body), options_.issuer);
  if (!parsed) return fail(misconfigured(parsed.error()));
  const auto fresh = std::make_shared<const OidcMetadata>(std::move(*parsed));
  const std::lock_guard lock(mutex_);
  metadata_ = {fresh, now};
  return fresh;
}

OidcOutcome<std::shared_ptr<const OidcKeys>> OidcProvider::keys(const OidcMetadata& metadata, bool again) {
  const Instant now = clock_.now();
  if (!again) {
    const std::lock_guard lock(mutex_);
    if (keys_.value && now - keys_.read_at < kKeep) return keys_.value;
  }
  const HttpResponse response = TRY(send(get_json(metadata.jwks_uri), "the keys"));
  if (!response.ok()) return unavailable("the keys", fmt::format("status {}", response.status));
  Result<OidcKeys> parsed = parse_oidc_keys(as_text(response.body));
  if (!parsed) return fail(misconfigured(parsed.error()));
  const auto fresh = std::make_shared<const OidcKeys>(std::move(*parsed));
  const std::lock_guard lock(mutex_);
  keys_ = {fresh, now};
  return fresh;
}

OidcOutcome<std::string> OidcProvider::authorization_url(const OidcFlow& flow) {
  const std::shared_ptr<const OidcMetadata> known = TRY(metadata());
  const std::string query = form({{"response_type", "code"},
                                  {"client_id", options_.client_id},
                                  {"redirect_uri", flow.redirect_uri},
                                  {"scope", options_.scopes},
                                  {"state", flow.state},
                                  {"nonce", flow.nonce},
                                  {"code_challenge", pkce_challenge(flow.verifier)},
                                  {"code_challenge_method", "S256"}});
  const std::string& endpoint = known->authorization_endpoint;
  return fmt::format("{}{}{}", endpoint, endpoint.find('?') == std::string::npos ? '?' : '&', query);
}

OidcOutcome<OidcTokens> OidcProvider::exchange(const OidcMetadata& metadata, const OidcFlow& flow,
                                               const std::string& code) {
  std::string body = form({{"grant_type", "authorization_code"},
                           {"code", code},
                           {"redirect_uri", flow.redirect_uri},
                           {"code_verifier", flow.verifier}});
  HttpRequest request = get_json(metadata.token_endpoint);
  request.method = HttpMethod::kPost;
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  const std::string& secret = options_.client_secret;
  if (!secret.empty() && !metadata.secret_in_body) {
    const std::string pair = fmt::format("{}:{}", encoded(options_.client_id), encoded(secret));
    request.headers.push_back({"Authorization", "Basic " + base64_encode(as_bytes(pair))});
  } else {
    body += "&" + form({{"client_id", options_.client_id}});
    if (!secret.empty()) body += "&" + form({{"client_secret", secret}});
  }
  request.body = {as_bytes(body)};
  const HttpResponse response = TRY(send(request, "the token"));
  if (response.ok()) {
    Result<OidcTokens> tokens = parse_oidc_tokens(as_text(response.body));
    if (!tokens) return fail(OidcFailure(OidcFault::kUntrusted, tokens.error()));
    return std::move(*tokens);
  }
  const std::string why = oidc_error_code(as_text(response.body));
  if (response.status == 401 || why == "invalid_client" || why == "unauthorized_client") {
    return refuse(OidcFault::kMisconfigured, "the sign-in provider does not know this client or its secret",
                  std::string(kSettingsHint));
  }
  return refuse(OidcFault::kUntrusted,
                fmt::format("the sign-in provider takes the code for none of its own: status {} {}",
                            response.status, why),
                "begin the sign-in again");
}

OidcOutcome<OidcClaims> OidcProvider::verified(const OidcMetadata& metadata, const OidcFlow& flow,
                                               const std::string& id_token) {
  const OidcExpectation expected{.issuer = options_.issuer,
                                 .client_id = options_.client_id,
                                 .nonce = flow.nonce,
                                 .claim = options_.operator_claim,
                                 .now = clock_.now()};
  Result<OidcClaims> claims = verify_id_token(id_token, *TRY(keys(metadata, false)), expected);
  // The keys may have been changed since they were read.
  if (!claims && claims.error().code == ErrorCode::kNotFound) {
    claims = verify_id_token(id_token, *TRY(keys(metadata, true)), expected);
  }
  if (!claims) return fail(OidcFailure(OidcFault::kUntrusted, claims.error()));
  return std::move(*claims);
}

OidcOutcome<OidcClaims> OidcProvider::userinfo(const OidcMetadata& metadata,
                                               const std::string& access_token) {
  HttpRequest request = get_json(metadata.userinfo_endpoint);
  request.headers.push_back({"Authorization", "Bearer " + access_token});
  const HttpResponse response = TRY(send(request, "what is said of a person"));
  if (!response.ok()) {
    return refuse(
        OidcFault::kMisconfigured,
        fmt::format("the userinfo endpoint of the provider answers with status {}", response.status),
        std::string(kSettingsHint));
  }
  Result<OidcClaims> claims = parse_oidc_claims(as_text(response.body), options_.operator_claim);
  if (!claims) return fail(misconfigured(claims.error()));
  return std::move(*claims);
}

OidcOutcome<OidcIdentity> OidcProvider::redeem(const OidcFlow& flow, const Answer& answer) {
  const std::shared_ptr<const OidcMetadata> known = TRY(metadata());
  // Which of several providers has answered; there is one here, and it must not be another.
  const bool names_other = !answer.issuer.empty() && answer.issuer != options_.issuer;
  if (names_other || (answer.issuer.empty() && known->names_itself)) {
    return refuse(OidcFault::kUntrusted, "another provider has answered than was asked",
                  "begin the sign-in again");
  }
  if (answer.code.empty() || answer.code.size() > kMostCodeBytes) {
    return refuse(OidcFault::kUntrusted, "the provider sent no code", "begin the sign-in again");
  }
  const OidcTokens tokens = TRY(exchange(*known, flow, answer.code));
  OidcClaims claims = TRY(verified(*known, flow, tokens.id_token));
  if (lacks_something(claims, options_) && !known->userinfo_endpoint.empty() &&
      !tokens.access_token.empty()) {
    const OidcClaims more = TRY(userinfo(*known, tokens.access_token));
    if (more.subject != claims.subject) {
      return refuse(OidcFault::kUntrusted, "the provider says of another person than it signed for",
                    "begin the sign-in again");
    }
    if (claims.email.empty()) {
      claims.email = more.email;
      claims.email_verified = more.email_verified;
    }
    if (claims.name.empty()) claims.name = more.name;
    if (!claims.values) claims.values = more.values;
  }
  return identity_of(claims, options_);
}

}  // namespace skyhold
