// The repository cipher: AES-256-CTR, then Poly1305-AES over the ciphertext.
//
//   stored = IV (16) || ciphertext (as long as the plaintext) || MAC (16)
//
// The IV is random and is AES-CTR's initial 128-bit big-endian counter. The one-time
// Poly1305 key is r (16) || AES-128 with key k of the IV (16). Source of these facts:
// restic, doc/design.rst, "Keys, Encryption and MAC".
#pragma once

#include <array>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

struct CipherKey {
  std::array<std::uint8_t, 32> encryption{};
  std::array<std::uint8_t, 16> mac_k{};
  std::array<std::uint8_t, 16> mac_r{};

  static CipherKey random();
  friend bool operator==(const CipherKey&, const CipherKey&) = default;
};

inline constexpr std::size_t kCipherOverheadBytes = 32;

// Appends the stored form of `plain` to `out`. Thread-safe.
void encrypt_append(const CipherKey& key, ByteView plain, Bytes& out);
Bytes encrypt(const CipherKey& key, ByteView plain);

// The plaintext. kCorrupt when the MAC does not match or the text is too short.
// Checks the MAC before a byte is decrypted. Thread-safe.
Result<Bytes> decrypt(const CipherKey& key, ByteView stored);

struct ScryptParameters {
  std::uint32_t n = 32768;
  std::uint32_t r = 8;
  std::uint32_t p = 1;
};

// 64 bytes of scrypt as encryption(32) || k(16) || r(16). The parameters come from a
// file: costs beyond 1 GiB of memory or 16 passes are kUnsupported, not tried.
Result<CipherKey> derive_cipher_key(std::string_view password, ByteView salt,
                                    const ScryptParameters& parameters);

}  // namespace skyhold
