// COPY text as CSV, as PostgreSQL's own COPY … (FORMAT csv, HEADER) writes it.
//
// A NULL is an empty field, an empty text is "". A field is quoted when it holds a comma, a quote or a
// line break, and when it is "\." (the only line that ends COPY's input).
#pragma once

#include <string>
#include <vector>

#include "io/byte_stream.h"

namespace skyhold {

// Takes COPY text in any pieces. Memory: the longest row.
class CsvSink final : public ByteSink {
 public:
  explicit CsvSink(ByteSink& sink) : sink_(sink) {}
  Status write_header(const std::vector<std::string>& columns);
  Status write(ByteView bytes) override;
  // kCorrupt when the last row has no end.
  Status finish();

 private:
  Status convert_row(std::string_view row);

  ByteSink& sink_;
  std::string row_;  // the beginning of one whose end has not come yet
  std::string out_;
};

}  // namespace skyhold
