// What is taken for a cursor is one: it encodes to the same text again.
#include "base/assert.h"
#include "base/bytes.h"
#include "catalog/cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = skyhold::as_text({data, size});
  const auto key = skyhold::decode_cursor("list", text, 2);
  if (key) SKYHOLD_ASSERT(skyhold::encode_cursor("list", *key) == text);
  return 0;
}
