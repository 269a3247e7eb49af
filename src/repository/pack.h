// A pack: blobs one after the other, then an encrypted header that lists them.
//
//   blob … blob || header (encrypted) || u32le length of the encrypted header
//
// A header is a run of entries; offsets follow from the lengths, so there are no gaps:
//
//   type 0 data, 1 tree:                 u8 type | u32le length                    | 32 id   (37)
//   type 2 data, 3 tree, compressed:     u8 type | u32le length | u32le raw length | 32 id   (41)
//
// Source: restic, doc/design.rst, "Pack Format". Trees and data never share a pack.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/cipher.h"
#include "repository/blob.h"
#include "repository/blob_codec.h"

namespace skyhold {

inline constexpr std::uint32_t kMaxPackHeaderBytes = 16U << 20;
// A pack is closed when it has reached this size; restic's own default.
inline constexpr std::size_t kPackTargetBytes = 16U << 20;

struct FinishedPack {
  Id id;  // SHA-256 of bytes()
  Bytes buffer;
  std::size_t begin = 0;  // at a page's border, for disks (write_file_durably)
  std::vector<PackedBlob> blobs;

  [[nodiscard]] ByteView bytes() const { return ByteView(buffer).subspan(begin); }
};

// Fills one pack. Not thread-safe.
class PackBuilder {
 public:
  // Encodes `plain` into the pack; after kInternal (see encode_blob_append) the pack is as it was.
  Status add(const CipherKey& key, const BlobHandle& handle, ByteView plain, const EncodeOptions& options);
  // Takes a blob of another pack: `stored` is encrypted already.
  void move_in(const BlobHandle& handle, ByteView stored, std::uint32_t raw_length);
  [[nodiscard]] std::size_t size_bytes() const { return buffer_.size() - begin_; }
  [[nodiscard]] bool empty() const { return blobs_.empty(); }
  // Appends the header and names the pack; the builder is empty again afterwards.
  FinishedPack finish(const CipherKey& key);
  // Takes over all blobs of another builder of the same type.
  void absorb(PackBuilder&& other);

 private:
  void make_room(const BlobHandle& handle);
  void list(const BlobHandle& handle, const EncodedBlob& encoded);

  Bytes buffer_;
  std::size_t begin_ = 0;
  std::vector<PackedBlob> blobs_;
};

// The last bytes of a pack hold its header; how many are needed to read it whole,
// given its last four bytes. kCorrupt when that cannot be.
Result<std::uint64_t> pack_header_bytes(ByteView last_four, std::uint64_t pack_bytes);
// The blobs of a pack from its tail (pack_header_bytes() long). kCorrupt when the header
// does not decrypt, has an unknown type, or does not add up to `pack_bytes`.
Result<std::vector<PackedBlob>> parse_pack_header(const CipherKey& key, ByteView tail,
                                                  std::uint64_t pack_bytes);

// The size of a pack's file, from the blobs that its header lists.
std::uint64_t pack_file_bytes(const std::vector<PackedBlob>& blobs);

}  // namespace skyhold
