#include "model/ids.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/random.h"

namespace skyhold {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr int kBitsPerDigit = 5;
constexpr int kDigitsPerPart = 10;

std::string ten_digits(std::uint64_t value) {
  std::string text(kDigitsPerPart, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit) {
    *digit = kDigits[value % kDigits.size()];
    value >>= kBitsPerDigit;
  }
  return text;
}

}  // namespace

std::string new_id(std::string_view prefix, Instant now) {
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  // A clock that stands before 1970 still gives names; they only do not sort.
  const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(milliseconds, 0));
  return fmt::format("{}_{}{}", prefix, ten_digits(time), ten_digits(random_u64()));
}

}  // namespace skyhold
