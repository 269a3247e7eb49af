// Index, snapshot and lock files behind their encryption: version byte and zstd frame.
#include <cstddef>
#include <cstdint>

#include "repository/unpacked_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const skyhold::CipherKey key{};
  static_cast<void>(skyhold::decode_unpacked(key, skyhold::encrypt(key, {data, size})));
  static_cast<void>(skyhold::decode_unpacked(key, {data, size}));
  return 0;
}
