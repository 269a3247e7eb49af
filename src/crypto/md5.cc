#include "crypto/md5.h"

#include <openssl/evp.h>

#include "base/assert.h"

namespace skyhold {

Md5Digest md5(ByteView bytes) {
  // Also where OpenSSL is set up to give approved algorithms only: this protects nothing.
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "MD5", "-fips");
  SKYHOLD_ASSERT(algorithm != nullptr);
  Md5Digest digest{};
  unsigned length = 0;
  SKYHOLD_ASSERT(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, algorithm, nullptr) == 1);
  SKYHOLD_ASSERT(length == digest.size());
  return digest;
}

}  // namespace skyhold
