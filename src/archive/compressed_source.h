// Compressed bytes as plain ones.
#pragma once

#include <memory>
#include <string_view>

#include "archive/archive_limits.h"
#include "io/byte_stream.h"

namespace skyhold {

enum class Compression { kNone, kGzip, kZstd, kBzip2 };
std::string_view to_string(Compression compression);  // "gzip"

// From the first bytes (4 are enough).
Compression detect_compression(ByteView first_bytes);

// What `source` holds, expanded; with kNone as it is. Several streams one after another are one,
// as the tools have it; bytes after them that are no stream, a stream that is cut off and a checksum that
// is wrong are kCorrupt, beyond the limits kNoSpace. `source` must outlive it. Memory: zstd windows of up
// to 128 MiB are taken (level 19 makes 8 MiB, --long 128).
std::unique_ptr<ByteSource> open_compressed(ByteSource& source, Compression compression,
                                            const ArchiveLimits& limits = {});

}  // namespace skyhold
