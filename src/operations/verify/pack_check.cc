#include "operations/verify/pack_check.h"

#include <fmt/format.h>

#include "crypto/hash.h"
#include "operations/verify/pack_table.h"
#include "repository/pack.h"

namespace skyhold {

Status check_pack_name(const Id& id, ByteView pack) {
  if (sha256(pack) == id) return {};
  return fail(ErrorCode::kCorrupt, "content does not match its name");
}

Status check_pack_content(const CipherKey& key, const std::vector<PackedBlob>& indexed, ByteView pack) {
  constexpr std::size_t kLengthField = 4;
  if (pack.size() < kLengthField) return fail(ErrorCode::kCorrupt, "too short to be a pack");
  const std::uint64_t tail = TRY(pack_header_bytes(pack.last(kLengthField), pack.size()));
  const std::vector<PackedBlob> listed = TRY(parse_pack_header(key, pack.last(tail), pack.size()));
  if (!same_blobs(listed, in_pack_order(indexed))) {
    return fail(ErrorCode::kCorrupt, "its header lists other blobs than the index");
  }
  for (const PackedBlob& blob : listed) {
    const Result<Bytes> plain = decode_blob(key, blob, pack.subspan(blob.offset, blob.length));
    if (!plain) return fail(plain.error().in(fmt::format("blob {}", blob.handle.id.hex())));
  }
  return {};
}

}  // namespace skyhold
