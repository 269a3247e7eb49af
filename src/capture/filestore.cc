#include "capture/filestore.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace skyhold {
namespace {

constexpr std::string_view kChecklist = "checklist";  // Odoo's marks of what its garbage collector may delete
constexpr std::string_view kLostAndFound = "lost+found";
constexpr std::size_t kSha1Digits = 40;
constexpr int kMostLevels = 64;  // each holds a directory open

constexpr std::string_view kFilestoreHint =
    "name the directory that holds one database's files in directories 00 to ff: "
    "<data_dir>/filestore/<database>";

struct DirectoryClose {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, DirectoryClose>;

bool is_hex_digit(char each) {
  return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'f');
}

bool is_two_digit_name(std::string_view name) {
  return name.size() == 2 && is_hex_digit(name[0]) && is_hex_digit(name[1]);
}

// Opens the directory itself, never what a symbolic link in its last place leads to.
Result<Directory> open_directory(int parent, const char* name, const std::string& shown, int flags) {
  const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
  if (fd < 0) return fail(error_from_errno(errno, fmt::format("cannot open directory {}", shown)));
  Directory directory(::fdopendir(fd));
  if (!directory) {
    Error error = error_from_errno(errno, fmt::format("cannot read directory {}", shown));
    ::close(fd);
    return fail(std::move(error));
  }
  return directory;
}

// The names in a directory, sorted, without "." and "..".
Result<std::vector<std::string>> read_names(DIR* directory, const std::string& shown) {
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(directory);
    if (entry == nullptr) {
      if (errno != 0) return fail(error_from_errno(errno, fmt::format("cannot read directory {}", shown)));
      std::sort(names.begin(), names.end());
      return names;
    }
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
}

class Walk {
 public:
  Walk(const std::filesystem::path& root, std::vector<MissingFile>& skipped)
      : root_(root), skipped_(skipped) {}

  Result<std::vector<RequiredFile>> run() {
    const Directory top = TRY(open_directory(AT_FDCWD, root_.c_str(), root_.string(), 0));
    TRY(enter(top.get(), "", 0));
    std::sort(files_.begin(), files_.end(),
              [](const RequiredFile& a, const RequiredFile& b) { return a.name < b.name; });
    return std::move(files_);
  }

 private:
  Status enter(DIR* directory, const std::string& prefix, int level) {
    const std::string shown = (root_ / prefix).string();
    if (level > kMostLevels) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{} lies more than {} directories deep", shown, kMostLevels),
                  std::string(kFilestoreHint));
    }
    for (const std::string& name : TRY(read_names(directory, shown))) {
      if (level == 0 && (name == kChecklist || name == kLostAndFound)) continue;
      TRY(visit(::dirfd(directory), name, prefix + name, level));
    }
    return {};
  }

  Status visit(int parent, const std::string& name, const std::string& path, int level) {
    struct stat facts {};
    if (::fstatat(parent, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) return {};  // Odoo's garbage collector was faster
      return fail(error_from_errno(errno, fmt::format("cannot look at {}", (root_ / path).string())));
    }
    if (S_ISREG(facts.st_mode)) {
      files_.push_back({path, static_cast<std::uint64_t>(facts.st_size), is_sha1_name(path)});
    } else if (S_ISDIR(facts.st_mode)) {
      // ENOENT here would be a directory deleted in this very moment, which Odoo never does.
      const Directory below = TRY(open_directory(parent, name.c_str(), (root_ / path).string(), O_NOFOLLOW));
      TRY(enter(below.get(), path + "/", level + 1));
    } else {
      skipped_.push_back(
          {path, S_ISLNK(facts.st_mode) ? "a symbolic link, not followed" : "not a regular file"});
    }
    return {};
  }

  const std::filesystem::path root_;
  std::vector<MissingFile>& skipped_;
  std::vector<RequiredFile> files_;
};

}  // namespace

Status check_filestore(const std::filesystem::path& root) {
  struct stat facts {};
  if (::stat(root.c_str(), &facts) != 0) {
    Error error = error_from_errno(errno, fmt::format("cannot open filestore {}", root.string()));
    if (error.hint.empty()) error.hint = kFilestoreHint;
    return fail(std::move(error));
  }
  if (!S_ISDIR(facts.st_mode)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("filestore {} is not a directory", root.string()),
                std::string(kFilestoreHint));
  }
  const Directory directory = TRY(open_directory(AT_FDCWD, root.c_str(), root.string(), 0));
  const std::vector<std::string> names = TRY(read_names(directory.get(), root.string()));
  bool holds_other = false;
  for (const std::string& name : names) {
    if (is_two_digit_name(name)) return {};
    holds_other = holds_other || (name != kChecklist && name != kLostAndFound);
  }
  if (!holds_other) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("{} does not look like a filestore", root.string()),
              std::string(kFilestoreHint));
}

Result<std::vector<RequiredFile>> walk_filestore(const std::filesystem::path& root,
                                                 std::vector<MissingFile>& skipped) {
  TRY(check_filestore(root));
  return Walk(root, skipped).run();
}

bool is_sha1_name(std::string_view name) {
  if (name.size() != 3 + kSha1Digits || name[2] != '/' || !is_two_digit_name(name.substr(0, 2))) return false;
  const std::string_view digits = name.substr(3);
  return digits.starts_with(name.substr(0, 2)) && std::all_of(digits.begin(), digits.end(), is_hex_digit);
}

bool is_safe_relative_name(std::string_view name) {
  if (name.empty() || name.find('\0') != std::string_view::npos) return false;
  while (true) {
    const auto slash = name.find('/');
    const std::string_view segment = name.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..") return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace skyhold
