// What `skyhold login` leaves for the commands that follow: one service, and a token for it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/parameters.h"

namespace skyhold {

struct SavedSignIn {
  std::string url;
  std::string user;
  std::string token;
  std::string token_id;
  std::string expires_at;  // RFC 3339
  std::string ca_file;     // empty: the system's authorities
};

// $XDG_CONFIG_HOME/skyhold/credentials, else ~/.config/skyhold/credentials.
Result<std::filesystem::path> saved_sign_in_path(const Environment& environment);

// Nothing when the file is not there. kPermissionDenied when others may read it.
Result<std::optional<SavedSignIn>> load_sign_in(const std::filesystem::path& path);
// Whole or not at all, with mode 0600; makes its directory.
Status save_sign_in(const std::filesystem::path& path, const SavedSignIn& sign_in);
// Gives whether there was one.
Result<bool> remove_sign_in(const std::filesystem::path& path);

}  // namespace skyhold
