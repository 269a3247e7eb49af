#include "crypto/cipher.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "base/encoding.h"
#include "base/random.h"

namespace skyhold {
namespace {

Bytes hex(std::string_view text) {
  return hex_decode(text).value();
}

template <std::size_t N>
void fill(std::array<std::uint8_t, N>& to, std::string_view text) {
  const Bytes bytes = hex(text);
  ASSERT_EQ(bytes.size(), N);
  std::copy(bytes.begin(), bytes.end(), to.begin());
}

Bytes join(std::initializer_list<ByteView> parts) {
  Bytes all;
  for (const ByteView part : parts) append(all, part);
  return all;
}

// Poly1305-AES's own example messages (D. J. Bernstein, "The Poly1305-AES message-authentication
// code", appendix B) have the shape of our format: nonce, message, authenticator.
TEST(Cipher, TheMacIsPoly1305AesAsPublished) {
  struct Vector {
    std::string_view message, r, k, nonce, mac;
  };
  constexpr std::array<Vector, 4> kVectors{{
      {"f3f6", "851fc40c3467ac0be05cc20404f3f700", "ec074c835580741701425b623235add6",
       "fb447350c4e868c52ac3275cf9d4327e", "f4c633c3044fc145f84f335cb81953de"},
      {"", "a0f3080000f46400d0c7e9076c834403", "75deaa25c09f208e1dc4ce6b5cad3fbf",
       "61ee09218d29b0aaed7e154a2c5509cc", "dd3fab2251f11ac759f0887129cc2ee7"},
      {"663cea190ffb83d89593f3f476b6bc24d7e679107ea26adb8caf6652d0656136", "48443d0bb0d21109c89a100b5ce2c208",
       "6acb5f61a7176dd320c5c1eb2edcdc74", "ae212a55399729595dea458bc621ff0e",
       "0ee1c16bb73f0f4fd19881753c01cdbe"},
      {"ab0812724a7f1e342742cbed374d94d136c6b8795d45b3819830f2c04491faf0990c62e48b8018b2c3e4a0fa3134cb67fa83e"
       "158c994d9"
       "61c4cb21095c1bf9",
       "12976a08c4426d0ce8a82407c4f48207", "e1a5668a4d5b66a5f68cc5424ed5982d",
       "9ae831e743978d3a23527c7128149e3a", "5154ad0d2cb26e01274fc51148491f1b"},
  }};
  for (const Vector& vector : kVectors) {
    CipherKey key = CipherKey::random();
    fill(key.mac_k, vector.k);
    fill(key.mac_r, vector.r);
    EXPECT_TRUE(decrypt(key, join({hex(vector.nonce), hex(vector.message), hex(vector.mac)})))
        << vector.message;
  }
}

// NIST SP 800-38A, F.5.5 (CTR-AES256). An all-zero r makes the MAC AES-128_k(IV) whatever
// the ciphertext is, so that the vector can be given one without our own code.
TEST(Cipher, TheCipherIsAes256CtrAsPublished) {
  CipherKey key;
  fill(key.encryption, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
  fill(key.mac_k, "2b7e151628aed2a6abf7158809cf4f3c");
  const Bytes iv = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  const Bytes ciphertext =
      hex("601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
          "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6");
  Bytes mac(16);
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> block(EVP_CIPHER_CTX_new(),
                                                                         EVP_CIPHER_CTX_free);
  int length = 0;
  ASSERT_EQ(EVP_EncryptInit_ex(block.get(), EVP_aes_128_ecb(), nullptr, key.mac_k.data(), nullptr), 1);
  ASSERT_EQ(EVP_EncryptUpdate(block.get(), mac.data(), &length, iv.data(), 16), 1);

  const Result<Bytes> plain = decrypt(key, join({iv, ciphertext, mac}));
  ASSERT_TRUE(plain) << to_string(plain.error());
  EXPECT_EQ(hex_encode(*plain),
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
            "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
}

TEST(Cipher, OpensWhatItSealedAtEveryLength) {
  const CipherKey key = CipherKey::random();
  std::vector<std::size_t> lengths{4096, 16'384, 65'537, 3'000'001};
  for (std::size_t length = 0; length <= 130; ++length) lengths.push_back(length);
  for (const std::size_t length : lengths) {
    Bytes plain(length);
    random_bytes(plain);
    const Bytes stored = encrypt(key, plain);
    EXPECT_EQ(stored.size(), length + kCipherOverheadBytes);
    EXPECT_EQ(decrypt(key, stored).value(), plain) << length;
  }
}

TEST(Cipher, AppendsWithoutTouchingWhatIsThere) {
  const CipherKey key = CipherKey::random();
  Bytes pack = to_bytes("before");
  encrypt_append(key, as_bytes("first"), pack);
  const std::size_t second = pack.size();
  encrypt_append(key, as_bytes("second"), pack);
  EXPECT_EQ(as_text(ByteView(pack).first(6)), "before");
  EXPECT_EQ(as_text(decrypt(key, ByteView(pack).subspan(6, second - 6)).value()), "first");
  EXPECT_EQ(as_text(decrypt(key, ByteView(pack).subspan(second)).value()), "second");
}

TEST(Cipher, NoTwoTextsLookAlike) {
  const CipherKey key = CipherKey::random();
  EXPECT_NE(encrypt(key, as_bytes("same")), encrypt(key, as_bytes("same")));
}

TEST(Cipher, AChangeOfAnyBitIsNoticed) {
  const CipherKey key = CipherKey::random();
  const Bytes stored = encrypt(key, as_bytes("forty bytes of plain text, more or less."));
  for (std::size_t bit = 0; bit < stored.size() * 8; ++bit) {
    Bytes changed = stored;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const Result<Bytes> refused = decrypt(key, changed);
    ASSERT_FALSE(refused) << "bit " << bit;
    EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  }
}

TEST(Cipher, ACutOrLongerTextIsNoticed) {
  const CipherKey key = CipherKey::random();
  Bytes stored = encrypt(key, as_bytes("text"));
  for (std::size_t length = 0; length < stored.size(); ++length) {
    EXPECT_FALSE(decrypt(key, ByteView(stored).first(length))) << length;
  }
  stored.push_back(0);
  EXPECT_FALSE(decrypt(key, stored));
}

TEST(Cipher, EachPartOfTheKeyMatters) {
  const CipherKey key = CipherKey::random();
  const Bytes stored = encrypt(key, as_bytes("text"));
  CipherKey other = key;
  other.mac_k[0] ^= 1;
  EXPECT_FALSE(decrypt(other, stored));
  other = key;
  other.mac_r[0] ^= 1;
  EXPECT_FALSE(decrypt(other, stored));
  other = key;
  other.encryption[0] ^= 1;
  EXPECT_NE(decrypt(other, stored).value(), to_bytes("text"));
  EXPECT_EQ(decrypt(key, stored).value(), to_bytes("text")) << "keys that alternate must not be mixed up";
}

TEST(Cipher, ThreadsDoNotDisturbEachOther) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      const CipherKey mine = CipherKey::random();
      const Bytes plain(1000 + t, static_cast<std::uint8_t>(t));
      for (int i = 0; i < 500; ++i) ASSERT_EQ(decrypt(mine, encrypt(mine, plain)).value(), plain);
    });
  }
}

