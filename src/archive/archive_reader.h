// The port of archives that are read as a forward stream: one entry after another.
//
//   while (auto entry = TRY(reader.next())) {
//     … read(…) until 0: the entry's bytes …
//   }
//   // here the archive was read to its end and was whole
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "io/byte_stream.h"

namespace skyhold {

struct ArchiveEntry {
  std::string name;  // has passed check_entry_name(); directories without their slash
  bool is_directory = false;
  // As the archive declares it before the bytes; nothing when it says so only after them.
  std::optional<std::uint64_t> size_bytes;
};

// Not thread-safe. Errors are kCorrupt (damage, lies, unsafe names, cut off), kNoSpace (beyond a
// limit), kUnsupported (encrypted, unknown method) and what the source reports; each
// message names the entry. After an error the reader is of no more use.
class ArchiveReader : public ByteSource {
 public:
  // The next entry. What is left of the one before is read and checked first. Nothing: the
  // archive is at its end, and all of it was checked.
  virtual Result<std::optional<ArchiveEntry>> next() = 0;
  // The bytes of the entry that next() gave last; 0 at their end, when size and checksum
  // have been found right.
  Result<std::size_t> read(MutableByteView out) override = 0;
};

}  // namespace skyhold
