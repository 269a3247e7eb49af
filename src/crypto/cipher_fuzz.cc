// Bytes that nobody sealed must not open, and what is sealed must open.
#include "base/assert.h"
#include "crypto/cipher.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  // A fixed key, so that an input alone repeats what it did.
  CipherKey key;
  key.mac_r.fill(0x0f);
  const ByteView input(data, size);
  if (const Result<Bytes> plain = decrypt(key, input)) {
    SKYHOLD_ASSERT(plain->size() + kCipherOverheadBytes == size);
  } else {
    SKYHOLD_ASSERT(plain.error().code == ErrorCode::kCorrupt);
  }
  SKYHOLD_ASSERT(decrypt(key, encrypt(key, input)).value() == to_bytes(input));
  return 0;
}
