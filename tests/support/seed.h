// What a random test is given from outside.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "base/random.h"

namespace skyhold {

// SKYHOLD_TEST_SEED when it is set, else a new one. Put it in a SCOPED_TRACE, so that a failure
// names the seed that repeats it.
inline std::uint64_t test_seed() {
  const char* given = std::getenv("SKYHOLD_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : random_u64();
}

// How many times: the environment's `variable`, else `usual`.
inline std::uint64_t test_count(const char* variable, std::uint64_t usual) {
  const char* given = std::getenv(variable);
  return given != nullptr ? std::strtoull(given, nullptr, 10) : usual;
}

}  // namespace skyhold
