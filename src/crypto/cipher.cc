#include "crypto/cipher.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/assert.h"
#include "base/random.h"

namespace skyhold {
namespace {

constexpr std::size_t kIvBytes = 16;
constexpr std::size_t kMacBytes = 16;
static_assert(kIvBytes + kMacBytes == kCipherOverheadBytes);

// Fetched once: a lookup by name costs more than sealing a small blob.
struct Algorithms {
  EVP_CIPHER* ctr = EVP_CIPHER_fetch(nullptr, "AES-256-CTR", nullptr);
  EVP_CIPHER* block = EVP_CIPHER_fetch(nullptr, "AES-128-ECB", nullptr);
  EVP_MAC* poly1305 = EVP_MAC_fetch(nullptr, "POLY1305", nullptr);
};

const Algorithms& algorithms() {
  static const Algorithms instance;
  SKYHOLD_ASSERT(instance.ctr != nullptr && instance.block != nullptr && instance.poly1305 != nullptr);
  return instance;
}

// OpenSSL's contexts, kept per thread together with the key that they were set up
// for: a thread seals thousands of blobs in a row under one key, and then only the
// IV changes from one to the next.
class ThreadCipher {
 public:
  ThreadCipher()
      : ctr_(EVP_CIPHER_CTX_new()),
        block_(EVP_CIPHER_CTX_new()),
        mac_(EVP_MAC_CTX_new(algorithms().poly1305)) {
    SKYHOLD_ASSERT(ctr_ != nullptr && block_ != nullptr && mac_ != nullptr);
  }
  ~ThreadCipher() {
    EVP_CIPHER_CTX_free(ctr_);
    EVP_CIPHER_CTX_free(block_);
    EVP_MAC_CTX_free(mac_);
    OPENSSL_cleanse(&key_, sizeof(key_));
  }
  ThreadCipher(const ThreadCipher&) = delete;
  ThreadCipher& operator=(const ThreadCipher&) = delete;

  void set_key(const CipherKey& key) {
    if (has_key_ && key == key_) return;
    SKYHOLD_ASSERT(EVP_EncryptInit_ex2(ctr_, algorithms().ctr, key.encryption.data(), nullptr, nullptr) == 1);
    SKYHOLD_ASSERT(EVP_EncryptInit_ex2(block_, algorithms().block, key.mac_k.data(), nullptr, nullptr) == 1);
    SKYHOLD_ASSERT(EVP_CIPHER_CTX_set_padding(block_, 0) == 1);
    key_ = key;
    has_key_ = true;
  }

  // CTR mode is its own inverse, so this encrypts and decrypts.
  void apply_key_stream(const std::uint8_t* iv, ByteView from, std::uint8_t* to) {
    SKYHOLD_ASSERT(EVP_EncryptInit_ex2(ctr_, nullptr, nullptr, iv, nullptr) == 1);
    constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  // OpenSSL counts in int
    while (!from.empty()) {
      const ByteView part = from.first(std::min(from.size(), kMostAtOnce));
      int written = 0;
      SKYHOLD_ASSERT(EVP_EncryptUpdate(ctr_, to, &written, part.data(), static_cast<int>(part.size())) == 1);
      SKYHOLD_ASSERT(static_cast<std::size_t>(written) == part.size());
      to += part.size();
      from = from.subspan(part.size());
    }
  }

  void authenticate(const std::uint8_t* iv, ByteView ciphertext, std::uint8_t* mac) {
    std::array<std::uint8_t, 32> one_time_key;
    std::memcpy(one_time_key.data(), key_.mac_r.data(), key_.mac_r.size());
    int written = 0;
    SKYHOLD_ASSERT(EVP_EncryptUpdate(block_, one_time_key.data() + 16, &written, iv, kIvBytes) == 1);
    SKYHOLD_ASSERT(written == 16);
    SKYHOLD_ASSERT(EVP_MAC_init(mac_, one_time_key.data(), one_time_key.size(), nullptr) == 1);
    SKYHOLD_ASSERT(EVP_MAC_update(mac_, ciphertext.data(), ciphertext.size()) == 1);
    std::size_t length = 0;
    SKYHOLD_ASSERT(EVP_MAC_final(mac_, mac, &length, kMacBytes) == 1);
    SKYHOLD_ASSERT(length == kMacBytes);
    OPENSSL_cleanse(one_time_key.data(), one_time_key.size());
  }

