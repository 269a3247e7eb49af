// What a swap of a filestore leaves beside it while it is under way, so that whoever
// comes after a crash can tell how far it got, and finish it or take it back.
//
//   skyhold-swap-v1 \0 incoming oid \0 incoming directory \0 replaced directory \0
//   device \0 inode \0 extra \0 extra \0 …
//
// Numbers are decimal; device and inode are the incoming directory's. Directories are file
// names beside the filestore, extras are names below it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

struct SwapRecord {
  std::uint64_t incoming_oid = 0;  // of the database: the swap is committed when it has the live name
  std::string incoming_directory;
  std::string replaced_directory;   // what the live one will be called, if there is one
  std::uint64_t device = 0;         // of the incoming directory, by which it is known
  std::uint64_t inode = 0;          // whatever its name is by now
  std::vector<std::string> extras;  // files that the live directory was given before the swap
  friend bool operator==(const SwapRecord&, const SwapRecord&) = default;
};

Bytes encode_swap_record(const SwapRecord& record);
// kCorrupt for what is not one, or names a place that is not beside or below the filestore.
Result<SwapRecord> decode_swap_record(ByteView bytes);

Result<SwapRecord> read_swap_record(const std::filesystem::path& path);

}  // namespace skyhold
