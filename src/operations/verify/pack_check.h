// One pack's bytes against all that is known of them.
#pragma once

#include "crypto/cipher.h"
#include "repository/index_file.h"

namespace skyhold {

// The content matches the name. kCorrupt says what is wrong, in words.
Status check_pack_name(const Id& id, ByteView pack);
// The header reads, is what the index says, and every blob decrypts, decompresses and has
// the hash that names it.
Status check_pack_content(const CipherKey& key, const std::vector<PackedBlob>& indexed, ByteView pack);

}  // namespace skyhold
