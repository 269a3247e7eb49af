// An irreducible polynomial of degree 53 over GF(2): restic will not open a repository
// whose config has none, though only restic's own chunker uses it.
#pragma once

#include <cstdint>

namespace skyhold {

bool is_irreducible_degree_53(std::uint64_t polynomial);
std::uint64_t random_irreducible_polynomial();

}  // namespace skyhold
