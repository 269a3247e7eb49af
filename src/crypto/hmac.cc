#include "crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.h"

namespace skyhold {
namespace {

void hmac(const EVP_MD* hash, ByteView key, ByteView message, MutableByteView digest) {
  unsigned length = 0;
  // OpenSSL takes a null key for "the one from before", so an empty one needs an address.
  static constexpr std::uint8_t kNothing = 0;
  const void* const key_bytes = key.empty() ? &kNothing : key.data();
  SKYHOLD_ASSERT(HMAC(hash, key_bytes, static_cast<int>(key.size()), message.data(), message.size(),
                      digest.data(), &length) != nullptr);
  SKYHOLD_ASSERT(length == digest.size());
}

}  // namespace

Hmac hmac_sha256(ByteView key, ByteView message) {
  Hmac digest{};
  hmac(EVP_sha256(), key, message, digest);
  return digest;
}

HmacSha1 hmac_sha1(ByteView key, ByteView message) {
  HmacSha1 digest{};
  hmac(EVP_sha1(), key, message, digest);
  return digest;
}

}  // namespace skyhold
