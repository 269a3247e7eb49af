// Randomness from the kernel. For keys, salts, IVs and names.
#pragma once

#include "base/bytes.h"

namespace skyhold {

// Fills `out` from getrandom(2); cannot fail once the system has booted.
void random_bytes(MutableByteView out);
std::uint64_t random_u64();

}  // namespace skyhold
