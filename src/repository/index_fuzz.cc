// Outside bytes must give a value or an Error, never a crash.
#include <cstddef>
#include <cstdint>

#include "repository/index_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const skyhold::ByteView input(data, size);
  static_cast<void>(skyhold::decode_index(input));
  return 0;
}
