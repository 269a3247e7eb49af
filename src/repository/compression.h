// zstd, and the question whether it is worth the time.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

// Appends one standard frame with its content size, no dictionary, no checksum (the
// MAC covers it). Thread-safe.
void zstd_compress_append(ByteView plain, int level, Bytes& out);

// kCorrupt for a broken frame or more than `max_bytes` inside. Thread-safe.
Result<Bytes> zstd_decompress(ByteView compressed, std::uint64_t max_bytes);

// Whether `plain` looks like JPEG, ZIP or ciphertext: the entropy of single bytes in a
// few samples is close to 8 bits. Cheap beside compressing; wrong guesses only cost space
// or time.
bool looks_incompressible(ByteView plain);

}  // namespace skyhold
