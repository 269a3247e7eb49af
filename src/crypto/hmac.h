// HMAC-SHA256 (RFC 2104), by which the clouds' request signatures are made.
#pragma once

#include <array>

#include "base/bytes.h"

namespace skyhold {

using Hmac = std::array<std::uint8_t, 32>;

Hmac hmac_sha256(ByteView key, ByteView message);

}  // namespace skyhold
