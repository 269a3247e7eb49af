// What parses must encode to something that parses to the same again.
#include "access/access_dump.h"
#include "base/assert.h"
#include "base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto dump = skyhold::parse_access_dump(skyhold::as_text({data, size}));
  if (!dump) {
    SKYHOLD_ASSERT(!dump.error().message.empty());
    return 0;
  }
  const std::string once = skyhold::encode_access_dump(*dump);
  const auto again = skyhold::parse_access_dump(once);
  SKYHOLD_ASSERT(again.has_value());
  SKYHOLD_ASSERT(skyhold::encode_access_dump(*again) == once);
  return 0;
}
