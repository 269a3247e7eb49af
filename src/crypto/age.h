// Files for a receiver, in the format of age (age-encryption.org/v1): who has the key or the passphrase
// opens them with `age --decrypt`, without Skyhold.
//
//   age-encryption.org/v1
//   -> X25519 SHARE                     one for each recipient: an ephemeral public key,
//   WRAPPED FILE KEY                    and the file key under what both sides agree on
//   -> scrypt SALT LOG2(N)              or this one alone, for a passphrase
//   WRAPPED FILE KEY
//   --- MAC                             HMAC-SHA256 of all that stands above it, "---" included
//   nonce:16                            of the payload's key
//   chunks of 64 KiB + 16               ChaCha20-Poly1305; the nonce is a counter of 11 bytes and whether
//                                       this chunk is the last, so that none can be cut off or moved
//
// Texts are base64 without padding; keys are bech32 ("age1…", "AGE-SECRET-KEY-1…").
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

using AgeKey = std::array<std::uint8_t, 32>;

// A public key.
struct AgeRecipient {
  AgeKey key{};
  static Result<AgeRecipient> parse(std::string_view text);  // "age1…"; kInvalidArgument
  [[nodiscard]] std::string text() const;
};

// A secret key.
struct AgeIdentity {
  AgeKey key{};
  static AgeIdentity generate();
  static Result<AgeIdentity> parse(std::string_view text);  // "AGE-SECRET-KEY-1…"; kInvalidArgument
  [[nodiscard]] std::string text() const;
  [[nodiscard]] AgeRecipient recipient() const;
};

// Plain bytes in, age's bytes out. Not thread-safe. begin() comes first, finish() last.
class AgeEncryptor {
 public:
  // At least one. kInvalidArgument for a key that gives nothing secret.
  static Result<AgeEncryptor> to_recipients(const std::vector<AgeRecipient>& recipients);
  // Takes 128 MiB and a second or so while it is made.
  static Result<AgeEncryptor> with_passphrase(std::string_view passphrase, int log2_work = kLog2Work);
  AgeEncryptor(AgeEncryptor&&) noexcept;
  AgeEncryptor& operator=(AgeEncryptor&&) noexcept;
  ~AgeEncryptor();

  // What is ready is appended to `out`.
  void begin(Bytes& out);
  void update(ByteView plain, Bytes& out);
  void finish(Bytes& out);

 private:
  static constexpr int kLog2Work = 17;
  struct State;
  explicit AgeEncryptor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// age's bytes in, plain bytes out: only what is proven. Not thread-safe.
class AgeDecryptor {
 public:
  explicit AgeDecryptor(const AgeIdentity& identity);
  explicit AgeDecryptor(std::string passphrase);
  AgeDecryptor(AgeDecryptor&&) noexcept;
  AgeDecryptor& operator=(AgeDecryptor&&) noexcept;
  ~AgeDecryptor();

  // kWrongKey when it is for somebody else, kCorrupt when it is damaged or no age file, kUnsupported when the
  // passphrase's work is beyond 2^20.
  Status update(ByteView encrypted, Bytes& out);
  // kCorrupt when it was cut off.
  Status finish(Bytes& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace skyhold
