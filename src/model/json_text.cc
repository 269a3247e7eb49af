#include "model/json_text.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "base/encoding.h"

namespace skyhold {

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
