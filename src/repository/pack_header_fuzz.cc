// A pack's header, with its encryption out of the way: a fuzzer cannot forge a MAC, an old
// and trusted key can be behind damaged bytes all the same.
#include <cstddef>
#include <cstdint>

#include "repository/pack.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const skyhold::CipherKey key{};
  skyhold::Bytes tail = skyhold::encrypt(key, {data, size});
  const auto length = static_cast<std::uint32_t>(tail.size());
  for (int shift = 0; shift < 32; shift += 8) tail.push_back(static_cast<std::uint8_t>(length >> shift));
  static_cast<void>(skyhold::parse_pack_header(key, tail, tail.size() + 1000));
  static_cast<void>(skyhold::parse_pack_header(key, {data, size}, size));
  return 0;
}
