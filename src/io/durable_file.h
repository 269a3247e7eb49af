// Files that are there, whole, after a crash; or not there at all.
#pragma once

#include <filesystem>

#include <sys/types.h>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

enum class IfExists { kRefuse, kReplace };

struct DurableWriteOptions {
  mode_t mode = 0600;
  IfExists if_exists = IfExists::kRefuse;
  // Where the temporary file lies until it is whole; must be on the same file
  // system. Empty: beside the target.
  std::filesystem::path temporary_directory{};
};

// Writes a temporary file, syncs it, moves it into place and syncs the directory. Of a
// megabyte or more, whole pages go past the page cache where the file system lets them; without
// a copy when `bytes` begin at a page's border.
// Errors: kAlreadyExists, kNoSpace, kPermissionDenied, kUnavailable.
Status write_file_durably(const std::filesystem::path& path, ByteView bytes,
                          const DurableWriteOptions& options = {});

// Reads a whole file of at most `max_bytes` (kNoSpace when it is larger).
Result<Bytes> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

// Removes the temporary files in `directory` that writers on this host left behind when
// they died. Files that are being written, here or on another host, stay. Returns how many.
Result<std::size_t> remove_abandoned_temporaries(const std::filesystem::path& directory);

// Makes renames and unlinks inside `directory` durable.
Status sync_directory(const std::filesystem::path& directory);

}  // namespace skyhold
