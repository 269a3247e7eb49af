#include "operations/export/copy_to_csv.h"

#include <optional>

#include "capture/copy_text.h"

namespace skyhold {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;

void append_field(std::string& out, const std::optional<std::string>& field, bool alone) {
  if (!field) return;
  const bool quoted =
      field->empty() || field->find_first_of(",\"\n\r") != std::string::npos || (alone && *field == "\\.");
  if (!quoted) {
    out += *field;
    return;
  }
  out.push_back('"');
  for (const char each : *field) {
    if (each == '"') out.push_back('"');
    out.push_back(each);
  }
  out.push_back('"');
}

}  // namespace

Status CsvSink::write_header(const std::vector<std::string>& columns) {
  for (std::size_t column = 0; column < columns.size(); ++column) {
    if (column > 0) out_.push_back(',');
    append_field(out_, columns[column], columns.size() == 1);
  }
  out_.push_back('\n');
  return {};
}

Status CsvSink::convert_row(std::string_view row) {
  const std::vector<std::optional<std::string>> fields = decode_copy_row(row);
  for (std::size_t field = 0; field < fields.size(); ++field) {
    if (field > 0) out_.push_back(',');
    append_field(out_, fields[field], fields.size() == 1);
  }
  out_.push_back('\n');
  if (out_.size() < kPieceBytes) return {};
  TRY(sink_.write(as_bytes(out_)));
  out_.clear();
  return {};
}

Status CsvSink::write(ByteView bytes) {
  std::string_view text = as_text(bytes);
  while (true) {
    const auto end = text.find('\n');  // inside of a field a line break is written \n
    if (end == std::string_view::npos) {
      row_ += text;
      return {};
    }
    if (row_.empty()) {
      TRY(convert_row(text.substr(0, end)));
    } else {
      row_ += text.substr(0, end);
      TRY(convert_row(row_));
      row_.clear();
    }
    text.remove_prefix(end + 1);
  }
}

Status CsvSink::finish() {
  if (!row_.empty()) return fail(ErrorCode::kCorrupt, "the last row of the table has no end");
  return sink_.write(as_bytes(out_));
}

}  // namespace skyhold
