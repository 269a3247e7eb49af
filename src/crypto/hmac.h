// HMAC (RFC 2104): with SHA-256, by which the clouds' request signatures are made; with SHA-1,
// by which the codes of a second factor are (RFC 4226), since that is what the apps know.
#pragma once

#include <array>

#include "base/bytes.h"

namespace skyhold {

using Hmac = std::array<std::uint8_t, 32>;

Hmac hmac_sha256(ByteView key, ByteView message);

using HmacSha1 = std::array<std::uint8_t, 20>;

HmacSha1 hmac_sha1(ByteView key, ByteView message);

}  // namespace skyhold
