// What is accepted is written again as the same expression, has words, and comes.
#include "base/assert.h"
#include "base/bytes.h"
#include "policy/schedule.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  const Result<CronExpression> cron = parse_cron(as_text({data, size}));
  if (!cron) {
    SKYHOLD_ASSERT(!cron.error().hint.empty());
    return 0;
  }
  SKYHOLD_ASSERT(parse_cron(format_cron(*cron)).value() == *cron);
  SKYHOLD_ASSERT(!describe_cron(*cron).empty());
  static const TimeZone zone = TimeZone::find("Europe/Brussels").value();
  const Instant start{std::chrono::hours{24 * 365 * 56}};
  const auto next = next_occurrence(*cron, zone, start);
  SKYHOLD_ASSERT(next && next->at > start);
  SKYHOLD_ASSERT(latest_occurrence(*cron, zone, next->at) == next);
  return 0;
}
