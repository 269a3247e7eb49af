#include "crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.h"

namespace skyhold {

Hmac hmac_sha256(ByteView key, ByteView message) {
  Hmac digest{};
  unsigned length = 0;
  // OpenSSL takes a null key for "the one from before", so an empty one needs an address.
  static constexpr std::uint8_t kNothing = 0;
  const void* const key_bytes = key.empty() ? &kNothing : key.data();
  SKYHOLD_ASSERT(HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), message.data(), message.size(),
                      digest.data(), &length) != nullptr);
  SKYHOLD_ASSERT(length == digest.size());
  return digest;
}

}  // namespace skyhold
