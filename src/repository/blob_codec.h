// A blob on its way into a pack and back.
//
//   stored = encrypt( plaintext )                 raw_length 0
//   stored = encrypt( zstd(plaintext) )           raw_length = size of the plaintext
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/cipher.h"
#include "repository/blob.h"

namespace skyhold {

// A blob may be this large at most, ours or restic's.
inline constexpr std::uint64_t kMaxBlobBytes = 256U << 20;

struct EncodeOptions {
  int compression_level = 3;
  bool try_compression = true;
};

struct EncodedBlob {
  Bytes stored;
  std::uint32_t raw_length = 0;
};

// Compresses when that helps, encrypts, and proves that the way back gives the same
// bytes before anybody relies on it: kInternal when it does not (broken memory, say).
// `out` is reused between calls to spare allocations.
Status encode_blob(const CipherKey& key, ByteView plain, const EncodeOptions& options, EncodedBlob& out);

// Turns a blob's stored bytes into its plaintext; kCorrupt when the MAC, the compression
// or the id is wrong.
Result<Bytes> decode_blob(const CipherKey& key, const PackedBlob& blob, ByteView stored);

}  // namespace skyhold
