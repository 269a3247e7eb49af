#include "repository/blob_codec.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"
#include "crypto/hash.h"
#include "repository/compression.h"

namespace skyhold {
namespace {

// Below this gain a reader's time is worth more than the space.
bool worth_keeping(std::size_t compressed, std::size_t plain) {
  return compressed < plain - plain / 64;
}

Status prove(const CipherKey& key, ByteView plain, ByteView stored, bool compressed) {
  const Error broken{ErrorCode::kInternal, "a blob does not read back as it was written",
                     "this machine's memory or processor may be faulty; nothing was stored"};
  Result<Bytes> readback = decrypt(key, stored);
  if (!readback) return fail(broken);
  if (compressed) readback = zstd_decompress(*readback, plain.size());
  if (!readback || !std::equal(plain.begin(), plain.end(), readback->begin(), readback->end()))
    return fail(broken);
  return {};
}

}  // namespace

Result<EncodedBlob> encode_blob_append(const CipherKey& key, ByteView plain, const EncodeOptions& options,
                                       Bytes& out) {
  SKYHOLD_ASSERT(plain.size() <= kMaxBlobBytes);
  thread_local Bytes compressed;
  compressed.clear();
  bool shrinks = false;
  if (options.try_compression && !looks_incompressible(plain)) {
    zstd_compress_append(plain, options.compression_level, compressed);
    shrinks = worth_keeping(compressed.size(), plain.size());
  }
  const std::size_t start = out.size();
  encrypt_append(key, shrinks ? ByteView(compressed) : plain, out);
  const ByteView stored = ByteView(out).subspan(start);
  EncodedBlob encoded{static_cast<std::uint32_t>(stored.size()),
                      shrinks ? static_cast<std::uint32_t>(plain.size()) : 0};
  if (Status proved = prove(key, plain, stored, shrinks); !proved) {
    out.resize(start);
    return fail(proved.error());
  }
  return encoded;
}

Result<Bytes> decode_blob(const CipherKey& key, const PackedBlob& blob, ByteView stored) {
  Bytes plain = TRY(decrypt(key, stored));
  if (blob.raw_length != 0) plain = TRY(zstd_decompress(plain, blob.raw_length));
  if (sha256(plain) != blob.handle.id) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("blob {} does not match its id", blob.handle.id.short_hex()));
  }
  return plain;
}

}  // namespace skyhold
