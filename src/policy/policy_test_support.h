// What the tests of this folder share.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "policy/cron.h"
#include "policy/time_zone.h"

namespace skyhold {

Instant at(std::string_view rfc3339);
CronExpression cron(std::string_view text);
TimeZone zone(const char* name);

}  // namespace skyhold
