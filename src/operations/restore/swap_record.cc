#include "operations/restore/swap_record.h"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "capture/filestore.h"
#include "io/durable_file.h"

namespace skyhold {
namespace {

constexpr std::string_view kMagic = "skyhold-swap-v1";
constexpr std::size_t kFixedFields = 6;
// Ten million files of an average name.
constexpr std::uint64_t kMostRecordBytes = std::uint64_t{512} << 20;

std::vector<std::string_view> fields_of(std::string_view text) {
  std::vector<std::string_view> fields;
  while (!text.empty()) {
    const std::size_t end = text.find('\0');
    if (end == std::string_view::npos) return {};  // every field ends with a NUL
    fields.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return fields;
}

bool read_number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_file_name(std::string_view name) {
  return is_safe_relative_name(name) && name.find('/') == std::string_view::npos;
}

}  // namespace

Bytes encode_swap_record(const SwapRecord& record) {
  Bytes bytes;
  const auto add = [&bytes](std::string_view field) {
    append(bytes, as_bytes(field));
    bytes.push_back(0);
  };
  add(kMagic);
  add(std::to_string(record.incoming_oid));
  add(record.incoming_directory);
  add(record.replaced_directory);
  add(std::to_string(record.device));
  add(std::to_string(record.inode));
  for (const std::string& extra : record.extras) add(extra);
  return bytes;
}

Result<SwapRecord> decode_swap_record(ByteView bytes) {
  const std::vector<std::string_view> fields = fields_of(as_text(bytes));
  SwapRecord record;
  const bool whole = fields.size() >= kFixedFields && fields[0] == kMagic &&
                     read_number(fields[1], record.incoming_oid) && is_file_name(fields[2]) &&
                     is_file_name(fields[3]) && read_number(fields[4], record.device) &&
                     read_number(fields[5], record.inode);
  if (!whole) return fail(ErrorCode::kCorrupt, "not the record of a swap");
  record.incoming_directory = fields[2];
  record.replaced_directory = fields[3];
  for (std::size_t i = kFixedFields; i < fields.size(); ++i) {
    if (!is_safe_relative_name(fields[i])) {
      return fail(ErrorCode::kCorrupt, fmt::format("the record of a swap names \"{}\"", fields[i]));
    }
    record.extras.emplace_back(fields[i]);
  }
  return record;
}

Result<SwapRecord> read_swap_record(const std::filesystem::path& path) {
  const Bytes bytes = TRY(read_file(path, kMostRecordBytes));
  auto record = decode_swap_record(bytes);
  if (record) return record;
  Error error = record.error().in(path.string());
  error.hint = "no restore writes such a file; remove it if nothing else needs it";
  return fail(std::move(error));
}

}  // namespace skyhold
