// What decodes must encode to something that decodes to the same again.
#include "base/assert.h"
#include "model/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto manifest = skyhold::decode_manifest({data, size});
  if (!manifest) return 0;
  const skyhold::Bytes once = skyhold::encode_manifest(*manifest);
  const auto again = skyhold::decode_manifest(once);
  SKYHOLD_ASSERT(again.has_value());
  SKYHOLD_ASSERT(skyhold::encode_manifest(*again) == once);
  return 0;
}
