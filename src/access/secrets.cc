#include "access/secrets.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/random.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"

namespace skyhold {
namespace {

// Crockford's base 32: no i, l, o and u, which people take for others.
constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";

std::string random_groups(std::size_t groups, std::size_t characters) {
  std::array<std::uint8_t, 32> random{};
  random_bytes(random);
  std::string text;
  for (std::size_t i = 0; i < groups * characters; ++i) {
    if (i > 0 && i % characters == 0) text.push_back('-');
    text.push_back(kDigits[random.at(i) % kDigits.size()]);
  }
  return text;
}

std::string as_meant(std::string_view typed) {
  std::string text;
  for (char character : typed) {
    if (character == '-' || character == ' ') continue;
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
    if (character == 'o') character = '0';
    if (character == 'i' || character == 'l') character = '1';
    text.push_back(character);
  }
  return text;
}

}  // namespace

std::string new_secret() {
  std::array<std::uint8_t, 32> random{};
  random_bytes(random);
  return base64url_encode(random);
}

std::string secret_digest(std::string_view secret) {
  return sha256(as_bytes(secret)).hex();
}

std::string csrf_token_of(std::string_view cookie) {
  return base64url_encode(hmac_sha256(as_bytes(cookie), as_bytes("skyhold csrf token")));
}

std::string new_one_time_password() {
  return random_groups(4, 5);
}

std::string new_recovery_code() {
  return random_groups(4, 4);
}

std::string recovery_code_digest(std::string_view account_id, std::string_view typed) {
  return secret_digest(fmt::format("recovery code of {}: {}", account_id, as_meant(typed)));
}

}  // namespace skyhold
