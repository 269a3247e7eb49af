#include "crypto/age.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <fmt/format.h>
#include <sodium.h>

#include "base/assert.h"
#include "base/random.h"
#include "crypto/age_header.h"
#include "crypto/bech32.h"
#include "crypto/constant_time.h"
#include "crypto/hmac.h"

namespace skyhold {
namespace {

constexpr std::string_view kRecipientName = "age";
constexpr std::string_view kIdentityName = "age-secret-key-";
constexpr std::string_view kX25519Info = "age-encryption.org/v1/X25519";
constexpr std::string_view kScryptSalt = "age-encryption.org/v1/scrypt";
constexpr std::size_t kFileKeyBytes = 16;
constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kTagBytes = crypto_aead_chacha20poly1305_ietf_ABYTES;
constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr int kMostLog2Work = 20;  // 1 GiB; age itself takes 22

using Nonce = std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;

Bytes joined(ByteView a, ByteView b) {
  Bytes all = to_bytes(a);
  append(all, b);
  return all;
}

// HKDF-SHA256 (RFC 5869) of one block, which is all that is needed.
AgeKey derive(ByteView secret, ByteView salt, std::string_view info) {
  const Hmac extracted = hmac_sha256(salt, secret);
  const std::uint8_t one = 1;
  return hmac_sha256(extracted, joined(as_bytes(info), {&one, 1}));
}

void seal(const AgeKey& key, const Nonce& nonce, ByteView plain, Bytes& out) {
  const std::size_t at = out.size();
  out.resize(at + plain.size() + kTagBytes);
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data() + at, nullptr, plain.data(), plain.size(), nullptr, 0,
                                            nullptr, nonce.data(), key.data());
}

// False when it is not what was sealed with this key.
bool unseal(const AgeKey& key, const Nonce& nonce, ByteView sealed, Bytes& out) {
  if (sealed.size() < kTagBytes) return false;
  const std::size_t at = out.size();
  out.resize(at + sealed.size() - kTagBytes);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data() + at, nullptr, nullptr, sealed.data(),
                                                sealed.size(), nullptr, 0, nonce.data(), key.data()) == 0) {
    return true;
  }
  out.resize(at);
  return false;
}

Bytes wrap(const AgeKey& key, ByteView file_key) {
  Bytes body;
  seal(key, Nonce{}, file_key, body);
  return body;
}

// What both sides of a stanza agree on; an error for keys that force it to zero.
Result<AgeKey> agreed_key(const AgeKey& secret, const AgeKey& their_public, const AgeKey& share,
                          const AgeKey& recipient) {
  AgeKey shared{};
  if (crypto_scalarmult(shared.data(), secret.data(), their_public.data()) != 0) {
    return fail(ErrorCode::kInvalidArgument, "the age key is of low order, and would keep nothing secret");
  }
  return derive(shared, joined(share, recipient), kX25519Info);
}

Result<AgeKey> passphrase_key(std::string_view passphrase, ByteView salt, int log2_work) {
  AgeKey key{};
  const Bytes full_salt = joined(as_bytes(kScryptSalt), salt);
  const std::string text(passphrase);
  if (crypto_pwhash_scryptsalsa208sha256_ll(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                            full_salt.data(), full_salt.size(), std::uint64_t{1} << log2_work,
                                            8, 1, key.data(), key.size()) != 0) {
    return fail(ErrorCode::kNoSpace, "there is not enough memory to derive the key of a passphrase");
  }
  return key;
}

AgeKey public_of(const AgeKey& secret) {
  AgeKey key{};
  crypto_scalarmult_base(key.data(), secret.data());
  return key;
}

AgeKey new_secret() {
  AgeKey key{};
  random_bytes(key);
  return key;
}

Result<AgeKey> decode_key(std::string_view name, std::string_view text) {
  const Bytes bytes = TRY(bech32_decode(name, text));
  AgeKey key{};
  if (bytes.size() != key.size()) return fail(ErrorCode::kInvalidArgument, "an age key of another length");
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

// The counter of chunks, and whether this is the last.
class ChunkNonce {
 public:
  [[nodiscard]] Nonce next(bool last) {
    nonce_.back() = last ? 1 : 0;
    const Nonce current = nonce_;
    for (std::size_t at = nonce_.size() - 1; at > 0 && ++nonce_[at - 1] == 0; --at) {
    }
    return current;
  }

 private:
  Nonce nonce_{};
};

}  // namespace

Result<AgeRecipient> AgeRecipient::parse(std::string_view text) {
  return AgeRecipient{TRY(decode_key(kRecipientName, text))};
}

std::string AgeRecipient::text() const {
  return bech32_encode(kRecipientName, key);
}

