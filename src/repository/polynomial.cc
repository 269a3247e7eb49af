#include "repository/polynomial.h"

#include <bit>

#include "base/random.h"

namespace skyhold {
namespace {

constexpr int kDegree = 53;
constexpr std::uint64_t kTop = 1ULL << kDegree;

// a·x mod p, for a of degree below 53.
std::uint64_t times_x(std::uint64_t a, std::uint64_t p) {
  a <<= 1;
  return (a & kTop) != 0 ? a ^ p : a;
}

std::uint64_t square(std::uint64_t a, std::uint64_t p) {
  std::uint64_t result = 0;
  std::uint64_t shifted = a;
  for (std::uint64_t bits = a; bits != 0; bits >>= 1) {
    if ((bits & 1) != 0) result ^= shifted;
    shifted = times_x(shifted, p);
  }
  return result;
}

}  // namespace

bool is_irreducible_degree_53(std::uint64_t polynomial) {
  if (std::bit_width(polynomial) != kDegree + 1) return false;
  // Rabin's test. 53 is prime, so a proper factor's degree can only be 1 unless
  // x^(2^53) differs from x; degree 1 means the root 0 or the root 1.
  const bool root_zero = (polynomial & 1) == 0;
  const bool root_one = std::popcount(polynomial) % 2 == 0;
  if (root_zero || root_one) return false;
  constexpr std::uint64_t kX = 2;
  std::uint64_t power = kX;
  for (int i = 0; i < kDegree; ++i) power = square(power, polynomial);
  return power == kX;
}

std::uint64_t random_irreducible_polynomial() {
  // One in 53 is irreducible.
  while (true) {
    const std::uint64_t candidate = (random_u64() & (kTop - 1)) | kTop | 1;
    if (is_irreducible_degree_53(candidate)) return candidate;
  }
}

}  // namespace skyhold
