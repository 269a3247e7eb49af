#include "operations/restore/directory_swap.h"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/filestore.h"
#include "io/durable_file.h"
#include "io/file_descriptor.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> errno_error(std::string_view action, const fs::path& path) {
  return fail(error_from_errno(errno, fmt::format("{} {}", action, path.string())));
}

bool is_there(const fs::path& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0;
}

// A new directory that looks like `model` to those who use it.
Status make_directory_like(const fs::path& path, const fs::path& model) {
  struct stat facts {};
  if (::stat(model.c_str(), &facts) != 0) return errno_error("cannot look at", model);
  if (::mkdir(path.c_str(), 0700) != 0) {
    if (errno == EEXIST) return {};
    return errno_error("cannot make", path);
  }
  if (::geteuid() == 0 && ::chown(path.c_str(), facts.st_uid, facts.st_gid) != 0) {
    return errno_error("cannot give away", path);
  }
  if (::chmod(path.c_str(), facts.st_mode & 07777U) != 0) return errno_error("cannot set the mode of", path);
  return {};
}

// The directories above `name` below `to`, as they are below `from`.
Status make_parents(const fs::path& from, const fs::path& to, const std::string& name) {
  for (std::size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
    const std::string parent = name.substr(0, slash);
    if (!is_there(to / parent)) TRY(make_directory_like(to / parent, from / parent));
  }
  return {};
}

// There already is fine.
Status link_into(const fs::path& from, const fs::path& to, const std::string& name) {
  TRY(make_parents(from, to, name));
  if (::linkat(AT_FDCWD, (from / name).c_str(), AT_FDCWD, (to / name).c_str(), 0) == 0 || errno == EEXIST)
    return {};
  return errno_error("cannot link into the filestore", to / name);
}

Result<std::vector<std::string>> files_only_in(const fs::path& incoming, const fs::path& live) {
  std::vector<std::string> names;
  std::vector<MissingFile> skipped;
  for (RequiredFile& file : TRY(walk_filestore(incoming, skipped))) {
    if (!is_there(live / file.name)) names.push_back(std::move(file.name));
  }
  return names;
}

