#include "policy/policy_test_support.h"

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

}  // namespace skyhold
