#include "crypto/bech32.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace skyhold {
namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumDigits = 6;
constexpr std::size_t kLongest = 1000;

using Digits = std::vector<std::uint8_t>;  // of 5 bits

std::uint32_t checksum_of(const Digits& digits) {
  constexpr std::array<std::uint32_t, 5> kGenerator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                                    0x2a1462b3};
  std::uint32_t sum = 1;
  for (const std::uint8_t digit : digits) {
    const std::uint32_t top = sum >> 25U;
    sum = (sum & 0x1ffffffU) << 5U ^ digit;
    for (std::size_t bit = 0; bit < kGenerator.size(); ++bit) {
      if ((top >> bit & 1U) != 0) sum ^= kGenerator[bit];
    }
  }
  return sum;
}

// The name as the checksum sees it: high bits, a zero, low bits.
Digits expanded(std::string_view name) {
  Digits digits;
  for (const char each : name) digits.push_back(static_cast<std::uint8_t>(each) >> 5U);
  digits.push_back(0);
  for (const char each : name) digits.push_back(static_cast<std::uint8_t>(each) & 31U);
  return digits;
}

Digits to_digits(ByteView bytes) {
  Digits digits;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    held = (held << 8U | byte) & 0xfffU;
    for (bits += 8; bits >= 5; bits -= 5) digits.push_back(held >> (bits - 5) & 31U);
  }
  if (bits > 0) digits.push_back(held << (5 - bits) & 31U);
  return digits;
}

tl::unexpected<Error> invalid(std::string_view name) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("not a key of the form {}1…", name),
              "copy it whole: its checksum does not fit");
}

}  // namespace

std::string bech32_encode(std::string_view name, ByteView bytes) {
  const Digits digits = to_digits(bytes);
  Digits all = expanded(name);
  all.insert(all.end(), digits.begin(), digits.end());
  all.insert(all.end(), kChecksumDigits, 0);
  const std::uint32_t sum = checksum_of(all) ^ 1U;
  std::string text(name);
  text.push_back('1');
  for (const std::uint8_t digit : digits) text.push_back(kAlphabet[digit]);
  for (std::size_t digit = 0; digit < kChecksumDigits; ++digit) {
    text.push_back(kAlphabet[sum >> 5U * (kChecksumDigits - 1 - digit) & 31U]);
  }
  return text;
}

Result<Bytes> bech32_decode(std::string_view name, std::string_view text) {
  const auto is_upper = [](char each) { return each >= 'A' && each <= 'Z'; };
  const auto is_lower = [](char each) { return each >= 'a' && each <= 'z'; };
  const bool upper = std::any_of(text.begin(), text.end(), is_upper);
  if (upper && std::any_of(text.begin(), text.end(), is_lower)) return invalid(name);
  std::string lower(text.substr(0, kLongest));
  for (char& each : lower) each = static_cast<char>(is_upper(each) ? each - 'A' + 'a' : each);
  if (text.size() > kLongest || !lower.starts_with(std::string(name) + "1")) return invalid(name);
  Digits all = expanded(name);
  Digits digits;
  for (const char each : std::string_view(lower).substr(name.size() + 1)) {
    const auto digit = kAlphabet.find(each);
    if (digit == std::string_view::npos) return invalid(name);
    digits.push_back(static_cast<std::uint8_t>(digit));
  }
  all.insert(all.end(), digits.begin(), digits.end());
  if (digits.size() < kChecksumDigits || checksum_of(all) != 1) return invalid(name);
  digits.resize(digits.size() - kChecksumDigits);
  Bytes bytes;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const std::uint8_t digit : digits) {
    held = (held << 5U | digit) & 0xfffU;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(held >> bits));
  }
  // What does not fill a byte must be zero, and less than a digit.
  if (bits >= 5 || (held & ((1U << bits) - 1)) != 0) return invalid(name);
  return bytes;
}

}  // namespace skyhold
