#include "base/utf8.h"

#include "base/bytes.h"

namespace skyhold {
namespace {

struct SequenceShape {
  std::size_t length = 0;  // 0: no sequence starts with this byte
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xbf;
};

// RFC 3629, section 4: the second byte is where overlong forms and surrogates show.
SequenceShape shape_of(std::uint8_t first) {
  if (first < 0x80) return {1};
  if (first >= 0xc2 && first <= 0xdf) return {2};
  if (first == 0xe0) return {3, 0xa0, 0xbf};
  if (first == 0xed) return {3, 0x80, 0x9f};
  if (first >= 0xe1 && first <= 0xef) return {3};
  if (first == 0xf0) return {4, 0x90, 0xbf};
  if (first >= 0xf1 && first <= 0xf3) return {4};
  if (first == 0xf4) return {4, 0x80, 0x8f};
  return {0};
}

}  // namespace

std::size_t utf8_character_bytes(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  if (bytes.empty()) return 0;
  const SequenceShape shape = shape_of(bytes[0]);
  if (shape.length == 0 || bytes.size() < shape.length) return 0;
  for (std::size_t i = 1; i < shape.length; ++i) {
    const std::uint8_t low = i == 1 ? shape.second_min : 0x80;
    const std::uint8_t high = i == 1 ? shape.second_max : 0xbf;
    if (bytes[i] < low || bytes[i] > high) return 0;
  }
  return shape.length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_character_bytes(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace skyhold
