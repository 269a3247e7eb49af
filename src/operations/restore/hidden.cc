#include "operations/restore/hidden.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/log.h"
#include "operations/restore/file_restore.h"
#include "operations/restore/server_databases.h"

namespace skyhold {

Result<HiddenDatabase> HiddenDatabase::make(BranchLock& lock, const std::string& name,
                                            const DatabaseFacts& facts, const std::string& owner) {
  TRY(create_database(lock.session(), name, facts, owner));
  return HiddenDatabase(lock, name);
}

HiddenDatabase::HiddenDatabase(HiddenDatabase&& other) noexcept
    : lock_(other.lock_), name_(other.name_), kept_(std::exchange(other.kept_, true)) {}

HiddenDatabase::~HiddenDatabase() {
  if (kept_) return;
  Status dropped = drop_database(lock_->session(), name_);
  if (!dropped) {
    // The connection may be what failed.
    auto again = lock_->connect_again();
    if (again) dropped = drop_database(*again, name_);
  }
  if (!dropped) {
    log::warning("database \"{}\" could not be dropped; the next restore of this branch will: {}", name_,
                 dropped.error().message);
  }
}

Result<HiddenDirectory> HiddenDirectory::make(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    return fail(error_from_errno(errno, fmt::format("cannot make directory {}", path.string())));
  }
  FileDescriptor lock(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!lock.is_open() || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(error_from_errno(errno, fmt::format("cannot lock directory {}", path.string())));
  }
  return HiddenDirectory(path, std::move(lock));
}

HiddenDirectory::HiddenDirectory(HiddenDirectory&& other) noexcept
    : path_(other.path_), lock_(std::move(other.lock_)), kept_(std::exchange(other.kept_, true)) {}

HiddenDirectory::~HiddenDirectory() {
  if (kept_) return;
  const Status removed = remove_directory(path_);
  if (!removed) {
    log::warning("{} could not be removed; the next restore of this branch will: {}", path_.string(),
                 removed.error().message);
  }
}

}  // namespace skyhold
