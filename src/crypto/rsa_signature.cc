#include "crypto/rsa_signature.h"

#include <memory>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/assert.h"

namespace skyhold {
namespace {

constexpr int kFewestKeyBits = 2048;
constexpr std::size_t kMostPemBytes = 64 << 10;

template <auto free_function>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

// Without it OpenSSL would ask on the terminal for a protected key's password.
int refuse_password(char*, int, int, void*) {
  return -1;
}

using PemReader = EVP_PKEY* (*)(BIO*, EVP_PKEY**, pem_password_cb*, void*);

Result<Key> read_rsa_key(std::string_view pem, PemReader reader, const char* kind) {
  const auto refuse = [&](const char* why) {
    return fail(ErrorCode::kInvalidArgument, std::string(kind) + " " + why,
                "use the key as it was downloaded: PEM, without a password");
  };
  if (pem.size() > kMostPemBytes) return refuse("is larger than any RSA key");
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  SKYHOLD_ASSERT(memory != nullptr);
  Key key(reader(memory.get(), nullptr, refuse_password, nullptr));
  ERR_clear_error();
  if (key == nullptr) return refuse("is not readable");
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1) return refuse("is not an RSA key");
  if (EVP_PKEY_get_bits(key.get()) < kFewestKeyBits) return refuse("has less than 2048 bits");
  return key;
}

DigestContext new_context() {
  DigestContext context(EVP_MD_CTX_new());
  SKYHOLD_ASSERT(context != nullptr);
  return context;
}

}  // namespace

Result<Bytes> sign_rs256(std::string_view private_key_pem, ByteView message) {
  const Key key = TRY(read_rsa_key(private_key_pem, PEM_read_bio_PrivateKey, "the private key"));
  const DigestContext context = new_context();
  Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())));
  std::size_t length = signature.size();
  const bool is_signed =
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), signature.data(), &length, message.data(), message.size()) == 1;
  ERR_clear_error();
  if (!is_signed) {
    return fail(ErrorCode::kInvalidArgument, "the private key cannot sign: its numbers do not fit together",
                "download the key anew");
  }
  signature.resize(length);
  return signature;
}

Status verify_rs256(std::string_view public_key_pem, ByteView message, ByteView signature) {
  const Key key = TRY(read_rsa_key(public_key_pem, PEM_read_bio_PUBKEY, "the public key"));
  const DigestContext context = new_context();
  SKYHOLD_ASSERT(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1);
  const bool fits = EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                                     message.size()) == 1;
  ERR_clear_error();
  if (!fits) return fail(ErrorCode::kCorrupt, "the signature is not of this key and message");
  return {};
}

}  // namespace skyhold
