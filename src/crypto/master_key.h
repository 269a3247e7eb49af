// The platform's master key: wraps the passwords of repositories at rest.
//
// The key file is one line of text, mode 0600, so that it can be printed and typed:
//
//   skyhold-master-key-v1:<base64 of 32 random bytes>
//
// A wrapped secret is  nonce (12) || AES-256-GCM ciphertext || tag (16), in base64,
// with `context` as associated data: a secret that was wrapped for one repository
// does not unwrap for another.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace skyhold {

class MasterKey {
 public:
  static MasterKey random();
  // kWrongKey when the file is not a master key; kPermissionDenied when others can
  // read it (mode & 077), with the chmod to run as a hint.
  static Result<MasterKey> load(const std::filesystem::path& path);
  // The line that the file holds; kWrongKey when the text is none.
  static Result<MasterKey> parse(std::string_view text);
  [[nodiscard]] std::string to_text() const;
  // Writes a new file with mode 0600; kAlreadyExists rather than overwrite.
  [[nodiscard]] Status save(const std::filesystem::path& path) const;

  [[nodiscard]] std::string wrap(std::string_view secret, std::string_view context) const;
  // kWrongKey when this key or context did not wrap it; kCorrupt when nothing can have.
  [[nodiscard]] Result<std::string> unwrap(std::string_view wrapped, std::string_view context) const;

 private:
  std::array<std::uint8_t, 32> bytes_{};
};

}  // namespace skyhold
