// The records of a zip archive (PKWARE's APPNOTE 6.3.10). Numbers are little-endian.
//
//   local header 30+      PK\3\4 need:2 flags:2 method:2 time:2 date:2 crc:4 csize:4 size:4
//                         nlen:2 xlen:2 name extra
//   the entry's bytes
//   data descriptor 16    PK\7\8 crc:4 csize:4 size:4         with flag 3; 24 bytes in zip64
//   …
//   central directory     PK\1\2 made:2 need:2 flags:2 method:2 time:2 date:2 crc:4 csize:4 size:4
//     an entry 46+        nlen:2 xlen:2 clen:2 disk:2 iattr:2 eattr:4 offset:4 name extra comment
//   zip64 end 56+         PK\6\6 rest:8 made:2 need:2 disk:4 start:4 here:8 count:8 bytes:8 offset:8
//   zip64 locator 20      PK\6\7 disk:4 offset:8 disks:4
//   end record 22+        PK\5\6 disk:2 start:2 here:2 count:2 bytes:4 offset:4 clen:2 comment
//
// A size or offset that does not fit is all ones, and stands in the extra field 1 (zip64):
//   id:2=1 len:2 [size:8] [csize:8] [offset:8]     only those that are all ones; a local header has both
//   sizes
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold::zip {

inline constexpr std::uint32_t kLocalHeader = 0x04034b50;
inline constexpr std::uint32_t kDescriptor = 0x08074b50;
inline constexpr std::uint32_t kDirectoryEntry = 0x02014b50;
inline constexpr std::uint32_t kZip64End = 0x06064b50;
inline constexpr std::uint32_t kZip64Locator = 0x07064b50;
inline constexpr std::uint32_t kEnd = 0x06054b50;

inline constexpr std::size_t kLocalHeaderBytes = 30;
inline constexpr std::size_t kDirectoryEntryBytes = 46;
inline constexpr std::size_t kZip64EndBytes = 56;
inline constexpr std::size_t kZip64LocatorBytes = 20;
inline constexpr std::size_t kEndBytes = 22;

inline constexpr std::uint16_t kFlagEncrypted = 1U << 0U;
inline constexpr std::uint16_t kFlagDescriptor = 1U << 3U;
inline constexpr std::uint16_t kFlagStrongEncryption = 1U << 6U;
inline constexpr std::uint16_t kFlagUtf8 = 1U << 11U;
inline constexpr std::uint16_t kFlagMaskedHeader = 1U << 13U;

inline constexpr std::uint16_t kStored = 0;
inline constexpr std::uint16_t kDeflated = 8;

// What both headers say of one entry.
struct Entry {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = kStored;
  std::uint32_t crc = 0;
  std::uint64_t compressed_bytes = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t offset = 0;               // of the local header
  std::uint32_t external_attributes = 0;  // directory only; the Unix mode in its upper half
  bool made_on_unix = false;              // directory only
  bool zip64 = false;                     // has the extra field

  [[nodiscard]] bool has(std::uint16_t flag) const { return (flags & flag) != 0; }
  // What must be equal in both places, as bytes.
  [[nodiscard]] Bytes identity() const;
};

struct End {
  std::uint64_t entries = 0;
  std::uint64_t directory_bytes = 0;
  std::uint64_t directory_offset = 0;
};

// The bytes of a header with its name and extra field (and comment), from its fixed part.
std::size_t local_header_length(ByteView fixed);
std::size_t directory_entry_length(ByteView fixed);

// Of a local header with its name.
std::string_view local_header_name(ByteView bytes);

// `bytes` has the length that those say. kCorrupt when the extra field lacks what it must have.
Result<Entry> decode_local_header(ByteView bytes);
Result<Entry> decode_directory_entry(ByteView bytes);

// The Unix mode asks for something that is neither a file nor a directory.
bool is_special_file(const Entry& entry);

// Sizes of all ones in `entry` are written with flag 3 as not known yet.
void append_local_header(const Entry& entry, Bytes& out);
void append_descriptor(const Entry& entry, Bytes& out);
void append_directory_entry(const Entry& entry, Bytes& out);
// With the zip64 records where they are needed.
void append_end(const End& end, Bytes& out);

}  // namespace skyhold::zip
