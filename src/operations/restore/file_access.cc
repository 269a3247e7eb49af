#include "operations/restore/file_access.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace skyhold {
namespace {

std::vector<gid_t> own_groups() {
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
  if (!groups.empty()) {
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    groups.resize(static_cast<std::size_t>(std::max(0, count)));
  }
  groups.push_back(::getegid());
  return groups;
}

}  // namespace

FileAccess plan_file_access(const PathOwner& wanted, uid_t us, const std::vector<gid_t>& ours,
                            const std::string& path) {
  FileAccess access;
  access.root_mode = (wanted.mode & 02777U) | 0700U;
  if (us == 0) {
    access.user = wanted.user;
    access.group = wanted.group;
    return access;
  }
  const bool member = std::find(ours.begin(), ours.end(), wanted.group) != ours.end();
  if (member) access.group = wanted.group;
  if (wanted.user == us) return access;
  access.shared = member;
  if (!member) {
    access.notices.push_back(
        fmt::format("the restored files belong to user id {}, and {} to user id {}, who may not be able to "
                    "read them: add "
                    "the user that Skyhold runs as to the group with id {}, or run it as root",
                    us, path, wanted.user, wanted.group));
  }
  return access;
}

FileAccess file_access(const std::filesystem::path& live) {
  struct stat facts {};
  if (::stat(live.c_str(), &facts) == 0) {
    return plan_file_access({facts.st_uid, facts.st_gid, facts.st_mode}, ::geteuid(), own_groups(),
                            live.string());
  }
  const std::filesystem::path parent = live.parent_path();
  if (::stat(parent.c_str(), &facts) != 0) return {};
  // A directory that everybody may write in is no model for one that holds a customer's files.
  constexpr mode_t kNotForOthers = 0002;
  return plan_file_access({facts.st_uid, facts.st_gid, facts.st_mode & ~kNotForOthers}, ::geteuid(),
                          own_groups(), parent.string());
}

}  // namespace skyhold
