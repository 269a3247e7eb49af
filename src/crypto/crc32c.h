// CRC-32C (Castagnoli, RFC 3720 appendix B.4): the checksum by which Google Cloud Storage
// checks an upload and states what a download should be. Against accidents only.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace skyhold {

// The checksum of `bytes`; `before` is that of what precedes them, for data in parts.
std::uint32_t crc32c(ByteView bytes, std::uint32_t before = 0);

// Without the processor's own instruction, for machines that lack it. The same value.
std::uint32_t crc32c_portable(ByteView bytes, std::uint32_t before = 0);

}  // namespace skyhold
