#include "repository/blob_codec.h"

#include <algorithm>

#include <fmt/format.h>

#include "crypto/hash.h"
#include "repository/compression.h"

namespace skyhold {
namespace {

// Below this gain a reader's time is worth more than the space.
bool worth_keeping(std::size_t compressed, std::size_t plain) {
  return compressed < plain - plain / 64;
}

Status prove(const CipherKey& key, ByteView plain, const EncodedBlob& encoded) {
  const Error broken{ErrorCode::kInternal, "a blob does not read back as it was written",
                     "this machine's memory or processor may be faulty; nothing was stored"};
  Result<Bytes> readback = decrypt(key, encoded.stored);
  if (!readback) return fail(broken);
  if (encoded.raw_length != 0) readback = zstd_decompress(*readback, plain.size());
  if (!readback || !std::equal(plain.begin(), plain.end(), readback->begin(), readback->end()))
    return fail(broken);
  return {};
}

}  // namespace

Status encode_blob(const CipherKey& key, ByteView plain, const EncodeOptions& options, EncodedBlob& out) {
  thread_local Bytes compressed;
  compressed.clear();
  out.stored.clear();
  out.raw_length = 0;
  if (options.try_compression && !looks_incompressible(plain)) {
    zstd_compress_append(plain, options.compression_level, compressed);
    if (worth_keeping(compressed.size(), plain.size()))
      out.raw_length = static_cast<std::uint32_t>(plain.size());
  }
  encrypt_append(key, out.raw_length != 0 ? ByteView(compressed) : plain, out.stored);
  return prove(key, plain, out);
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
