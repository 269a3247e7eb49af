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
  std::uint32_t length = 0;
  std::uint32_t raw_length = 0;
};

// Compresses when that helps, encrypts, and proves that the way back gives the same
// bytes before anybody relies on it: kInternal when it does not (broken memory, say), and
// `out`, to which the stored bytes are appended, is as it was.
Result<EncodedBlob> encode_blob_append(const CipherKey& key, ByteView plain, const EncodeOptions& options,
                                       Bytes& out);

// Turns a blob's stored bytes into its plaintext; kCorrupt when the MAC, the compression
// or the id is wrong.
Result<Bytes> decode_blob(const CipherKey& key, const PackedBlob& blob, ByteView stored);

}  // namespace skyhold
