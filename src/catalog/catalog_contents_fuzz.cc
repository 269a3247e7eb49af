// What decodes must encode to something that decodes to the same again.
#include "base/assert.h"
#include "catalog/catalog_contents.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto contents = skyhold::decode_contents({data, size});
  if (!contents) return 0;
  const skyhold::Bytes once = skyhold::encode_contents(*contents);
  const auto again = skyhold::decode_contents(once);
  SKYHOLD_ASSERT(again.has_value());
  SKYHOLD_ASSERT(skyhold::encode_contents(*again) == once);
  return 0;
}
