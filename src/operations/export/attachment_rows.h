// The rows of ir_attachment, as far as a search needs them, out of COPY text of any size.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/byte_stream.h"

namespace skyhold {

// Texts are empty where the row has NULL or the table has no such column.
struct AttachmentRow {
  std::int64_t id = 0;
  std::string name;
  std::string res_model;  // "account.move"
  std::int64_t res_id = 0;
  std::string mimetype;
  std::uint64_t file_size = 0;
  std::string store_fname;  // "ab/abcdef…"
  std::string create_date;  // UTC, as PostgreSQL writes it: "2026-11-23 01:02:03.4"
};

// Takes COPY text in pieces and calls `visit` for each row. Of a column that is not wanted, the text of a
// document for instance, and of one that is absurdly long, nothing is kept.
class AttachmentRows final : public ByteSink {
 public:
  using Visit = std::function<Status(const AttachmentRow&)>;

  AttachmentRows(const std::vector<std::string>& columns, Visit visit);

  // The errors of `visit`.
  Status write(ByteView bytes) override;

 private:
  static constexpr std::size_t kFields = 8;  // as AttachmentRow has them
  static constexpr std::size_t kMostFieldBytes = 4096;

  void collect(std::string_view piece);
  Status end_row();

  std::vector<int> field_of_;  // by column: which field, or -1
  Visit visit_;
  std::size_t column_ = 0;
  std::array<std::string, kFields> raw_;  // escaped, of the row that is read
};

// Of the columns of a table: whether it is one that can be searched.
bool has_attachment_columns(const std::vector<std::string>& columns);

}  // namespace skyhold