AgeIdentity AgeIdentity::generate() {
  return {new_secret()};
}

Result<AgeIdentity> AgeIdentity::parse(std::string_view text) {
  return AgeIdentity{TRY(decode_key(kIdentityName, text))};
}

std::string AgeIdentity::text() const {
  std::string upper = bech32_encode(kIdentityName, key);
  for (char& each : upper) each = static_cast<char>(each >= 'a' && each <= 'z' ? each - 'a' + 'A' : each);
  return upper;
}

AgeRecipient AgeIdentity::recipient() const {
  return {public_of(key)};
}

struct AgeEncryptor::State {
  std::array<std::uint8_t, kFileKeyBytes> file_key{};
  std::vector<AgeStanza> stanzas;
  AgeKey payload_key{};
  ChunkNonce nonce;
  Bytes chunk;

  State() { random_bytes(file_key); }
};

AgeEncryptor::AgeEncryptor(std::unique_ptr<State> state) : state_(std::move(state)) {}
AgeEncryptor::AgeEncryptor(AgeEncryptor&&) noexcept = default;
AgeEncryptor& AgeEncryptor::operator=(AgeEncryptor&&) noexcept = default;
AgeEncryptor::~AgeEncryptor() = default;

Result<AgeEncryptor> AgeEncryptor::to_recipients(const std::vector<AgeRecipient>& recipients) {
  SKYHOLD_ASSERT(!recipients.empty());
  auto state = std::make_unique<State>();
  for (const AgeRecipient& recipient : recipients) {
    const AgeKey ephemeral = new_secret();
    const AgeKey share = public_of(ephemeral);
    const AgeKey key = TRY(agreed_key(ephemeral, recipient.key, share, recipient.key));
    state->stanzas.push_back({{"X25519", age_base64(share)}, wrap(key, state->file_key)});
  }
  return AgeEncryptor(std::move(state));
}

Result<AgeEncryptor> AgeEncryptor::with_passphrase(std::string_view passphrase, int log2_work) {
  SKYHOLD_ASSERT(log2_work > 0 && log2_work <= kMostLog2Work);
  auto state = std::make_unique<State>();
  Bytes salt(kSaltBytes);
  random_bytes(salt);
  const AgeKey key = TRY(passphrase_key(passphrase, salt, log2_work));
  state->stanzas.push_back(
      {{"scrypt", age_base64(salt), std::to_string(log2_work)}, wrap(key, state->file_key)});
  return AgeEncryptor(std::move(state));
}

void AgeEncryptor::begin(Bytes& out) {
  const std::string header = age_header_text(state_->stanzas);
  const AgeKey mac_key = derive(state_->file_key, {}, "header");
  append(out, as_bytes(header + " " + age_base64(hmac_sha256(mac_key, as_bytes(header))) + "\n"));
  std::array<std::uint8_t, kNonceBytes> nonce{};
  random_bytes(nonce);
  append(out, nonce);
  state_->payload_key = derive(state_->file_key, nonce, "payload");
}

void AgeEncryptor::update(ByteView plain, Bytes& out) {
  while (!plain.empty()) {
    // A full chunk waits for what comes: it may be the last.
    if (state_->chunk.size() == kChunkBytes) {
      seal(state_->payload_key, state_->nonce.next(false), state_->chunk, out);
      state_->chunk.clear();
    }
    const std::size_t count = std::min(plain.size(), kChunkBytes - state_->chunk.size());
    append(state_->chunk, plain.first(count));
    plain = plain.subspan(count);
  }
}

void AgeEncryptor::finish(Bytes& out) {
  seal(state_->payload_key, state_->nonce.next(true), state_->chunk, out);
}

struct AgeDecryptor::State {
  AgeIdentity identity;
  std::string passphrase;
  bool by_passphrase = false;
  bool header_read = false;
  AgeKey payload_key{};
  ChunkNonce nonce;
  Bytes held;
  std::uint64_t chunks = 0;

  // Nothing: the stanza is for somebody else.
  Result<Bytes> unwrap(const AgeStanza& stanza) const;
  Result<Bytes> find_file_key(const AgeHeader& header) const;
  Status read_header();
};