 private:
  EVP_CIPHER_CTX* ctr_;
  EVP_CIPHER_CTX* block_;
  EVP_MAC_CTX* mac_;
  CipherKey key_;
  bool has_key_ = false;
};

ThreadCipher& thread_cipher(const CipherKey& key) {
  thread_local ThreadCipher cipher;
  cipher.set_key(key);
  return cipher;
}

constexpr std::uint64_t kMostScryptMemoryBytes = std::uint64_t{1} << 30;
constexpr std::uint32_t kMostScryptPasses = 16;

bool affordable(const ScryptParameters& parameters) {
  return parameters.n > 1 && std::has_single_bit(parameters.n) && parameters.r >= 1 && parameters.p >= 1 &&
         parameters.p <= kMostScryptPasses && parameters.r <= kMostScryptMemoryBytes / 128 / parameters.n;
}

}  // namespace

CipherKey CipherKey::random() {
  CipherKey key;
  random_bytes(key.encryption);
  random_bytes(key.mac_k);
  random_bytes(key.mac_r);
  return key;
}

void encrypt_append(const CipherKey& key, ByteView plain, Bytes& out) {
  const std::size_t start = out.size();
  out.resize(start + plain.size() + kCipherOverheadBytes);
  std::uint8_t* const iv = out.data() + start;
  std::uint8_t* const ciphertext = iv + kIvBytes;
  random_bytes({iv, kIvBytes});
  ThreadCipher& cipher = thread_cipher(key);
  cipher.apply_key_stream(iv, plain, ciphertext);
  cipher.authenticate(iv, {ciphertext, plain.size()}, ciphertext + plain.size());
}

Bytes encrypt(const CipherKey& key, ByteView plain) {
  Bytes stored;
  stored.reserve(plain.size() + kCipherOverheadBytes);
  encrypt_append(key, plain, stored);
  return stored;
}

Result<Bytes> decrypt(const CipherKey& key, ByteView stored) {
  if (stored.size() < kCipherOverheadBytes) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("encrypted text of {} bytes is shorter than its own IV and MAC", stored.size()));
  }
  const std::uint8_t* const iv = stored.data();
  const ByteView ciphertext = stored.subspan(kIvBytes, stored.size() - kCipherOverheadBytes);
  ThreadCipher& cipher = thread_cipher(key);
  std::array<std::uint8_t, kMacBytes> mac;
  cipher.authenticate(iv, ciphertext, mac.data());
  if (CRYPTO_memcmp(mac.data(), stored.last(kMacBytes).data(), kMacBytes) != 0) {
    return fail(ErrorCode::kCorrupt,
                "the MAC does not match: the bytes were changed, or another key wrote them");
  }
  Bytes plain(ciphertext.size());
  cipher.apply_key_stream(iv, ciphertext, plain.data());
  return plain;
}

Result<CipherKey> derive_cipher_key(std::string_view password, ByteView salt,
                                    const ScryptParameters& parameters) {
  const auto unsupported = [&] {
    return fail(
        ErrorCode::kUnsupported,
        fmt::format("scrypt with N={} r={} p={} is invalid or costs more than 1 GiB of memory or {} passes",
                    parameters.n, parameters.r, parameters.p, kMostScryptPasses),
        "the key file is damaged or was not written by restic or Skyhold; use another key file");
  };
  if (!affordable(parameters)) return unsupported();
  CipherKey key;
  static_assert(sizeof(CipherKey) == 64, "scrypt's output is split in the order of the members");
  std::array<std::uint8_t, 64> derived;
  // OpenSSL counts its working blocks as well, which are small beside the table.
  constexpr std::uint64_t kMemoryLimitBytes = kMostScryptMemoryBytes + kMostScryptMemoryBytes / 4;
  if (EVP_PBE_scrypt(password.empty() ? "" : password.data(), password.size(), salt.data(), salt.size(),
                     parameters.n, parameters.r, parameters.p, kMemoryLimitBytes, derived.data(),
                     derived.size()) != 1) {
    return unsupported();
  }
  std::memcpy(&key, derived.data(), derived.size());
  OPENSSL_cleanse(derived.data(), derived.size());
  return key;
}

}  // namespace skyhold
