// Index files: which pack holds which blob. One pack is one complete entry.
//
//   {"packs":[{"id":…,"blobs":[{"id","type","offset","length","uncompressed_length"?}]}],
//    "packs_to_delete":[{"id":…,"time":…,"blobs":[…]}]}
//
// `packs_to_delete` is rustic's extension, which restic ignores: packs that prune has
// marked and will delete after the grace period.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "repository/blob.h"

namespace skyhold {

// No blob, ours or restic's, comes near this.
inline constexpr std::uint64_t kMaxIndexedBlobBytes = 256U << 20;

struct IndexedPack {
  Id id;
  std::vector<PackedBlob> blobs;
  std::optional<Instant> marked_at;  // set: listed under packs_to_delete
};

// JSON, neither compressed nor encrypted (see unpacked_file.h for that).
Bytes encode_index(const std::vector<IndexedPack>& packs);
Result<std::vector<IndexedPack>> decode_index(ByteView json);

}  // namespace skyhold
