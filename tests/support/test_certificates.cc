#include "tests/support/test_certificates.h"

#include <cstdio>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace skyhold {
namespace {

constexpr long kDaySeconds = 24L * 3600;

template <auto free_function>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using File = std::unique_ptr<std::FILE, Freed<std::fclose>>;

using Memory = std::unique_ptr<BIO, Freed<BIO_free>>;

void require(bool succeeded, const char* action) {
  if (!succeeded) throw std::runtime_error(std::string("cannot ") + action);
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, "add an extension");
}

struct Validity {
  long from_seconds;  // from now
  long to_seconds;
};

Certificate new_certificate(EVP_PKEY* key, const char* name, long serial, Validity validity) {
  Certificate certificate(X509_new());
  require(certificate != nullptr, "create a certificate");
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), validity.from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), validity.to_seconds);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return certificate;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  require(X509_sign(certificate, issuer_key, EVP_sha256()) > 0, "sign a certificate");
}

File open_for_writing(const std::filesystem::path& path) {
  File file(std::fopen(path.c_str(), "w"));
  require(file != nullptr, "write a certificate's file");
  return file;
}

void write_certificate(const std::filesystem::path& path, X509* certificate) {
  require(PEM_write_X509(open_for_writing(path).get(), certificate) == 1, "write a certificate");
}

std::string text_of(const Memory& memory) {
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace

TestCertificates make_test_certificates(const std::filesystem::path& directory,
                                        const TestCertificateOptions& options) {
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key server_key(EVP_EC_gen("P-256"));
  require(ca_key != nullptr && server_key != nullptr, "make a key");

  const Certificate ca =
      new_certificate(ca_key.get(), "Test authority", 1, {-2 * kDaySeconds, 2 * kDaySeconds});
  add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
  sign(ca.get(), ca.get(), ca_key.get());

  const Certificate server =
      new_certificate(server_key.get(), "Test server", 2,
                      {-2 * kDaySeconds, options.expired ? -kDaySeconds : 2 * kDaySeconds});
  add_extension(server.get(), ca.get(), NID_subject_alt_name, options.subject_alternative_names.c_str());
  add_extension(server.get(), ca.get(), NID_ext_key_usage, "serverAuth");
  sign(server.get(), ca.get(), ca_key.get());

  TestCertificates files{directory / "ca.pem", directory / "server.pem", directory / "server.key"};
  write_certificate(files.ca_file, ca.get());
  write_certificate(files.certificate_file, server.get());
  const bool wrote_key = PEM_write_PrivateKey(open_for_writing(files.key_file).get(), server_key.get(),
                                              nullptr, nullptr, 0, nullptr, nullptr) == 1;
  require(wrote_key, "write a key");
  return files;
}

TestRsaKey make_test_rsa_key(int bits) {
  const Key key(EVP_RSA_gen(static_cast<unsigned>(bits)));
  const Memory private_key(BIO_new(BIO_s_mem()));
  const Memory public_key(BIO_new(BIO_s_mem()));
  require(key != nullptr && private_key != nullptr && public_key != nullptr &&
              PEM_write_bio_PrivateKey(private_key.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
                  1 &&
              PEM_write_bio_PUBKEY(public_key.get(), key.get()) == 1,
          "make an RSA key");
  return {text_of(private_key), text_of(public_key)};
}

}  // namespace skyhold
