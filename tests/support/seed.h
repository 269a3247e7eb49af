// The seed of a random test: SKYHOLD_TEST_SEED when it is set, else a new one. Put it in
// a SCOPED_TRACE, so that a failure names the seed that repeats it.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "base/random.h"

namespace skyhold {

inline std::uint64_t test_seed() {
  const char* given = std::getenv("SKYHOLD_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : random_u64();
}

}  // namespace skyhold
