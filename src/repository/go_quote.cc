#include "repository/go_quote.h"

#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

namespace skyhold {
namespace {

struct SimpleEscape {
  char letter;
  char byte;
};
constexpr std::array<SimpleEscape, 9> kSimpleEscapes{{{'a', '\a'},
                                                      {'b', '\b'},
                                                      {'f', '\f'},
                                                      {'n', '\n'},
                                                      {'r', '\r'},
                                                      {'t', '\t'},
                                                      {'v', '\v'},
                                                      {'\\', '\\'},
                                                      {'"', '"'}}};

// The code point at the front of `text`, and how many bytes it takes; nothing when the
// bytes are not valid UTF-8 (overlong and surrogates included).
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;
};
std::optional<CodePoint> decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return CodePoint{first, 1};
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return std::nullopt;
  std::uint32_t value = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return std::nullopt;
    value = value << 6 | (byte(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
    return std::nullopt;
  return CodePoint{value, length};
}

void append_utf8(std::string& out, std::uint32_t value) {
  if (value < 0x80) {
    out.push_back(static_cast<char>(value));
  } else if (value < 0x800) {
    out.push_back(static_cast<char>(0xc0 | value >> 6));
    out.push_back(static_cast<char>(0x80 | (value & 0x3f)));
  } else if (value < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | value >> 12));
    out.push_back(static_cast<char>(0x80 | (value >> 6 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (value & 0x3f)));
  } else {
    out.push_back(static_cast<char>(0xf0 | value >> 18));
    out.push_back(static_cast<char>(0x80 | (value >> 12 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (value >> 6 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (value & 0x3f)));
  }
}

// Control characters, soft hyphen, separators, byte-order mark and private use are what
// Go calls unprintable and Skyhold may meet; a printable one that is escaped all the same
// reads back equal.
bool is_printable(std::uint32_t value) {
  if (value < 0x20 || (value >= 0x7f && value < 0xa1) || value == 0xad) return false;
  if (value >= 0x2000 && value <= 0x200f) return false;
  if (value >= 0x2028 && value <= 0x202f) return false;
  if (value >= 0x205f && value <= 0x206f) return false;
  return value != 0x3000 && !(value >= 0xe000 && value < 0xf900) && value < 0xfe00;
}

void append_quoted(std::string& out, const CodePoint& point, std::string_view bytes) {
  for (const SimpleEscape& escape : kSimpleEscapes) {
    if (point.value == static_cast<std::uint8_t>(escape.byte)) {
      out.push_back('\\');
      out.push_back(escape.letter);
      return;
    }
  }
  if (is_printable(point.value)) {
    out += bytes;
  } else if (point.value < 0x80) {
    out += fmt::format("\\x{:02x}", point.value);
  } else if (point.value < 0x10000) {
    out += fmt::format("\\u{:04x}", point.value);
  } else {
    out += fmt::format("\\U{:08x}", point.value);
  }
}

std::optional<std::uint32_t> take_number(std::string_view& text, std::size_t digits, unsigned base) {
  if (text.size() < digits) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const auto digit = static_cast<unsigned char>(text[i]);
    if (std::isxdigit(digit) == 0) return std::nullopt;
    const unsigned digit_value = std::isdigit(digit) != 0 ? digit - '0' : (std::tolower(digit) - 'a') + 10U;
    if (digit_value >= base) return std::nullopt;
    value = value * base + digit_value;
  }
  text.remove_prefix(digits);
  return static_cast<std::uint32_t>(value);
}

// Reads what follows a backslash. False for what Go would not accept.
bool take_escape(std::string_view& text, std::string& out) {
  if (text.empty()) return false;
  const char letter = text.front();
  for (const SimpleEscape& escape : kSimpleEscapes) {
    if (letter != escape.letter) continue;
    out.push_back(escape.byte);
    text.remove_prefix(1);
    return true;
  }
  std::optional<std::uint32_t> value;
  if (letter >= '0' && letter <= '7') {
    value = take_number(text, 3, 8);
    if (!value || *value > 0xff) return false;
    out.push_back(static_cast<char>(*value));
    return true;
  }
  text.remove_prefix(1);
  switch (letter) {
    case 'x':
      value = take_number(text, 2, 16);
      if (value) out.push_back(static_cast<char>(*value));
      return value.has_value();
    case 'u': value = take_number(text, 4, 16); break;
    case 'U': value = take_number(text, 8, 16); break;
    default: return false;
  }
  if (!value || *value > 0x10ffff || (*value >= 0xd800 && *value < 0xe000)) return false;
  append_utf8(out, *value);
  return true;
}

}  // namespace

std::string go_quote(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const std::optional<CodePoint> point = decode_utf8(name);
    if (!point) {
      out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(name.front()));
      name.remove_prefix(1);
      continue;
    }
    append_quoted(out, *point, name.substr(0, point->bytes));
    name.remove_prefix(point->bytes);
  }
  return out;
}

Result<std::string> go_unquote(std::string_view quoted) {
  std::string out;
  while (!quoted.empty()) {
    const char c = quoted.front();
    quoted.remove_prefix(1);
    if (c == '"' || c == '\n')
      return fail(ErrorCode::kCorrupt, "a file name with a bare quote or line break");
    if (c != '\\') {
      out.push_back(c);
    } else if (!take_escape(quoted, out)) {
      return fail(ErrorCode::kCorrupt, "a file name with an unknown escape");
    }
  }
  return out;
}

}  // namespace skyhold
