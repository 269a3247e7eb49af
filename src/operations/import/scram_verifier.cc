#include "operations/import/scram_verifier.h"

#include <array>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/random.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"

namespace skyhold {
namespace {

constexpr int kIterations = 4096;
constexpr std::size_t kSaltBytes = 16;

// PBKDF2 with HMAC-SHA-256, one block.
Hmac salted_password(std::string_view password, ByteView salt) {
  Bytes first = to_bytes(salt);
  append(first, ByteView(std::array<std::uint8_t, 4>{0, 0, 0, 1}));
  Hmac last = hmac_sha256(as_bytes(password), first);
  Hmac sum = last;
  for (int round = 1; round < kIterations; ++round) {
    last = hmac_sha256(as_bytes(password), last);
    for (std::size_t at = 0; at < sum.size(); ++at) sum[at] ^= last[at];
  }
  return sum;
}

}  // namespace

std::string scram_verifier(std::string_view password) {
  std::array<std::uint8_t, kSaltBytes> salt{};
  random_bytes(salt);
  return scram_verifier(password, salt);
}

std::string scram_verifier(std::string_view password, ByteView salt) {
  const Hmac salted = salted_password(password, salt);
  const Id stored_key = sha256(hmac_sha256(salted, as_bytes("Client Key")));
  const Hmac server_key = hmac_sha256(salted, as_bytes("Server Key"));
  return fmt::format("SCRAM-SHA-256${}:{}${}:{}", kIterations, base64_encode(salt),
                     base64_encode(stored_key.bytes), base64_encode(server_key));
}

}  // namespace skyhold