// Leaves Odoo's mark for a file, below checklist/.
Status mark_for_collector(const fs::path& filestore, const std::string& name) {
  if (!is_sha1_name(name)) return {};
  const fs::path checklist = filestore / "checklist";
  TRY(make_directory_like(checklist, filestore));
  TRY(make_parents(filestore, checklist, name));
  const FileDescriptor mark(
      ::open((checklist / name).c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  struct stat facts {};
  if (!mark.is_open()) return errno_error("cannot make", checklist / name);
  if (::geteuid() == 0 && ::stat(filestore.c_str(), &facts) == 0 &&
      ::fchown(mark.get(), facts.st_uid, facts.st_gid) != 0) {
    return errno_error("cannot give away", checklist / name);
  }
  return {};
}

bool is_incoming(const fs::path& path, const SwapRecord& record) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0 && facts.st_dev == record.device && facts.st_ino == record.inode;
}

Status rename_path(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  return errno_error(fmt::format("cannot rename {} to", from.string()), to);
}

// File systems that cannot exchange names get two renames: for an instant there is no
// filestore, and a crash in it is mended by the next run.
Status exchange(const fs::path& incoming, const fs::path& live, const fs::path& replaced) {
  if (::renameat2(AT_FDCWD, incoming.c_str(), AT_FDCWD, live.c_str(), RENAME_EXCHANGE) == 0) return {};
  if (errno != EINVAL && errno != ENOSYS) return errno_error("cannot exchange the filestore for", incoming);
  TRY(rename_path(live, replaced));
  return rename_path(incoming, live);
}

Status put_incoming_in_place(const DirectorySwap& swap, const SwapRecord& record, const fs::path& incoming,
                             const fs::path& replaced) {
  if (!is_incoming(swap.live, record)) {
    if (!is_incoming(incoming, record)) {
      return fail(
          ErrorCode::kNotFound,
          fmt::format("the directory {} of an unfinished swap is gone", incoming.string()),
          fmt::format("look for the files beside the filestore, then remove {}", swap.record.string()));
    }
    if (is_there(swap.live)) {
      TRY(exchange(incoming, swap.live, replaced));
    } else {
      TRY(rename_path(incoming, swap.live));
    }
  }
  // Under the incoming one's name lies the replaced one now, if there was any.
  if (is_there(incoming)) TRY(rename_path(incoming, replaced));
  return sync_directory(swap.live.parent_path());
}

// Both times come from one file system's clock; one that is coarse is so for both.
bool not_before(const struct timespec& time, const struct timespec& moment) {
  return time.tv_sec != moment.tv_sec ? time.tv_sec > moment.tv_sec : time.tv_nsec >= moment.tv_nsec;
}

// Files that clients of the new database wrote while the replaced directory still had the
// live name: those that changed after the record was written and are no extras. Files of
// the replaced database's last moments look the same; hence the collector's mark.
Status carry_over(const fs::path& replaced, const fs::path& live, const struct timespec& since,
                  const std::vector<std::string>& extras) {
  std::vector<std::string> sorted = extras;
  std::sort(sorted.begin(), sorted.end());
  std::vector<MissingFile> skipped;
  for (const RequiredFile& file : TRY(walk_filestore(replaced, skipped))) {
    if (is_there(live / file.name) || std::binary_search(sorted.begin(), sorted.end(), file.name)) continue;
    struct stat facts {};
    if (::lstat((replaced / file.name).c_str(), &facts) != 0 || !not_before(facts.st_ctim, since)) continue;
    TRY(link_into(replaced, live, file.name));
    TRY(mark_for_collector(live, file.name));
  }
  return {};
}

Status take_extras_out(const fs::path& replaced, const SwapRecord& record, const ExtrasInUse& in_use) {
  const auto used = in_use(record.extras);
  for (const std::string& name : record.extras) {
    if (!used || used->contains(name)) {
      TRY(mark_for_collector(replaced, name));
      continue;
    }
    if (::unlink((replaced / name).c_str()) != 0 && errno != ENOENT)
      return errno_error("cannot remove", replaced / name);
    // A directory that was made for the extras alone is empty again.
    const fs::path parent = (replaced / name).parent_path();
    if (parent != replaced) ::rmdir(parent.c_str());
  }
  return {};
}

Status remove_record(const fs::path& record) {
  if (::unlink(record.c_str()) != 0 && errno != ENOENT) return errno_error("cannot remove", record);
  return sync_directory(record.parent_path());
}

}  // namespace

Result<SwapRecord> prepare_directory_swap(const DirectorySwap& swap, const fs::path& incoming,
                                          const fs::path& replaced, std::uint64_t incoming_oid) {
  struct stat facts {};
  if (::lstat(incoming.c_str(), &facts) != 0) return errno_error("cannot look at", incoming);
  SwapRecord record;
  record.incoming_oid = incoming_oid;
  record.incoming_directory = incoming.filename();
  record.device = facts.st_dev;
  record.inode = facts.st_ino;
  record.replaced_directory = replaced.filename();
  const bool live_exists = is_there(swap.live);
  if (live_exists) record.extras = TRY(files_only_in(incoming, swap.live));
  // Durable before the first link: what it does not name could never be found again.
  TRY(write_file_durably(swap.record, encode_swap_record(record)));
  for (const std::string& name : record.extras) TRY(link_into(incoming, swap.live, name));
  if (live_exists) {
    const FileDescriptor directory(::open(swap.live.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open() || ::syncfs(directory.get()) != 0)
      return errno_error("cannot make durable", swap.live);
  }
  return record;
}

Status finish_directory_swap(const DirectorySwap& swap, const SwapRecord& record, const ExtrasInUse& in_use) {
  struct stat written {};
  if (::stat(swap.record.c_str(), &written) != 0) return errno_error("cannot look at", swap.record);
  const fs::path beside = swap.live.parent_path();
  const fs::path replaced = beside / record.replaced_directory;
  TRY(put_incoming_in_place(swap, record, beside / record.incoming_directory, replaced));
  if (is_there(replaced)) {
    TRY(carry_over(replaced, swap.live, written.st_mtim, record.extras));
    TRY(take_extras_out(replaced, record, in_use));
  }
  return remove_record(swap.record);
}

Status abandon_directory_swap(const DirectorySwap& swap, const SwapRecord& record) {
  for (const std::string& name : record.extras) {
    if (is_there(swap.live / name)) TRY(mark_for_collector(swap.live, name));
  }
  return remove_record(swap.record);
}

}  // namespace skyhold
