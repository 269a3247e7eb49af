#include "access/oidc_flow.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "access/instant_ms.h"
#include "access/secrets.h"
#include "base/assert.h"
#include "base/encoding.h"
#include "crypto/hash.h"

namespace skyhold {
namespace {

constexpr std::string_view kContext = "OpenID Connect sign-in";
// So that a whole cookie stays far below the 4096 bytes that browsers keep.
constexpr std::size_t kMostPathBytes = 500;
constexpr std::size_t kLines = 7;

// Visible ASCII without what a browser might read as another character.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char character) {
    return character > ' ' && character < 0x7f && character != '\\' && character != '"' && character != '<' &&
           character != '>';
  });
}

}  // namespace

OidcFlow new_oidc_flow(std::string redirect_uri, std::string_view return_to, std::string session_id,
                       Instant now) {
  return OidcFlow{.state = new_secret(),
                  .nonce = new_secret(),
                  .verifier = new_secret(),
                  .redirect_uri = std::move(redirect_uri),
                  .return_to = safe_return_path(return_to),
                  .session_id = std::move(session_id),
                  .ends_at = now + kOidcFlowLife};
}

// One line each; none of them can hold a line break.
std::string seal_oidc_flow(const OidcFlow& flow, const MasterKey& key) {
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", flow.state, flow.nonce, flow.verifier, flow.redirect_uri,
                  flow.return_to, flow.session_id, to_ms(flow.ends_at));
  const Result<Bytes> sealed = base64_decode(key.wrap(text, kContext));
  SKYHOLD_ASSERT(sealed.has_value());  // wrap() gives base64
  return base64url_encode(*sealed);
}

std::optional<OidcFlow> open_oidc_flow(std::string_view sealed, const MasterKey& key, Instant now) {
  const Result<Bytes> bytes = base64url_decode(sealed);
  if (!bytes) return std::nullopt;
  const Result<std::string> text = key.unwrap(base64_encode(*bytes), kContext);
  if (!text) return std::nullopt;
  std::array<std::string_view, kLines> lines;
  std::string_view rest = *text;
  for (std::string_view& line : lines) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::int64_t ends_at_ms = 0;
  const std::string_view end = lines[kLines - 1];
  std::from_chars(end.data(), end.data() + end.size(), ends_at_ms);
  OidcFlow flow{.state = std::string(lines[0]),
                .nonce = std::string(lines[1]),
                .verifier = std::string(lines[2]),
                .redirect_uri = std::string(lines[3]),
                .return_to = std::string(lines[4]),
                .session_id = std::string(lines[5]),
                .ends_at = from_ms(ends_at_ms)};
  return flow.ends_at > now ? std::optional(std::move(flow)) : std::nullopt;
}

std::string pkce_challenge(std::string_view verifier) {
  return base64url_encode(sha256(as_bytes(verifier)).view());
}

std::string safe_return_path(std::string_view wanted) {
  const bool is_path = wanted.starts_with('/') && !wanted.starts_with("//") && is_plain(wanted) &&
                       wanted.size() <= kMostPathBytes;
  // Routes of the API are no pages, and signing in again would lead round in circles.
  if (!is_path || wanted.starts_with("/api/") || wanted.starts_with("/sign-in")) return "/";
  return std::string(wanted);
}

}  // namespace skyhold
