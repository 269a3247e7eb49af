// A time that is accepted must survive being written and read again.
#include "base/assert.h"
#include "base/bytes.h"
#include "base/clock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  const Result<Instant> instant = parse_rfc3339(as_text({data, size}));
  if (!instant) return 0;
  // An offset may carry a time at the edge out of the years that are read back.
  const std::string written = format_rfc3339(*instant);
  if (written < "1678" || written >= "2262") return 0;
  SKYHOLD_ASSERT(parse_rfc3339(written).value() == *instant);
  return 0;
}
