// Outside bytes must give a value or an Error, never a crash.
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "repository/go_quote.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const skyhold::ByteView input(data, size);
  static_cast<void>(skyhold::go_unquote(skyhold::as_text(input)));
  return 0;
}
