#include "access/printable.h"

#include <cstdint>

#include <fmt/format.h>

#include "model/json_text.h"

namespace skyhold {
namespace {

constexpr std::string_view kEllipsis = "…";

// The bytes of the character that `text` begins with; 0 when it begins with none.
std::size_t character_bytes(std::string_view text) {
  for (std::size_t bytes = 1; bytes <= 4 && bytes <= text.size(); ++bytes) {
    if (is_utf8(text.substr(0, bytes))) return bytes;
  }
  return 0;
}

std::uint32_t code_point(std::string_view character) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<std::uint8_t>(character[i]));
  };
  switch (character.size()) {
    case 1: return byte(0);
    case 2: return (byte(0) & 0x1fU) << 6 | (byte(1) & 0x3fU);
    case 3: return (byte(0) & 0x0fU) << 12 | (byte(1) & 0x3fU) << 6 | (byte(2) & 0x3fU);
    default:
      return (byte(0) & 0x07U) << 18 | (byte(1) & 0x3fU) << 12 | (byte(2) & 0x3fU) << 6 | (byte(3) & 0x3fU);
  }
}

bool misleads(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0x200b && point <= 0x200f) ||
         (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f) || point == 0xfeff;
}

}  // namespace

std::string printable(std::string_view text, std::size_t most_bytes) {
  std::string shown;
  std::size_t cut = 0;  // the last end of a character after which the ellipsis still fits
  while (!text.empty()) {
    const std::size_t bytes = character_bytes(text);
    std::string piece;
    if (bytes == 0) {
      piece = fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text.front()));
    } else if (const std::uint32_t point = code_point(text.substr(0, bytes)); misleads(point)) {
      piece = fmt::format("\\u{:04x}", point);
    } else {
      piece = text.substr(0, bytes);
    }
    text.remove_prefix(bytes == 0 ? 1 : bytes);
    if (shown.size() + piece.size() > most_bytes) return shown.substr(0, cut).append(kEllipsis);
    shown += piece;
    if (shown.size() + kEllipsis.size() <= most_bytes) cut = shown.size();
  }
  return shown;
}

std::string storable_key(std::string_view text) {
  const bool fits = is_utf8(text) && text.find('\0') == std::string_view::npos;
  return fits ? std::string(text) : std::string();
}

}  // namespace skyhold
