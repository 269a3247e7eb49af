#include "crypto/hash.h"

#include <openssl/evp.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/assert.h"
#include "base/encoding.h"

namespace skyhold {
namespace {

// Looking an algorithm up by name takes longer than hashing a few hundred bytes, so
// each is fetched once and kept until the process ends.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  SKYHOLD_ASSERT(algorithm != nullptr);
  return algorithm;
}

const EVP_MD* sha1_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  SKYHOLD_ASSERT(algorithm != nullptr);
  return algorithm;
}

class DigestContext {
 public:
  explicit DigestContext(const EVP_MD* algorithm) : context_(EVP_MD_CTX_new()) {
    SKYHOLD_ASSERT(context_ != nullptr);
    SKYHOLD_ASSERT(EVP_DigestInit_ex2(context_, algorithm, nullptr) == 1);
  }
  ~DigestContext() { EVP_MD_CTX_free(context_); }
  DigestContext(const DigestContext&) = delete;
  DigestContext& operator=(const DigestContext&) = delete;

  void update(ByteView bytes) { SKYHOLD_ASSERT(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1); }
  void finish(MutableByteView digest) {
    unsigned length = 0;
    SKYHOLD_ASSERT(EVP_DigestFinal_ex(context_, digest.data(), &length) == 1);
    SKYHOLD_ASSERT(length == digest.size());
    SKYHOLD_ASSERT(EVP_DigestInit_ex2(context_, nullptr, nullptr) == 1);
  }

 private:
  EVP_MD_CTX* context_;
};

}  // namespace

struct Sha256::State : DigestContext {
  State() : DigestContext(sha256_algorithm()) {}
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteView bytes) {
  state_->update(bytes);
}

Id Sha256::finish() {
  Id id;
  state_->finish(id.bytes);
  return id;
}

Id sha256(ByteView bytes) {
  thread_local DigestContext context(sha256_algorithm());
  Id id;
  context.update(bytes);
  context.finish(id.bytes);
  return id;
}

struct Sha1::State : DigestContext {
  State() : DigestContext(sha1_algorithm()) {}
};

Sha1::Sha1() : state_(std::make_unique<State>()) {}
Sha1::~Sha1() = default;
Sha1::Sha1(Sha1&&) noexcept = default;
Sha1& Sha1::operator=(Sha1&&) noexcept = default;

void Sha1::update(ByteView bytes) {
  state_->update(bytes);
}

Sha1Digest Sha1::finish() {
  Sha1Digest digest{};
  state_->finish(digest);
  return digest;
}

void RowDigest::add_row(ByteView row) {
  const XXH128_hash_t hash = XXH3_128bits(row.data(), row.size());
  sum_ += static_cast<unsigned __int128>(hash.high64) << 64 | hash.low64;
}

void RowDigest::add(const RowDigest& other) {
  sum_ += other.sum_;
}

std::string RowDigest::hex() const {
  std::array<std::uint8_t, 16> digits{};
  for (std::size_t i = 0; i < digits.size(); ++i) {
    digits[i] = static_cast<std::uint8_t>(sum_ >> (8 * (digits.size() - 1 - i)));
  }
  return hex_encode(digits);
}

}  // namespace skyhold
