#include "archive/zip_directory_check.h"

#include <fmt/format.h>

#include <optional>

#include "archive/archive_limits.h"
#include "archive/little_endian.h"

namespace skyhold::zip {
namespace {

constexpr std::uint16_t kAllOnes16 = 0xffff;
constexpr std::uint32_t kAllOnes32 = 0xffffffff;
constexpr std::uint64_t kLongestZip64End = 64 * 1024;

tl::unexpected<Error> damaged(const std::string& what) {
  return fail(ErrorCode::kCorrupt, "the zip is damaged: " + what, "copy or make it again");
}

tl::unexpected<Error> refused(const Entry& entry, std::string_view why) {
  return fail(ErrorCode::kCorrupt,
              fmt::format("the zip's entry \"{}\" was refused: {}", printable_name(entry.name), why));
}

Result<ByteView> take(StreamBuffer& input, std::size_t count, std::string_view where) {
  const ByteView bytes = TRY(input.peek(count));
  if (bytes.size() < count) return cut_off(where);
  return bytes.first(count);
}

struct Zip64End {
  End end;
  std::uint64_t position = 0;
};

Result<Zip64End> read_zip64_end(StreamBuffer& input) {
  constexpr std::string_view kWhere = "in its end record";
  Zip64End found;
  found.position = input.position();
  const ByteView bytes = TRY(take(input, kZip64EndBytes, kWhere));
  const auto rest = load_little_endian<std::uint64_t>(bytes, 4);
  if (rest + 12 < kZip64EndBytes || rest > kLongestZip64End)
    return damaged("its zip64 end record has an impossible length");
  found.end.entries = load_little_endian<std::uint64_t>(bytes, 32);
  found.end.directory_bytes = load_little_endian<std::uint64_t>(bytes, 40);
  found.end.directory_offset = load_little_endian<std::uint64_t>(bytes, 48);
  TRY(take(input, rest + 12, kWhere));
  input.consume(rest + 12);
  const ByteView locator = TRY(take(input, kZip64LocatorBytes, kWhere));
  if (load_little_endian<std::uint32_t>(locator, 0) != kZip64Locator ||
      load_little_endian<std::uint64_t>(locator, 8) != found.position) {
    return damaged("its zip64 locator does not point at its end record");
  }
  input.consume(kZip64LocatorBytes);
  return found;
}

}  // namespace

tl::unexpected<Error> cut_off(std::string_view where) {
  return fail(ErrorCode::kCorrupt, fmt::format("the zip is cut off: it ends {}", where),
              "the transfer or the tool that wrote it broke off; copy or make it again");
}

void DirectoryCheck::add(const Entry& entry) {
  const Bytes identity = entry.identity();
  found_.insert(identity);
  found_sum_ += found_.hash(identity);
}

Status DirectoryCheck::check_entry(const Entry& entry) {
  if (entry.has(kFlagEncrypted) || entry.has(kFlagStrongEncryption) || entry.has(kFlagMaskedHeader)) {
    return refused(entry, "it is encrypted");
  }
  if (is_special_file(entry)) return refused(entry, "it is a link or a device");
  const Bytes identity = entry.identity();
  if (!found_.contains(identity)) {
    return refused(entry, "the central directory says something else of it than the entry itself");
  }
  ++listed_;
  listed_sum_ += found_.hash(identity);
  return {};
}

Status DirectoryCheck::read_entries(StreamBuffer& input) {
  constexpr std::string_view kWhere = "in its central directory";
  while (true) {
    const ByteView signature = TRY(take(input, 4, kWhere));
    if (load_little_endian<std::uint32_t>(signature, 0) != kDirectoryEntry) return {};
    const std::size_t length = directory_entry_length(TRY(take(input, kDirectoryEntryBytes, kWhere)));
    const auto entry = decode_directory_entry(TRY(take(input, length, kWhere)));
    if (!entry) return damaged("in its central directory, " + entry.error().message);
    TRY(check_entry(*entry));
    input.consume(length);
  }
}

Result<End> DirectoryCheck::read_end(StreamBuffer& input) {
  constexpr std::string_view kWhere = "before its end record";
  std::optional<Zip64End> zip64;
  if (load_little_endian<std::uint32_t>(TRY(take(input, 4, kWhere)), 0) == kZip64End) {
    zip64 = TRY(read_zip64_end(input));
  }
  const ByteView fixed = TRY(take(input, kEndBytes, kWhere));
  if (load_little_endian<std::uint32_t>(fixed, 0) != kEnd)
    return damaged("there are foreign bytes before its end record");
  End end;
  end.entries = load_little_endian<std::uint16_t>(fixed, 10);
  end.directory_bytes = load_little_endian<std::uint32_t>(fixed, 12);
  end.directory_offset = load_little_endian<std::uint32_t>(fixed, 16);
  const std::size_t comment_bytes = load_little_endian<std::uint16_t>(fixed, 20);
  TRY(take(input, kEndBytes + comment_bytes, "in its comment"));
  input.consume(kEndBytes + comment_bytes);
  if (!zip64) return end;
  if (end.entries == kAllOnes16) end.entries = zip64->end.entries;
  if (end.directory_bytes == kAllOnes32) end.directory_bytes = zip64->end.directory_bytes;
  if (end.directory_offset == kAllOnes32) end.directory_offset = zip64->end.directory_offset;
  return end;
}

Status DirectoryCheck::finish(StreamBuffer& input) {
  const std::uint64_t begin = input.position();
  TRY(read_entries(input));
  const std::uint64_t bytes = input.position() - begin;
  const End end = TRY(read_end(input));
  if (listed_ != found_.size()) {
    return damaged(
        fmt::format("it holds {} entries, but its central directory lists {}", found_.size(), listed_));
  }
  if (listed_sum_ != found_sum_) return damaged("its central directory lists an entry twice");
  if (end.entries != listed_ || end.directory_offset != begin || end.directory_bytes != bytes) {
    return damaged(
        fmt::format("its end record speaks of {} entries and a directory of {} bytes at {}, but there "
                    "are {} and {} bytes at {}",
                    end.entries, end.directory_bytes, end.directory_offset, listed_, bytes, begin));
  }
  if (!TRY(input.peek(1)).empty()) return damaged("there are bytes after its end");
  return {};
}

}  // namespace skyhold::zip