Result<Bytes> AgeDecryptor::State::unwrap(const AgeStanza& stanza) const {
  const std::vector<std::string>& arguments = stanza.arguments;
  if (stanza.body.size() != kFileKeyBytes + kTagBytes) return Bytes();
  AgeKey key{};
  if (by_passphrase) {
    if (arguments.size() != 3 || arguments[0] != "scrypt") return Bytes();
    const Bytes salt = TRY(age_base64_decode(arguments[1]));
    int log2_work = 0;
    const std::string& work = arguments[2];
    const auto [end, error] = std::from_chars(work.data(), work.data() + work.size(), log2_work);
    if (error != std::errc() || end != work.data() + work.size() || log2_work < 1 ||
        salt.size() != kSaltBytes) {
      return fail(ErrorCode::kCorrupt, "the age header is damaged: its scrypt stanza");
    }
    if (log2_work > kMostLog2Work) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("the passphrase's work is 2^{}, more than 2^{}", log2_work, kMostLog2Work));
    }
    key = TRY(passphrase_key(passphrase, salt, log2_work));
  } else {
    if (arguments.size() != 2 || arguments[0] != "X25519") return Bytes();
    const Bytes bytes = TRY(age_base64_decode(arguments[1]));
    AgeKey share{};
    if (bytes.size() != share.size())
      return fail(ErrorCode::kCorrupt, "the age header is damaged: its share");
    std::copy(bytes.begin(), bytes.end(), share.begin());
    key = TRY(agreed_key(identity.key, share, share, identity.recipient().key));
  }
  Bytes file_key;
  unseal(key, Nonce{}, stanza.body, file_key);
  return file_key;
}

Result<Bytes> AgeDecryptor::State::find_file_key(const AgeHeader& header) const {
  for (const AgeStanza& stanza : header.stanzas) {
    if (stanza.arguments[0] == "scrypt" && header.stanzas.size() > 1) {
      return fail(ErrorCode::kCorrupt, "the age header is damaged: a passphrase beside other recipients");
    }
    Bytes file_key = TRY(unwrap(stanza));
    if (!file_key.empty()) return file_key;
  }
  return fail(ErrorCode::kWrongKey, by_passphrase ? "the passphrase does not open this age file"
                                                  : "this age file is for somebody else's key");
}

Status AgeDecryptor::State::read_header() {
  const std::size_t length = TRY(age_header_length(as_text(held)));
  if (length == 0 || held.size() < length + kNonceBytes) return {};
  const AgeHeader header = TRY(decode_age_header(as_text(held).substr(0, length)));
  const Bytes file_key = TRY(find_file_key(header));
  const AgeKey mac_key = derive(file_key, {}, "header");
  if (!equal_in_constant_time(as_text(hmac_sha256(mac_key, as_bytes(header.signed_text))),
                              as_text(header.mac))) {
    return fail(ErrorCode::kCorrupt, "the age header was changed: its MAC does not fit");
  }
  payload_key = derive(file_key, ByteView(held).subspan(length, kNonceBytes), "payload");
  held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(length + kNonceBytes));
  header_read = true;
  return {};
}

AgeDecryptor::AgeDecryptor(const AgeIdentity& identity) : state_(std::make_unique<State>()) {
  state_->identity = identity;
}
AgeDecryptor::AgeDecryptor(std::string passphrase) : state_(std::make_unique<State>()) {
  state_->passphrase = std::move(passphrase);
  state_->by_passphrase = true;
}
AgeDecryptor::AgeDecryptor(AgeDecryptor&&) noexcept = default;
AgeDecryptor& AgeDecryptor::operator=(AgeDecryptor&&) noexcept = default;
AgeDecryptor::~AgeDecryptor() = default;

Status AgeDecryptor::update(ByteView encrypted, Bytes& out) {
  append(state_->held, encrypted);
  if (!state_->header_read) TRY(state_->read_header());
  if (!state_->header_read) return {};
  // The last chunk is known by the end alone, so a whole one waits until more comes.
  std::size_t at = 0;
  for (; state_->held.size() - at > kChunkBytes + kTagBytes; at += kChunkBytes + kTagBytes) {
    const ByteView chunk = ByteView(state_->held).subspan(at, kChunkBytes + kTagBytes);
    if (!unseal(state_->payload_key, state_->nonce.next(false), chunk, out)) {
      return fail(ErrorCode::kCorrupt,
                  fmt::format("the age file is damaged in its chunk {}", state_->chunks));
    }
    ++state_->chunks;
  }
  state_->held.erase(state_->held.begin(), state_->held.begin() + static_cast<std::ptrdiff_t>(at));
  return {};
}

Status AgeDecryptor::finish(Bytes& out) {
  if (!state_->header_read) return fail(ErrorCode::kCorrupt, "the age file is cut off in its header");
  const std::size_t before = out.size();
  if (!unseal(state_->payload_key, state_->nonce.next(true), state_->held, out)) {
    return fail(ErrorCode::kCorrupt, "the age file is damaged or cut off at its end");
  }
  // An empty last chunk is right for an empty file only.
  if (out.size() == before && state_->chunks > 0)
    return fail(ErrorCode::kCorrupt, "the age file ends in an empty chunk");
  return {};
}

}  // namespace skyhold
