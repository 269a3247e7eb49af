// What decodes as a swap record must be written back as it was.
#include "base/assert.h"
#include "operations/restore/swap_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto record = skyhold::decode_swap_record({data, size});
  if (!record) return 0;
  const auto again = skyhold::decode_swap_record(skyhold::encode_swap_record(*record));
  SKYHOLD_ASSERT(again.has_value());
  SKYHOLD_ASSERT(*again == *record);
  return 0;
}
