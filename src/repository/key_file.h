// Key files: the repository's master key, encrypted by a password. Plain JSON:
//
//   {"created","username","hostname","kdf":"scrypt","N","r","p",
//    "salt": base64 of 64 bytes,
//    "data": base64 of encrypt({"mac":{"k","r"},"encrypt"}),      restic's format so far
//    "skyhold": {"role":"platform","project":…,"wrapped_password":…}}
//
// restic ignores the last member. It lets whoever holds the platform's master key open
// the repository with nothing but a copy of it: the catalog is a convenience.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/cipher.h"
#include "crypto/master_key.h"

namespace skyhold {

struct KeyFile {
  ScryptParameters scrypt;
  Bytes salt;                    // 64 bytes
  Bytes data;                    // the encrypted master key
  std::string role;              // "platform", "recovery"; empty: restic's own
  std::string project;           // empty: restic's own
  std::string wrapped_password;  // platform only
  std::string hostname;
  std::string username;
  std::string created;  // RFC 3339
};

// A key file of role "platform" whose random password is wrapped by the master key.
Result<KeyFile> new_platform_key(const CipherKey& repository_key, const MasterKey& master_key,
                                 const std::string& project);
// A key file of role "recovery"; the password goes into the recovery kit.
Result<KeyFile> new_recovery_key(const CipherKey& repository_key, const std::string& password,
                                 const std::string& project);
// 160 random bits in groups of four that a person can type.
std::string new_recovery_password();

Bytes encode_key_file(const KeyFile& file);
Result<KeyFile> decode_key_file(ByteView json);

// kWrongKey when this master key did not wrap the password of this file.
Result<std::string> unwrap_password(const KeyFile& file, const MasterKey& master_key);
// kWrongKey for another password.
Result<CipherKey> open_key_file(const KeyFile& file, std::string_view password);

}  // namespace skyhold
