#include "cli/saved_sign_in.h"

#include <sys/stat.h>

#include <cerrno>

#include <fmt/format.h>

#include "cli/api_json.h"
#include "io/durable_file.h"

namespace skyhold {
namespace {

constexpr std::uint64_t kMostFileBytes = 64 * 1024;
constexpr mode_t kOfOthers = S_IRWXG | S_IRWXO;

Error unusable(const std::filesystem::path& path) {
  return Error{ErrorCode::kCorrupt, fmt::format("{} is not what `skyhold login` writes", path.string()),
               "remove the file, then run `skyhold login` again"};
}

}  // namespace

Result<std::filesystem::path> saved_sign_in_path(const Environment& environment) {
  // A relative path would lie wherever one happens to stand.
  const auto absolute = [&](const std::string& name) -> std::optional<std::filesystem::path> {
    const auto value = environment(name);
    return value && value->starts_with('/') ? std::optional<std::filesystem::path>(*value) : std::nullopt;
  };
  if (const auto configuration = absolute("XDG_CONFIG_HOME")) {
    return *configuration / "skyhold" / "credentials";
  }
  if (const auto home = absolute("HOME")) return *home / ".config" / "skyhold" / "credentials";
  return fail(ErrorCode::kInvalidArgument, "there is no place for the credentials: HOME is not set",
              "set HOME or XDG_CONFIG_HOME; or set SKYHOLD_URL and SKYHOLD_TOKEN");
}

Result<std::optional<SavedSignIn>> load_sign_in(const std::filesystem::path& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<SavedSignIn>();
    return fail(error_from_errno(errno, fmt::format("cannot read {}", path.string())));
  }
  if ((facts.st_mode & kOfOthers) != 0) {
    return fail(ErrorCode::kPermissionDenied,
                fmt::format("other users of this machine may read the token in {}", path.string()),
                fmt::format("run `chmod 600 {}`, then `skyhold login` for a new token", path.string()));
  }
  const Bytes bytes = TRY(read_file(path, kMostFileBytes));
  const auto json = ApiJson::parse(as_text(bytes));
  if (!json) return fail(unusable(path));
  SavedSignIn sign_in{.url = json->text("url"),
                      .user = json->text("user"),
                      .token = json->text("token"),
                      .token_id = json->text("token_id"),
                      .expires_at = json->text("expires_at"),
                      .ca_file = json->text("ca_file")};
  if (sign_in.url.empty() || sign_in.token.empty()) return fail(unusable(path));
  return sign_in;
}

Status save_sign_in(const std::filesystem::path& path, const SavedSignIn& sign_in) {
  std::error_code problem;
  const auto directory = path.parent_path();
  if (std::filesystem::create_directories(directory, problem)) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, problem);
  }
  if (problem) {
    return fail(error_from_errno(problem.value(), fmt::format("cannot make {}", directory.string())));
  }
  ApiObject json;
  json.set("url", sign_in.url).set("user", sign_in.user).set("token", sign_in.token);
  json.set("token_id", sign_in.token_id).set("expires_at", sign_in.expires_at);
  json.set_unless_empty("ca_file", sign_in.ca_file);
  const std::string text = json.dump() + "\n";
  return write_file_durably(path, as_bytes(text), {.mode = 0600, .if_exists = IfExists::kReplace});
}

Result<bool> remove_sign_in(const std::filesystem::path& path) {
  std::error_code problem;
  const bool was_there = std::filesystem::remove(path, problem);
  if (problem) {
    return fail(error_from_errno(problem.value(), fmt::format("cannot remove {}", path.string())));
  }
  return was_there;
}

}  // namespace skyhold