std::string derived(std::string_view password, std::string_view salt, const ScryptParameters& parameters) {
  const CipherKey key = derive_cipher_key(password, as_bytes(salt), parameters).value();
  return hex_encode(key.encryption) + hex_encode(key.mac_k) + hex_encode(key.mac_r);
}

// RFC 7914, section 12.
TEST(Scrypt, AgreesWithTheStandard) {
  EXPECT_EQ(derived("", "", {16, 1, 1}),
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
            "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
  EXPECT_EQ(derived("password", "NaCl", {1024, 8, 16}),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
            "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
  EXPECT_EQ(derived("pleaseletmein", "SodiumChloride", {16384, 8, 1}),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
            "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

TEST(Scrypt, RefusesCostsThatAFileMustNotAskFor) {
  const std::vector<ScryptParameters> refused{{0, 8, 1},
                                              {1, 8, 1},
                                              {3, 8, 1},
                                              {32768, 0, 1},
                                              {32768, 8, 0},
                                              {32768, 8, 17},
                                              {1U << 21, 8, 1},
                                              {32768, 1U << 31, 1},
                                              {1U << 31, 1U << 31, 1},
                                              {2, UINT32_MAX, UINT32_MAX},
                                              {1U << 16, 1, 1}};  // the standard itself wants N < 2^(16 r)
  for (const ScryptParameters& parameters : refused) {
    const auto key = derive_cipher_key("password", as_bytes("salt"), parameters);
    ASSERT_FALSE(key) << parameters.n << " " << parameters.r << " " << parameters.p;
    EXPECT_EQ(key.error().code, ErrorCode::kUnsupported);
  }
}

}  // namespace
}  // namespace skyhold
