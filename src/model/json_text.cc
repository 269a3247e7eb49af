#include "model/json_text.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "base/encoding.h"

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

bool is_utf8(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  std::size_t at = 0;
  while (at < bytes.size()) {
    const SequenceShape shape = shape_of(bytes[at]);
    if (shape.length == 0 || bytes.size() - at < shape.length) return false;
    for (std::size_t i = 1; i < shape.length; ++i) {
      const std::uint8_t low = i == 1 ? shape.second_min : 0x80;
      const std::uint8_t high = i == 1 ? shape.second_max : 0xbf;
      if (bytes[at + i] < low || bytes[at + i] > high) return false;
    }
    at += shape.length;
  }
  return true;
}

void JsonWriter::flush_line_break() {
  if (break_pending_) raw("\n");
  break_pending_ = false;
}

void JsonWriter::before_value() {
  if (comma_pending_) raw(",");
  flush_line_break();
  comma_pending_ = true;
}

void JsonWriter::open(char bracket) {
  before_value();
  raw({&bracket, 1});
  comma_pending_ = false;
}

void JsonWriter::close(char bracket) {
  flush_line_break();
  raw({&bracket, 1});
  comma_pending_ = true;
}

void JsonWriter::key(std::string_view name) {
  before_value();
  quoted(name);
  raw(":");
  comma_pending_ = false;
}

void JsonWriter::text(std::string_view value) {
  if (is_utf8(value)) {
    before_value();
    quoted(value);
    return;
  }
  begin_object();
  key("base64");
  text(base64_encode(as_bytes(value)));
  end_object();
}

void JsonWriter::number(std::int64_t value) {
  before_value();
  raw(fmt::format_int(value).c_str());
}

void JsonWriter::number(std::uint64_t value) {
  before_value();
  raw(fmt::format_int(value).c_str());
}

void JsonWriter::boolean(bool value) {
  before_value();
  raw(value ? "true" : "false");
}

void JsonWriter::quoted(std::string_view value) {
  raw("\"");
  std::size_t plain_from = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<unsigned char>(value[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    raw(value.substr(plain_from, i - plain_from));
    raw(byte < 0x20 ? fmt::format("\\u{:04x}", byte) : fmt::format("\\{}", value[i]));
    plain_from = i + 1;
  }
  raw(value.substr(plain_from));
  raw("\"");
}

}  // namespace skyhold
