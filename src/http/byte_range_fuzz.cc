// Whatever is asked for, what is given lies within.
#include "base/assert.h"
#include "base/bytes.h"
#include "http/byte_range.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  if (size == 0) return 0;
  const std::uint64_t length = data[0];
  const auto range = parse_byte_range(as_text(ByteView(data + 1, size - 1)), length);
  if (!range) return 0;
  SKYHOLD_ASSERT(range->count.has_value() && range->first <= length);
  SKYHOLD_ASSERT(*range->count <= length - range->first);
  return 0;
}
