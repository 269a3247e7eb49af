// The small files outside packs: index, snapshot and lock files, and config.
//
//   stored = encrypt( 0x02 || zstd(JSON) )      index, snapshots, locks (version 2)
//   stored = encrypt( JSON )                    config; and whatever begins with { or [
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/cipher.h"

namespace skyhold {

enum class Compress { kNo, kYes };
Bytes encode_unpacked(const CipherKey& key, ByteView json, Compress compress);
// kCorrupt for a wrong MAC, an unknown version byte, or more than 1 GiB inside.
Result<Bytes> decode_unpacked(const CipherKey& key, ByteView stored);

}  // namespace skyhold
