// Whatever hex_decode() and base64_decode() accept, they must have read exactly.
#include <cctype>

#include "base/assert.h"
#include "base/encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  const std::string_view text = as_text({data, size});
  if (const Result<Bytes> bytes = hex_decode(text)) {
    std::string lowercase(text);
    for (char& c : lowercase) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    SKYHOLD_ASSERT(hex_encode(*bytes) == lowercase);
  }
  if (const Result<Bytes> bytes = base64_decode(text)) SKYHOLD_ASSERT(base64_encode(*bytes) == text);
  if (const Result<Bytes> bytes = base64url_decode(text)) SKYHOLD_ASSERT(base64url_encode(*bytes) == text);
  SKYHOLD_ASSERT(hex_decode(hex_encode({data, size})).value() == to_bytes({data, size}));
  SKYHOLD_ASSERT(base64_decode(base64_encode({data, size})).value() == to_bytes({data, size}));
  return 0;
}
