// An SQL script that comes as a stream, as psql would read it: statements, meta-commands, and the
// rows after a COPY … FROM stdin. Nothing is run here.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "io/byte_stream.h"

namespace skyhold {

struct ScriptPiece {
  enum class Kind {
    kStatement,    // without its semicolon and the comments before it
    kMetaCommand,  // a line from its backslash on, wherever outside of quotes that stands
  };
  Kind kind = Kind::kStatement;
  std::string_view text;     // valid until the reader is asked for anything more
  std::uint64_t offset = 0;  // in the script
};

// Not thread-safe. Memory: twice the longest statement, at least 512 KiB.
class SqlScriptReader {
 public:
  // `source` must outlive it.
  SqlScriptReader(ByteSource& source, std::size_t max_statement_bytes)
      : source_(source), max_statement_bytes_(max_statement_bytes) {}

  // Nothing at the end. kCorrupt when a quote, comment or statement does not end, or there is a zero byte in
  // one; kNoSpace when one is longer than it may be.
  Result<std::optional<ScriptPiece>> next();

  // When next() has given a COPY … FROM stdin: its rows, 0 after the last. kCorrupt when the script ends
  // before the line "\." that must follow them.
  Result<std::size_t> read_rows(MutableByteView out);
  // Of the COPY before: lines that were read.
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  void begin_rows();

  // standard_conforming_strings, as the script's own statements have set it.
  void set_standard_strings(bool on) { standard_strings_ = on; }
  [[nodiscard]] std::uint64_t offset() const { return offset_ + begin_; }

 private:
  struct Scan;
  [[nodiscard]] std::string_view unread() const;
  [[nodiscard]] Result<Scan> scan() const;
  Status fill();
  Status skip_rest_of_line();
  Result<bool> at_end_of_rows();
  [[nodiscard]] tl::unexpected<Error> cut_off(std::string_view where) const;

  ByteSource& source_;
  const std::size_t max_statement_bytes_;
  Bytes buffer_;
  std::size_t begin_ = 0;     // what is unread of buffer_
  std::size_t end_ = 0;       //
  std::uint64_t offset_ = 0;  // of buffer_ in the script
  bool ended_ = false;
  bool standard_strings_ = true;
  bool line_rest_ = false;      // what follows the COPY on its line is still to be passed over
  bool at_line_start_ = false;  // of rows
  std::uint64_t rows_ = 0;
};

}  // namespace skyhold
