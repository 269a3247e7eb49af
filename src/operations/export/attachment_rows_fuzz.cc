// However the text comes in pieces, the rows are the same.
#include <algorithm>

#include "base/assert.h"
#include "operations/export/attachment_rows.h"

namespace {

std::string rows_of(skyhold::ByteView text, std::size_t piece) {
  std::string seen;
  skyhold::AttachmentRows rows({"id", "index_content", "name", "file_size", "store_fname", "create_date"},
                               [&](const skyhold::AttachmentRow& row) -> skyhold::Status {
                                 seen += std::to_string(row.id) + row.name + std::to_string(row.file_size) +
                                         row.store_fname + row.create_date + "\n";
                                 return {};
                               });
  for (std::size_t at = 0; at < text.size(); at += piece) {
    SKYHOLD_ASSERT(rows.write(text.subspan(at, std::min(piece, text.size() - at))).has_value());
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string whole = rows_of({data, size}, size);
  SKYHOLD_ASSERT(rows_of({data, size}, 1 + data[0] % 16U) == whole);
  return 0;
}
