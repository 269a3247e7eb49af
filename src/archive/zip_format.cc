#include "archive/zip_format.h"

#include "archive/little_endian.h"
#include "base/assert.h"

namespace skyhold::zip {
namespace {

constexpr std::uint16_t kZip64Extra = 1;
constexpr std::uint32_t kAllOnes32 = 0xffffffff;
constexpr std::uint16_t kAllOnes16 = 0xffff;
constexpr std::uint16_t kNeedsZip64 = 45;
constexpr std::uint16_t kNeedsDeflate = 20;
constexpr std::uint16_t kMadeOnUnix = 3;
// 1980-01-01: an entry's time is no part of what a backup holds.
constexpr std::uint16_t kNoTime = 0;
constexpr std::uint16_t kNoDate = 1U << 5U | 1U;

constexpr std::uint32_t kModeTypeMask = 0170000;
constexpr std::uint32_t kModeFile = 0100000;
constexpr std::uint32_t kModeDirectory = 0040000;

std::uint16_t load16(ByteView bytes, std::size_t at) {
  return load_little_endian<std::uint16_t>(bytes, at);
}
std::uint32_t load32(ByteView bytes, std::size_t at) {
  return load_little_endian<std::uint32_t>(bytes, at);
}

// The body of the zip64 field among the extra fields; empty when there is none.
Result<ByteView> find_zip64(ByteView extra) {
  ByteView found;
  while (extra.size() >= 4) {
    const std::size_t length = load16(extra, 2);
    if (length > extra.size() - 4) break;
    if (load16(extra, 0) == kZip64Extra) {
      if (!found.empty()) return fail(ErrorCode::kCorrupt, "it has two zip64 fields");
      found = extra.subspan(4, length);
    }
    extra = extra.subspan(4 + length);
  }
  return found;
}

// Takes the next number of a zip64 field where the 32-bit one was all ones.
Status widen(std::uint64_t& value, ByteView& zip64) {
  if (value != kAllOnes32) return {};
  if (zip64.size() < 8) return fail(ErrorCode::kCorrupt, "its zip64 field is too short");
  value = load_little_endian<std::uint64_t>(zip64, 0);
  zip64 = zip64.subspan(8);
  return {};
}

std::uint32_t narrow(std::uint64_t value) {
  return value >= kAllOnes32 ? kAllOnes32 : static_cast<std::uint32_t>(value);
}

std::uint16_t need_version(const Entry& entry) {
  return entry.zip64 ? kNeedsZip64 : kNeedsDeflate;
}

// From "flags" to "size", which both headers have in the same order.
void append_common(const Entry& entry, std::uint64_t compressed, std::uint64_t size, Bytes& out) {
  append_little_endian(out, need_version(entry));
  append_little_endian(out, entry.flags);
  append_little_endian(out, entry.method);
  append_little_endian(out, kNoTime);
  append_little_endian(out, kNoDate);
  append_little_endian(out, entry.crc);
  append_little_endian(out, narrow(compressed));
  append_little_endian(out, narrow(size));
}

}  // namespace

Bytes Entry::identity() const {
  Bytes bytes = to_bytes(name);
  append_little_endian(bytes, method);
  append_little_endian(bytes, crc);
  append_little_endian(bytes, compressed_bytes);
  append_little_endian(bytes, size_bytes);
  append_little_endian(bytes, offset);
  return bytes;
}

std::size_t local_header_length(ByteView fixed) {
  return kLocalHeaderBytes + load16(fixed, 26) + load16(fixed, 28);
}

std::size_t directory_entry_length(ByteView fixed) {
  return kDirectoryEntryBytes + load16(fixed, 28) + load16(fixed, 30) + load16(fixed, 32);
}

std::string_view local_header_name(ByteView bytes) {
  return as_text(bytes.subspan(kLocalHeaderBytes, load16(bytes, 26)));
}

Result<Entry> decode_local_header(ByteView bytes) {
  SKYHOLD_ASSERT(bytes.size() >= kLocalHeaderBytes && bytes.size() == local_header_length(bytes));
  Entry entry;
  entry.flags = load16(bytes, 6);
  entry.method = load16(bytes, 8);
  entry.crc = load32(bytes, 14);
  entry.compressed_bytes = load32(bytes, 18);
  entry.size_bytes = load32(bytes, 22);
  entry.name = local_header_name(bytes);
  ByteView zip64 = TRY(find_zip64(bytes.subspan(kLocalHeaderBytes + entry.name.size())));
  entry.zip64 = !zip64.empty();
  TRY(widen(entry.size_bytes, zip64));
  TRY(widen(entry.compressed_bytes, zip64));
  return entry;
}

Result<Entry> decode_directory_entry(ByteView bytes) {
  SKYHOLD_ASSERT(bytes.size() >= kDirectoryEntryBytes && bytes.size() == directory_entry_length(bytes));
  Entry entry;
  entry.made_on_unix = load16(bytes, 4) >> 8U == kMadeOnUnix;
  entry.flags = load16(bytes, 8);
  entry.method = load16(bytes, 10);
  entry.crc = load32(bytes, 16);
  entry.compressed_bytes = load32(bytes, 20);
  entry.size_bytes = load32(bytes, 24);
  const std::size_t name_bytes = load16(bytes, 28);
  const std::size_t extra_bytes = load16(bytes, 30);
  entry.external_attributes = load32(bytes, 38);
  entry.offset = load32(bytes, 42);
  entry.name = as_text(bytes.subspan(kDirectoryEntryBytes, name_bytes));
  ByteView zip64 = TRY(find_zip64(bytes.subspan(kDirectoryEntryBytes + name_bytes, extra_bytes)));
  entry.zip64 = !zip64.empty();
  TRY(widen(entry.size_bytes, zip64));
  TRY(widen(entry.compressed_bytes, zip64));
  TRY(widen(entry.offset, zip64));
  return entry;
}

bool is_special_file(const Entry& entry) {
  if (!entry.made_on_unix) return false;
  const std::uint32_t type = entry.external_attributes >> 16U & kModeTypeMask;
  return type != 0 && type != kModeFile && type != kModeDirectory;
}

void append_local_header(const Entry& entry, Bytes& out) {
  append_little_endian(out, kLocalHeader);
  const bool later = entry.has(kFlagDescriptor);
  // An entry whose sizes follow may grow beyond 4 GiB: the field says that they have 8 bytes.
  const std::uint64_t ones = kAllOnes32;
  append_common(entry, entry.zip64 ? ones : entry.compressed_bytes, entry.zip64 ? ones : entry.size_bytes,
                out);
  append_little_endian(out, static_cast<std::uint16_t>(entry.name.size()));
  append_little_endian(out, static_cast<std::uint16_t>(entry.zip64 ? 20 : 0));
  append(out, as_bytes(entry.name));
  if (!entry.zip64) return;
  append_little_endian(out, kZip64Extra);
  append_little_endian(out, std::uint16_t{16});
  append_little_endian(out, later ? std::uint64_t{0} : entry.size_bytes);
  append_little_endian(out, later ? std::uint64_t{0} : entry.compressed_bytes);
}

void append_descriptor(const Entry& entry, Bytes& out) {
  append_little_endian(out, kDescriptor);
  append_little_endian(out, entry.crc);
  if (entry.zip64) {
    append_little_endian(out, entry.compressed_bytes);
    append_little_endian(out, entry.size_bytes);
  } else {
    append_little_endian(out, narrow(entry.compressed_bytes));
    append_little_endian(out, narrow(entry.size_bytes));
  }
}

void append_directory_entry(const Entry& entry, Bytes& out) {
  Bytes extra;
  for (const std::uint64_t value : {entry.size_bytes, entry.compressed_bytes, entry.offset}) {
    if (value >= kAllOnes32) append_little_endian(extra, value);
  }
  append_little_endian(out, kDirectoryEntry);
  append_little_endian(out, static_cast<std::uint16_t>(kMadeOnUnix << 8U | kNeedsZip64));
  append_common(entry, entry.compressed_bytes, entry.size_bytes, out);
  append_little_endian(out, static_cast<std::uint16_t>(entry.name.size()));
  append_little_endian(out, static_cast<std::uint16_t>(extra.empty() ? 0 : extra.size() + 4));
  append_little_endian(out, std::uint16_t{0});  // comment
  append_little_endian(out, std::uint16_t{0});  // disk
  append_little_endian(out, std::uint16_t{0});  // internal attributes
  append_little_endian(out, entry.external_attributes);
  append_little_endian(out, narrow(entry.offset));
  append(out, as_bytes(entry.name));
  if (extra.empty()) return;
  append_little_endian(out, kZip64Extra);
  append_little_endian(out, static_cast<std::uint16_t>(extra.size()));
  append(out, extra);
}

void append_end(const End& end, Bytes& out) {
  const bool zip64 =
      end.entries >= kAllOnes16 || end.directory_bytes >= kAllOnes32 || end.directory_offset >= kAllOnes32;
  if (zip64) {
    append_little_endian(out, kZip64End);
    append_little_endian(out, static_cast<std::uint64_t>(kZip64EndBytes - 12));
    append_little_endian(out, static_cast<std::uint16_t>(kMadeOnUnix << 8U | kNeedsZip64));
    append_little_endian(out, kNeedsZip64);
    append_little_endian(out, std::uint32_t{0});
    append_little_endian(out, std::uint32_t{0});
    append_little_endian(out, end.entries);
    append_little_endian(out, end.entries);
    append_little_endian(out, end.directory_bytes);
    append_little_endian(out, end.directory_offset);
    append_little_endian(out, kZip64Locator);
    append_little_endian(out, std::uint32_t{0});
    append_little_endian(out, end.directory_offset + end.directory_bytes);
    append_little_endian(out, std::uint32_t{1});
  }
  const std::uint16_t entries =
      end.entries >= kAllOnes16 ? kAllOnes16 : static_cast<std::uint16_t>(end.entries);
  append_little_endian(out, kEnd);
  append_little_endian(out, std::uint32_t{0});  // both disks
  append_little_endian(out, entries);
  append_little_endian(out, entries);
  append_little_endian(out, narrow(end.directory_bytes));
  append_little_endian(out, narrow(end.directory_offset));
  append_little_endian(out, std::uint16_t{0});  // comment
}

}  // namespace skyhold::zip
