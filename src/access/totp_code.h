// The codes of a second factor: TOTP (RFC 6238) with SHA-1, six digits and steps of 30 seconds,
// which is what every app understands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"

namespace skyhold {

inline constexpr std::size_t kTotpSecretBytes = 20;
inline constexpr std::size_t kTotpDigits = 6;

std::int64_t totp_step(Instant now);
std::string totp_code(ByteView secret, std::int64_t step, std::size_t digits = kTotpDigits);

// The step near `now` (one before and one after are taken) that `code` belongs to, if it is later
// than `last_step`: a code is good once.
std::optional<std::int64_t> matching_totp_step(ByteView secret, std::string_view code, Instant now,
                                               std::int64_t last_step);

std::string base32_encode(ByteView bytes);  // RFC 4648, without padding

// "otpauth://totp/Skyhold:alice%40example.com?secret=…&issuer=Skyhold"
std::string totp_uri(std::string_view account_name, std::string_view secret_base32);

}  // namespace skyhold
