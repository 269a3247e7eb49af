#include "access/totp_code.h"

#include <array>

#include <fmt/format.h>

#include "crypto/constant_time.h"
#include "crypto/hmac.h"

namespace skyhold {
namespace {

constexpr std::int64_t kStepSeconds = 30;

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char character : text) {
    const bool is_plain = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                          (character >= '0' && character <= '9') || character == '.' || character == '_' ||
                          character == '-';
    if (is_plain) {
      encoded.push_back(character);
    } else {
      encoded += fmt::format("%{:02X}", static_cast<std::uint8_t>(character));
    }
  }
  return encoded;
}

}  // namespace

std::int64_t totp_step(Instant now) {
  return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() / kStepSeconds;
}

std::string totp_code(ByteView secret, std::int64_t step, std::size_t digits) {
  std::array<std::uint8_t, 8> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter.at(i) = static_cast<std::uint8_t>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
  }
  const HmacSha1 mac = hmac_sha1(secret, counter);
  // RFC 4226, 5.3: four bytes, from where the last nibble says, without the sign bit.
  const std::size_t offset = mac.back() & 0x0fU;
  const std::uint32_t number = (mac.at(offset) & 0x7fU) << 24 | std::uint32_t{mac.at(offset + 1)} << 16 |
                               std::uint32_t{mac.at(offset + 2)} << 8 | mac.at(offset + 3);
  const std::string all = fmt::format("{:010}", number);
  return all.substr(all.size() - digits);
}

std::optional<std::int64_t> matching_totp_step(ByteView secret, std::string_view code, Instant now,
                                               std::int64_t last_step) {
  const std::int64_t current = totp_step(now);
  std::optional<std::int64_t> matching;
  for (std::int64_t step = current - 1; step <= current + 1; ++step) {
    const bool matches = equal_in_constant_time(totp_code(secret, step), code);
    if (matches && step > last_step) matching = step;
  }
  return matching;
}

std::string base32_encode(ByteView bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    bit_count += 8;
    for (; bit_count >= 5; bit_count -= 5) text.push_back(kAlphabet[bits >> (bit_count - 5) & 31]);
  }
  if (bit_count > 0) text.push_back(kAlphabet[bits << (5 - bit_count) & 31]);
  return text;
}

std::string totp_uri(std::string_view account_name, std::string_view secret_base32) {
  return fmt::format("otpauth://totp/Skyhold:{}?secret={}&issuer=Skyhold&algorithm=SHA1&digits={}&period={}",
                     percent_encoded(account_name), secret_base32, kTotpDigits, kStepSeconds);
}

}  // namespace skyhold
