#include "repository/key_file.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/random.h"

namespace skyhold {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kSaltBytes = 64;
constexpr std::size_t kPasswordBytes = 32;
// scrypt makes guesses dear, and 256 random bits are not guessed: the tenth of a second that its usual
// cost takes is spent by every command and every job for nothing.
constexpr ScryptParameters kScryptOfRandomPassword{1024, 8, 1};

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

// Ties a wrapped password to the key file that it opens.
std::string wrap_context(const KeyFile& file) {
  return fmt::format("skyhold platform key\n{}\n{}", file.project, base64_encode(file.salt));
}

Bytes encode_cipher_key(const CipherKey& key) {
  const ordered_json object{{"mac", {{"k", base64_encode(key.mac_k)}, {"r", base64_encode(key.mac_r)}}},
                            {"encrypt", base64_encode(key.encryption)}};
  return to_bytes(object.dump());
}

template <std::size_t N>
Status read_key_part(const json& text, std::array<std::uint8_t, N>& out) {
  const Bytes bytes = TRY(base64_decode(text.get_ref<const std::string&>()));
  if (bytes.size() != N) return fail(ErrorCode::kCorrupt, "a key of the wrong length");
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return {};
}

Result<CipherKey> decode_cipher_key(ByteView text) {
  try {
    const json object = json::parse(text.begin(), text.end());
    CipherKey key;
    TRY(read_key_part(object.at("mac").at("k"), key.mac_k));
    TRY(read_key_part(object.at("mac").at("r"), key.mac_r));
    TRY(read_key_part(object.at("encrypt"), key.encryption));
    return key;
  } catch (const json::exception& error) {
    // Not error.what(): it may quote a part of the key.
    return fail(ErrorCode::kCorrupt, "the key inside a key file is not what it should be");
  }
}

Result<KeyFile> new_key_file(const CipherKey& repository_key, std::string_view password,
                             const std::string& project, const ScryptParameters& scrypt) {
  KeyFile file;
  file.scrypt = scrypt;
  file.salt.resize(kSaltBytes);
  random_bytes(file.salt);
  const CipherKey user_key = TRY(derive_cipher_key(password, file.salt, file.scrypt));
  file.data = encrypt(user_key, encode_cipher_key(repository_key));
  file.project = project;
  file.hostname = host_name();
  file.username = "skyhold";
  file.created = format_rfc3339(SystemClock().now());
  return file;
}

}  // namespace

Result<KeyFile> new_platform_key(const CipherKey& repository_key, const MasterKey& master_key,
                                 const std::string& project) {
  std::array<std::uint8_t, kPasswordBytes> secret{};
  random_bytes(secret);
  const std::string password = hex_encode(secret);
  KeyFile file = TRY(new_key_file(repository_key, password, project, kScryptOfRandomPassword));
  file.role = "platform";
  file.wrapped_password = master_key.wrap(password, wrap_context(file));
  return file;
}

Result<KeyFile> new_recovery_key(const CipherKey& repository_key, const std::string& password,
                                 const std::string& project) {
  KeyFile file = TRY(new_key_file(repository_key, password, project, ScryptParameters{}));
  file.role = "recovery";
  return file;
}

std::string new_recovery_password() {
  // Crockford's base 32: no letter that is taken for a digit.
  constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  std::array<std::uint8_t, 32> bytes{};
  random_bytes(bytes);
  std::string password;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0 && i % 4 == 0) password.push_back('-');
    password.push_back(kAlphabet[bytes[i] % kAlphabet.size()]);
  }
  return password;
}

Bytes encode_key_file(const KeyFile& file) {
  ordered_json object{{"created", file.created},
                      {"username", file.username},
                      {"hostname", file.hostname},
                      {"kdf", "scrypt"},
                      {"N", file.scrypt.n},
                      {"r", file.scrypt.r},
                      {"p", file.scrypt.p},
                      {"salt", base64_encode(file.salt)},
                      {"data", base64_encode(file.data)}};
  if (!file.role.empty()) {
    object["skyhold"] = {{"role", file.role}, {"project", file.project}};
    if (!file.wrapped_password.empty()) object["skyhold"]["wrapped_password"] = file.wrapped_password;
  }
  return to_bytes(object.dump());
}

Result<KeyFile> decode_key_file(ByteView text) {
  try {
    const json object = json::parse(text.begin(), text.end());
    KeyFile file;
    if (object.at("kdf").get_ref<const std::string&>() != "scrypt") {
      return fail(ErrorCode::kUnsupported, "key file: unknown key derivation");
    }
    file.scrypt = {object.at("N").get<std::uint32_t>(), object.at("r").get<std::uint32_t>(),
                   object.at("p").get<std::uint32_t>()};
    file.salt = TRY(base64_decode(object.at("salt").get_ref<const std::string&>()));
    file.data = TRY(base64_decode(object.at("data").get_ref<const std::string&>()));
    file.created = object.value("created", std::string());
    file.username = object.value("username", std::string());
    file.hostname = object.value("hostname", std::string());
    if (const auto ours = object.find("skyhold"); ours != object.end()) {
      file.role = ours->at("role").get<std::string>();
      file.project = ours->at("project").get<std::string>();
      file.wrapped_password = ours->value("wrapped_password", std::string());
    }
    return file;
  } catch (const json::exception& error) {
    return fail(ErrorCode::kCorrupt, fmt::format("key file: {}", error.what()));
  }
}

Result<std::string> unwrap_password(const KeyFile& file, const MasterKey& master_key) {
  return master_key.unwrap(file.wrapped_password, wrap_context(file));
}

Result<CipherKey> open_key_file(const KeyFile& file, std::string_view password) {
  const CipherKey user_key = TRY(derive_cipher_key(password, file.salt, file.scrypt));
  const Result<Bytes> plain = decrypt(user_key, file.data);
  if (!plain) return fail(ErrorCode::kWrongKey, "the password does not open this key file");
  return decode_cipher_key(*plain);
}

}  // namespace skyhold
