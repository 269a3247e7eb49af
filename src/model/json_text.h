// JSON written piece by piece, for files that are too long to be built as a tree first.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/utf8.h"

namespace skyhold {

// Appends to a buffer and minds the commas. Line breaks are the caller's: a long file
// deduplicates only if equal parts of it are equal lines.
class JsonWriter {
 public:
  explicit JsonWriter(Bytes& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);
  // Text that is not UTF-8 (names in a SQL_ASCII database, file names) has no form as a
  // JSON string; it is written as {"base64":"…"}.
  void text(std::string_view value);
  void number(std::int64_t value);
  void number(std::uint64_t value);
  void boolean(bool value);
  // A line break before the next element or the closing bracket.
  void line_break() { break_pending_ = true; }

 private:
  void open(char bracket);
  void close(char bracket);
  void before_value();
  void raw(std::string_view characters) { append(out_, as_bytes(characters)); }
  void quoted(std::string_view value);
  void flush_line_break();

  Bytes& out_;
  bool comma_pending_ = false;
  bool break_pending_ = false;
};

}  // namespace skyhold
