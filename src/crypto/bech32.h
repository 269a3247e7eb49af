// Bech32 (BIP 173), the text form of age's keys: a name, "1", and bytes with a checksum.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

std::string bech32_encode(std::string_view name, ByteView bytes);  // lower case
// kInvalidArgument for anything else than `name` with a right checksum, in one case throughout.
Result<Bytes> bech32_decode(std::string_view name, std::string_view text);

}  // namespace skyhold
