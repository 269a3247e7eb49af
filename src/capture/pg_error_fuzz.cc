// What a server, or whoever answers at its port, says when it refuses a connection: any bytes
// are one bounded line.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "capture/pg_error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view words(reinterpret_cast<const char*>(bytes), size);
  const skyhold::Error error = skyhold::error_from_connect_text(words, "");
  SKYHOLD_ASSERT(error.message.find('\n') == std::string::npos);
  SKYHOLD_ASSERT(error.message.size() < 4200);
  SKYHOLD_ASSERT(error.code != skyhold::ErrorCode::kUnavailable || !error.hint.empty());
  return 0;
}
