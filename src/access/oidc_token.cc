#include "access/oidc_token.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include <cjose/cjose.h>
#include <fmt/format.h>

#include "access/printable.h"
#include "base/bytes.h"
#include "base/encoding.h"
#include "crypto/constant_time.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostTokenBytes = std::size_t{64} << 10;
constexpr std::size_t kMostSubjectBytes = 255;
constexpr std::size_t kLeastRsaBits = 2048;
constexpr std::size_t kMostRsaBits = 16'384;

// What may sign, and by what kind of key. "none" and HMAC are not here: with the latter whoever
// knows the public key, taken for a secret, could sign.
struct Algorithm {
  std::string_view name;
  std::string_view key_type;
  std::string_view curve;
};
constexpr std::array<Algorithm, 9> kAlgorithms{{{"RS256", "RSA", ""},
                                                {"RS384", "RSA", ""},
                                                {"RS512", "RSA", ""},
                                                {"PS256", "RSA", ""},
                                                {"PS384", "RSA", ""},
                                                {"PS512", "RSA", ""},
                                                {"ES256", "EC", "P-256"},
                                                {"ES384", "EC", "P-384"},
                                                {"ES512", "EC", "P-521"}}};

struct ReleaseToken {
  void operator()(cjose_jws_t* token) const { cjose_jws_release(token); }
};
struct ReleaseKey {
  void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
};
struct FreeText {
  void operator()(char* text) const { cjose_get_dealloc()(text); }
};
using Token = std::unique_ptr<cjose_jws_t, ReleaseToken>;

tl::unexpected<Error> no_proof(std::string_view problem) {
  return fail(ErrorCode::kPermissionDenied, fmt::format("the ID token of the provider {}", problem),
              "try again; when it stays so, compare issuer, client and clocks with the provider's");
}

std::string header_text(cjose_header_t* header, const char* name) {
  cjose_err error{};
  const char* text = cjose_header_get(header, name, &error);
  return text == nullptr ? std::string() : std::string(text);
}

Result<Algorithm> algorithm_of(cjose_header_t* header) {
  cjose_err error{};
  const std::unique_ptr<char, FreeText> critical(cjose_header_get_raw(header, "crit", &error));
  if (critical) return no_proof("asks for an extension that nobody here knows");
  const std::string name = header_text(header, "alg");
  const auto* const found = std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                                         [&](const Algorithm& each) { return each.name == name; });
  if (found == kAlgorithms.end()) {
    return no_proof(fmt::format("is signed with \"{}\", which proves nothing here", printable(name, 32)));
  }
  return *found;
}

bool fits(const OidcKey& key, const Algorithm& algorithm) {
  return key.type == algorithm.key_type && (algorithm.curve.empty() || key.curve == algorithm.curve) &&
         (key.algorithm.empty() || key.algorithm == algorithm.name);
}

// Of those that it could be. By name, when the token gives one.
Result<std::vector<const OidcKey*>> keys_for(const OidcKeys& keys, const std::string& id,
                                             const Algorithm& algorithm) {
  std::vector<const OidcKey*> found;
  bool is_known = id.empty();
  for (const OidcKey& key : keys) {
    if (!id.empty() && key.id != id) continue;
    is_known = true;
    if (fits(key, algorithm)) found.push_back(&key);
  }
  if (!is_known) {
    return fail(ErrorCode::kNotFound,
                fmt::format("the provider has no key \"{}\" for its own token", printable(id, 64)),
                "try again in a minute");
  }
  return found;
}

bool signed_by(cjose_jws_t* token, const OidcKey& key) {
  cjose_err error{};
  const std::unique_ptr<cjose_jwk_t, ReleaseKey> imported(
      cjose_jwk_import(key.json.data(), key.json.size(), &error));
  if (!imported) return false;
  if (key.type == "RSA") {
    const std::size_t bits = cjose_jwk_get_keysize(imported.get(), &error);
    if (bits < kLeastRsaBits || bits > kMostRsaBits) return false;
  }
  return cjose_jws_verify(token, imported.get(), &error);
}

// Three runs of base64url between dots. cjose does not refuse other digits but ends the process.
bool is_compact(std::string_view text) {
  for (int segment = 0; segment < 3; ++segment) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    if ((dot == text.size()) != (segment == 2) || !base64url_decode(text.substr(0, dot))) return false;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return true;
}

Result<std::string> signed_text(std::string_view text, const OidcKeys& keys) {
  if (text.size() > kMostTokenBytes) return no_proof("is too large");
  if (!is_compact(text)) return no_proof("is no signed token");
  cjose_err error{};
  const Token token(cjose_jws_import(text.data(), text.size(), &error));
  if (!token) return no_proof("is no signed token");
  cjose_header_t* header = cjose_jws_get_protected(token.get());
  const Algorithm algorithm = TRY(algorithm_of(header));
  const std::vector<const OidcKey*> candidates = TRY(keys_for(keys, header_text(header, "kid"), algorithm));
  const bool is_signed = std::any_of(candidates.begin(), candidates.end(),
                                     [&](const OidcKey* key) { return signed_by(token.get(), *key); });
  if (!is_signed) return no_proof("is not signed by the provider");
  std::uint8_t* payload = nullptr;
  std::size_t size = 0;
  if (!cjose_jws_get_plaintext(token.get(), &payload, &size, &error)) return no_proof("is empty");
  return std::string(as_text({payload, size}));
}

Status check_audience(const OidcClaims& claims, std::string_view client_id) {
  const auto& audiences = claims.audiences;
  if (std::find(audiences.begin(), audiences.end(), client_id) == audiences.end()) {
    return no_proof("is for another client");
  }
  const bool for_several = audiences.size() > 1;
  if (for_several || !claims.authorized_party.empty()) {
    if (claims.authorized_party != client_id) return no_proof("was asked for by another client");
  }
  return {};
}

Status check_times(const OidcClaims& claims, Instant now) {
  if (!claims.expires_at || !claims.issued_at) return no_proof("does not say until when it holds");
  if (*claims.expires_at + kOidcClockSkew <= now) return no_proof("has expired");
  const Instant from = std::max(*claims.issued_at, claims.not_before.value_or(*claims.issued_at));
  if (from > now + kOidcClockSkew) return no_proof("is from the future");
  return {};
}

}  // namespace

Result<OidcClaims> verify_id_token(std::string_view token, const OidcKeys& keys,
                                   const OidcExpectation& expected) {
  const std::string text = TRY(signed_text(token, keys));
  OidcClaims claims = TRY(parse_oidc_claims(text, expected.claim));
  if (claims.issuer != expected.issuer) return no_proof("is of another issuer");
  TRY(check_audience(claims, expected.client_id));
  TRY(check_times(claims, expected.now));
  if (!equal_in_constant_time(claims.nonce, expected.nonce)) return no_proof("was made for another sign-in");
  if (claims.subject.empty() || claims.subject.size() > kMostSubjectBytes) return no_proof("names nobody");
  return claims;
}

}  // namespace skyhold
