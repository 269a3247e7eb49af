// Who is to read a restored filestore: Odoo's user, whoever Skyhold runs as.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace skyhold {

struct FileAccess {
  static constexpr uid_t kLeaveUser = static_cast<uid_t>(-1);
  static constexpr gid_t kLeaveGroup = static_cast<gid_t>(-1);

  uid_t user = kLeaveUser;  // for fchown()
  gid_t group = kLeaveGroup;
  bool shared = false;  // the owner we want is reached through the group alone
  mode_t root_mode = 0700;
  std::vector<std::string> notices;

  [[nodiscard]] bool changes_owner() const { return user != kLeaveUser || group != kLeaveGroup; }
  // New files in a shared directory get its group too: Odoo goes on where the restore ended.
  [[nodiscard]] mode_t directory_mode(mode_t captured) const {
    return (captured & 07777U) | 0700U | (shared ? 02070U : 0U);
  }
  [[nodiscard]] mode_t file_mode(mode_t captured) const {
    return (captured & 0777U) | 0600U | (shared ? 0060U : 0U);
  }
};

// As the filestore `live` is, or the directory that it will lie in.
FileAccess file_access(const std::filesystem::path& live);

// The same for a process of user `us` and the groups `ours`.
struct PathOwner {
  uid_t user = 0;
  gid_t group = 0;
  mode_t mode = 0;
};
FileAccess plan_file_access(const PathOwner& wanted, uid_t us, const std::vector<gid_t>& ours,
                            const std::string& path);

}  // namespace skyhold
