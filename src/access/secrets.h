// What gets somebody in, and the forms in which it is kept.
#pragma once

#include <string>
#include <string_view>

namespace skyhold {

// 256 random bits in base64url: a cookie, or a token after its prefix.
inline constexpr std::size_t kSecretCharacters = 43;
inline constexpr std::string_view kTokenPrefix = "skh_";
std::string new_secret();

// All that is kept of a secret. It needs no salt and no slow hash: nobody guesses 256 bits.
std::string secret_digest(std::string_view secret);

// Belongs to one cookie and cannot be told from another, so it need not be kept.
std::string csrf_token_of(std::string_view cookie);

// To be read out and typed: 100 bits, "k3v9x-1m2q8-rz7t5-w4n6p".
std::string new_one_time_password();

// 80 bits, "k3v9-x1m2-q8rz-7t5w". Typed in any case, with or without dashes, and with the letters
// that look like digits in their place.
std::string new_recovery_code();
std::string recovery_code_digest(std::string_view account_id, std::string_view typed);

}  // namespace skyhold
