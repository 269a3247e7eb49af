#include "archive/tar_writer.h"

#include <array>

#include <fmt/format.h>

#include "archive/archive_limits.h"

namespace skyhold {
namespace {

constexpr std::size_t kBlockBytes = 512;
constexpr std::size_t kNameBytes = 100;
constexpr std::uint64_t kLargestSize = (std::uint64_t{1} << 33U) - 1;  // 11 octal digits
constexpr std::size_t kChecksumAt = 148;

using Block = std::array<std::uint8_t, kBlockBytes>;

void put_text(Block& block, std::size_t at, std::string_view text) {
  std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(at));
}

// "LENGTH key=value\n", where LENGTH counts itself.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (fmt::formatted_size("{}", length) + rest != length) ++length;
  return fmt::format("{} {}={}\n", length, key, value);
}

std::string pax_records(const TarEntry& entry) {
  std::string records;
  if (entry.name.size() > kNameBytes) records += pax_record("path", entry.name);
  if (entry.size_bytes > kLargestSize) records += pax_record("size", std::to_string(entry.size_bytes));
  return records;
}

std::uint64_t unix_seconds(Instant time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  return seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds);
}

}  // namespace

Status TarWriter::put_header(const TarEntry& entry, char type) {
  Block block{};
  put_text(block, 0, entry.name.substr(0, kNameBytes));
  put_text(block, 100, fmt::format("{:07o}", entry.permissions & 07777U));
  put_text(block, 108, "0000000");
  put_text(block, 116, "0000000");
  put_text(block, 124, fmt::format("{:011o}", entry.size_bytes > kLargestSize ? 0 : entry.size_bytes));
  put_text(block, 136, fmt::format("{:011o}", std::min(unix_seconds(entry.modified), kLargestSize)));
  put_text(block, kChecksumAt, "        ");
  block[156] = static_cast<std::uint8_t>(type);
  put_text(block, 257, "ustar");
  put_text(block, 263, "00");
  unsigned sum = 0;
  for (const std::uint8_t byte : block) sum += byte;
  put_text(block, kChecksumAt, fmt::format("{:06o}", sum));
  block[kChecksumAt + 6] = 0;
  return sink_.write(block);
}

Status TarWriter::begin(const TarEntry& entry) {
  TRY(end_entry());
  const std::string records = pax_records(entry);
  if (!records.empty()) {
    TarEntry pax;
    pax.name = "pax";
    pax.size_bytes = records.size();
    TRY(put_header(pax, 'x'));
    TRY(sink_.write(as_bytes(records)));
    TRY(pad(records.size()));
  }
  name_ = entry.name;
  size_ = entry.is_directory ? 0 : entry.size_bytes;
  left_ = size_;
  return put_header(entry, entry.is_directory ? '5' : '0');
}

Status TarWriter::write(ByteView bytes) {
  if (bytes.size() > left_) {
    return fail(ErrorCode::kCorrupt, fmt::format("{} has more than the {} bytes that were announced",
                                                 printable_name(name_), size_));
  }
  left_ -= bytes.size();
  return sink_.write(bytes);
}

Status TarWriter::end_entry() {
  if (left_ > 0) {
    return fail(ErrorCode::kCorrupt, fmt::format("{} lacks {} of the {} bytes that were announced",
                                                 printable_name(name_), left_, size_));
  }
  TRY(pad(size_));
  size_ = 0;
  return {};
}

Status TarWriter::pad(std::uint64_t size) {
  const std::size_t over = size % kBlockBytes;
  if (over == 0) return {};
  const Block zeros{};
  return sink_.write(ByteView(zeros).first(kBlockBytes - over));
}

Status TarWriter::finish() {
  TRY(end_entry());
  const Block zeros{};
  TRY(sink_.write(zeros));
  return sink_.write(zeros);
}

}  // namespace skyhold
