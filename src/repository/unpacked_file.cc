#include "repository/unpacked_file.h"

#include <fmt/format.h>

#include "repository/compression.h"

namespace skyhold {
namespace {
constexpr std::uint8_t kCompressedVersion = 2;
constexpr int kCompressionLevel = 3;
constexpr std::uint64_t kMaxPlainBytes = 1U << 30;
}  // namespace

Bytes encode_unpacked(const CipherKey& key, ByteView json, Compress compress) {
  if (compress == Compress::kNo) return encrypt(key, json);
  Bytes plain{kCompressedVersion};
  zstd_compress_append(json, kCompressionLevel, plain);
  return encrypt(key, plain);
}

Result<Bytes> decode_unpacked(const CipherKey& key, ByteView stored) {
  Bytes plain = TRY(decrypt(key, stored));
  if (plain.empty()) return fail(ErrorCode::kCorrupt, "an empty file inside the encryption");
  if (plain[0] == '{' || plain[0] == '[') return plain;
  if (plain[0] != kCompressedVersion) {
    return fail(ErrorCode::kCorrupt, fmt::format("unknown version byte {}", plain[0]));
  }
  return zstd_decompress(ByteView(plain).subspan(1), kMaxPlainBytes);
}

}  // namespace skyhold
