// A certificate authority and a server certificate that it signed, made at run time: a
// certificate that lies in the tree expires one day and takes the tests along.
#pragma once

#include <filesystem>
#include <string>

namespace skyhold {

struct TestCertificateOptions {
  std::string subject_alternative_names = "DNS:localhost,IP:127.0.0.1";
  bool expired = false;  // the server's certificate ended yesterday
};

struct TestCertificates {  // PEM files
  std::filesystem::path ca_file;
  std::filesystem::path certificate_file;
  std::filesystem::path key_file;
};

// Into `directory`, which must be there. Throws std::runtime_error.
TestCertificates make_test_certificates(const std::filesystem::path& directory,
                                        const TestCertificateOptions& options = {});

struct TestRsaKey {  // PEM
  std::string private_key;
  std::string public_key;
};

// Takes tens of milliseconds. Throws std::runtime_error.
TestRsaKey make_test_rsa_key(int bits = 2048);

}  // namespace skyhold
