#include "operations/export/attachment_rows.h"

#include <algorithm>
#include <charconv>

#include "capture/copy_text.h"

namespace skyhold {
namespace {

constexpr std::array<std::string_view, 8> kColumns{"id",       "name",      "res_model",   "res_id",
                                                   "mimetype", "file_size", "store_fname", "create_date"};

std::string text_of(const std::string& raw) {
  const auto fields = decode_copy_row(raw);
  return fields.empty() ? std::string() : fields.front().value_or("");
}

// 0 for what is none.
template <typename Number>
Number number_of(const std::string& raw) {
  Number number = 0;
  const char* end = raw.data() + raw.size();
  const auto [read, error] = std::from_chars(raw.data(), end, number);
  return error == std::errc() && read == end ? number : Number{0};
}

}  // namespace

bool has_attachment_columns(const std::vector<std::string>& columns) {
  const auto has = [&](std::string_view name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
  };
  return has("id") && has("name") && has("store_fname");
}

AttachmentRows::AttachmentRows(const std::vector<std::string>& columns, Visit visit)
    : visit_(std::move(visit)) {
  static_assert(kColumns.size() == kFields);
  for (const std::string& column : columns) {
    const auto* found = std::find(kColumns.begin(), kColumns.end(), column);
    field_of_.push_back(found == kColumns.end() ? -1 : static_cast<int>(found - kColumns.begin()));
  }
}

Status AttachmentRows::write(ByteView bytes) {
  std::string_view text = as_text(bytes);
  while (!text.empty()) {
    // Inside of a field both are escaped.
    const bool last = column_ + 1 == field_of_.size();
    const std::size_t end = text.find(last ? '\n' : '\t');
    collect(text.substr(0, end));
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
    if (!last) {
      ++column_;
    } else {
      TRY(end_row());
    }
  }
  return {};
}

void AttachmentRows::collect(std::string_view piece) {
  const int field = field_of_[column_];
  if (field < 0) return;
  std::string& raw = raw_[static_cast<std::size_t>(field)];
  raw += piece.substr(0, kMostFieldBytes - std::min(kMostFieldBytes, raw.size()));
}

Status AttachmentRows::end_row() {
  AttachmentRow row;
  row.id = number_of<std::int64_t>(raw_[0]);
  row.name = text_of(raw_[1]);
  row.res_model = text_of(raw_[2]);
  row.res_id = number_of<std::int64_t>(raw_[3]);
  row.mimetype = text_of(raw_[4]);
  row.file_size = number_of<std::uint64_t>(raw_[5]);
  row.store_fname = text_of(raw_[6]);
  row.create_date = text_of(raw_[7]);
  for (std::string& raw : raw_) raw.clear();
  column_ = 0;
  return visit_(row);
}

}  // namespace skyhold
