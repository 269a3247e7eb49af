#include "crypto/age.h"

#include <gtest/gtest.h>

#include "crypto/age_header.h"
#include "crypto/bech32.h"

namespace skyhold {
namespace {

constexpr int kQuickWork = 10;

Bytes encrypt(AgeEncryptor encryptor, std::string_view plain, std::size_t piece = 10'000) {
  Bytes out;
  encryptor.begin(out);
  for (std::size_t at = 0; at < plain.size(); at += piece)
    encryptor.update(as_bytes(plain.substr(at, piece)), out);
  encryptor.finish(out);
  return out;
}

Result<std::string> decrypt(AgeDecryptor decryptor, ByteView encrypted, std::size_t piece = 7'000) {
  Bytes out;
  for (std::size_t at = 0; at < encrypted.size(); at += piece) {
    TRY(decryptor.update(encrypted.subspan(at, std::min(piece, encrypted.size() - at)), out));
  }
  TRY(decryptor.finish(out));
  return std::string(as_text(out));
}

TEST(Age, EachReceiverOpensIt) {
  const AgeIdentity alice = AgeIdentity::generate();
  const AgeIdentity bob = AgeIdentity::generate();
  for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 200'000U}) {
    const std::string plain(size, 'p');
    const Bytes encrypted =
        encrypt(AgeEncryptor::to_recipients({alice.recipient(), bob.recipient()}).value(), plain);
    EXPECT_EQ(decrypt(AgeDecryptor(alice), encrypted).value(), plain) << size;
    EXPECT_EQ(decrypt(AgeDecryptor(bob), encrypted, 1'000'000).value(), plain) << size;
    EXPECT_EQ(decrypt(AgeDecryptor(AgeIdentity::generate()), encrypted).error().code, ErrorCode::kWrongKey);
  }
}

TEST(Age, ThePassphraseOpensIt) {
  const Bytes encrypted = encrypt(AgeEncryptor::with_passphrase("correct horse", kQuickWork).value(), "text");
  EXPECT_EQ(decrypt(AgeDecryptor(std::string("correct horse")), encrypted, 1).value(), "text");
  EXPECT_EQ(decrypt(AgeDecryptor(std::string("wrong horse")), encrypted).error().code, ErrorCode::kWrongKey);
  EXPECT_EQ(decrypt(AgeDecryptor(AgeIdentity::generate()), encrypted).error().code, ErrorCode::kWrongKey);
}

TEST(Age, EveryChangedByteAndEveryCutIsSeen) {
  const AgeIdentity identity = AgeIdentity::generate();
  const Bytes whole = encrypt(AgeEncryptor::to_recipients({identity.recipient()}).value(), "some text");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes changed = whole;
    changed[at] ^= 1U;
    EXPECT_FALSE(decrypt(AgeDecryptor(identity), changed)) << at;
    EXPECT_FALSE(decrypt(AgeDecryptor(identity), ByteView(whole).first(at))) << at;
  }
  // Chunks are cut off where they end.
  const Bytes long_one =
      encrypt(AgeEncryptor::to_recipients({identity.recipient()}).value(), std::string(131'072, 'x'));
  EXPECT_FALSE(decrypt(AgeDecryptor(identity), ByteView(long_one).first(long_one.size() - 65'552)));
}

TEST(Age, KeysAreTextWithAChecksum) {
  const AgeIdentity identity = AgeIdentity::generate();
  EXPECT_TRUE(identity.text().starts_with("AGE-SECRET-KEY-1"));
  EXPECT_TRUE(identity.recipient().text().starts_with("age1"));
  EXPECT_EQ(AgeIdentity::parse(identity.text())->key, identity.key);
  std::string changed = identity.recipient().text();
  EXPECT_EQ(AgeRecipient::parse(changed)->key, identity.recipient().key);
  changed.back() = changed.back() == 'q' ? 'p' : 'q';
  EXPECT_FALSE(AgeRecipient::parse(changed));
  EXPECT_FALSE(AgeRecipient::parse(identity.text()));
  EXPECT_FALSE(AgeRecipient::parse(""));
  EXPECT_FALSE(AgeEncryptor::to_recipients({AgeRecipient{}})) << "a key that gives nothing secret";
  // Of BIP 173.
  EXPECT_TRUE(bech32_decode("a", "A12UEL5L"));
  EXPECT_TRUE(bech32_decode("abcdef", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"));
  EXPECT_FALSE(bech32_decode("a", "A12uEL5L"));
}

}  // namespace
}  // namespace skyhold
