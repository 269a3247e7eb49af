#include "base/encoding.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace skyhold {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::array<int, 256> make_base64_values() {
  std::array<int, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kBase64Alphabet.size(); ++i) {
    values[static_cast<unsigned char>(kBase64Alphabet[i])] = static_cast<int>(i);
  }
  return values;
}

}  // namespace

std::optional<unsigned> hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return std::nullopt;
}

std::string hex_encode(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    text.push_back(kHexDigits[byte >> 4]);
    text.push_back(kHexDigits[byte & 15]);
  }
  return text;
}

Result<Bytes> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return fail(ErrorCode::kCorrupt, "hex text of odd length");
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto high = hex_digit(text[2 * i]);
    const auto low = hex_digit(text[2 * i + 1]);
    if (!high || !low) return fail(ErrorCode::kCorrupt, "not a hex digit");
    bytes[i] = static_cast<std::uint8_t>(*high * 16 + *low);
  }
  return bytes;
}

std::string base64_encode(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 16 |
                                (left > 1 ? static_cast<std::uint32_t>(bytes[i + 1]) << 8 : 0) |
                                (left > 2 ? static_cast<std::uint32_t>(bytes[i + 2]) : 0);
    text.push_back(kBase64Alphabet[group >> 18 & 63]);
    text.push_back(kBase64Alphabet[group >> 12 & 63]);
    text.push_back(left > 1 ? kBase64Alphabet[group >> 6 & 63] : '=');
    text.push_back(left > 2 ? kBase64Alphabet[group & 63] : '=');
  }
  return text;
}

Result<Bytes> base64_decode(std::string_view text) {
  static const std::array<int, 256> values = make_base64_values();
  if (text.size() % 4 != 0) return fail(ErrorCode::kCorrupt, "base64 text of a wrong length");
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t digits = i + 4 == text.size() ? 4 - padding : 4;
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const int value = j < digits ? values[static_cast<unsigned char>(text[i + j])] : 0;
      if (value < 0) return fail(ErrorCode::kCorrupt, "not a base64 digit");
      group = group << 6 | static_cast<std::uint32_t>(value);
    }
    // Bits behind the last byte must be zero, or two texts would mean the same bytes.
    if (digits < 4 && (group & (digits == 2 ? 0xffffU : 0xffU)) != 0) {
      return fail(ErrorCode::kCorrupt, "base64 text with stray bits");
    }
    for (std::size_t j = 0; j + 1 < digits; ++j) {
      bytes.push_back(static_cast<std::uint8_t>(group >> (16 - 8 * j)));
    }
  }
  return bytes;
}

std::string base64url_encode(ByteView bytes) {
  std::string text = base64_encode(bytes);
  text.erase(std::min(text.find('='), text.size()));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

Result<Bytes> base64url_decode(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) {
    return fail(ErrorCode::kCorrupt, "not a base64url digit");
  }
  std::string padded(text);
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  padded.append((4 - padded.size() % 4) % 4, '=');
  return base64_decode(padded);
}

}  // namespace skyhold
