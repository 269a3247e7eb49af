#include "policy/policy_test_support.h"

#include <cstdlib>

#include "base/random.h"

namespace skyhold {

Instant at(std::string_view rfc3339) {
  return parse_rfc3339(rfc3339).value();
}

CronExpression cron(std::string_view text) {
  return parse_cron(text).value();
}

TimeZone zone(const char* name) {
  return TimeZone::find(name).value();
}

std::uint64_t test_seed() {
  const char* const given = std::getenv("SKYHOLD_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : random_u64();
}

}  // namespace skyhold
