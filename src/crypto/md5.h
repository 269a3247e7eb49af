// MD5, only for the Content-MD5 header by which stores check what they receive. It
// guards against accidents on the way, never against an adversary.
#pragma once

#include <array>

#include "base/bytes.h"

namespace skyhold {

using Md5Digest = std::array<std::uint8_t, 16>;

Md5Digest md5(ByteView bytes);

}  // namespace skyhold
