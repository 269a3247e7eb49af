#include "io/durable_file.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/random.h"
#include "io/file_descriptor.h"

namespace skyhold {
namespace {

// ".skyhold-tmp.<pid>.<16 hex digits>.<host>": the host comes last because its name
// may hold dots.
constexpr std::string_view kTemporaryPrefix = ".skyhold-tmp.";
constexpr int kMostAttempts = 8;
constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kPastCacheFromBytes = 1U << 20;

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof(name) - 1) != 0) return "unknown-host";
  std::string text(name);
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::string temporary_name() {
  return fmt::format("{}{}.{:016x}.{}", kTemporaryPrefix, ::getpid(), random_u64(), host_name());
}

// The writer's process id when the name is that of a temporary file of this host.
std::optional<pid_t> writer_of(std::string_view name) {
  if (!name.starts_with(kTemporaryPrefix)) return std::nullopt;
  name.remove_prefix(kTemporaryPrefix.size());
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc() || pid <= 0) return std::nullopt;
  name.remove_prefix(static_cast<std::size_t>(end - name.data()));
  constexpr std::size_t kRandomPart = 1 + 16 + 1;  // ".<16 hex digits>."
  if (name.size() <= kRandomPart || name.substr(kRandomPart) != host_name()) return std::nullopt;
  return pid;
}

// A writer holds a lock on its file for as long as it lives, which process ids cannot
// tell: they are reused, and each container has its own. They decide only on file
// systems without locks.
bool writer_is_gone(int fd, pid_t writer) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  return ::kill(writer, 0) != 0 && errno == ESRCH;
}

// Memory that a disk can take pages from without the page cache.
class PageBuffer {
 public:
  explicit PageBuffer(std::size_t bytes)
      : bytes_(bytes),
        place_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {}
  ~PageBuffer() {
    if (is_there()) ::munmap(place_, bytes_);
  }
  PageBuffer(const PageBuffer&) = delete;
  PageBuffer& operator=(const PageBuffer&) = delete;

  [[nodiscard]] bool is_there() const { return place_ != MAP_FAILED; }
  [[nodiscard]] void* place() const { return place_; }

 private:
  std::size_t bytes_;
  void* place_;
};

bool set_direct(int fd, bool direct) {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, direct ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}

// Writes whole pages of the front and says how many bytes that were: 0 where the file system does
// not do it, nullopt when errno says what went wrong. The page cache would keep a copy that nobody
// reads soon, in the place of pages that a database on this host reads often.
std::optional<std::size_t> write_past_cache(int fd, ByteView bytes) {
  constexpr std::size_t kAtOnceBytes = 1U << 20;
  struct statfs system {};
  if (::fstatfs(fd, &system) != 0 || system.f_type == TMPFS_MAGIC) return 0;  // tmpfs is that cache
  // A disk takes pages from where they are if they begin at a border, else from a copy.
  std::optional<PageBuffer> copy;
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % kPageBytes != 0) copy.emplace(kAtOnceBytes);
  if ((copy && !copy->is_there()) || !set_direct(fd, true)) return 0;
  std::size_t done = 0;
  while (done % kPageBytes == 0 && bytes.size() - done >= kPageBytes) {
    std::size_t count = (bytes.size() - done) / kPageBytes * kPageBytes;
    const void* from = bytes.data() + done;
    if (copy) {
      count = std::min(count, kAtOnceBytes);
      from = std::memcpy(copy->place(), from, count);
    }
    const ssize_t wrote = ::write(fd, from, count);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno == EINVAL) break;  // its blocks are larger than a page
    if (wrote < 0) return std::nullopt;
    done += static_cast<std::size_t>(wrote);
  }
  if (!set_direct(fd, false)) return std::nullopt;
  return done;
}

class TemporaryFile {
 public:
  static Result<TemporaryFile> create(const std::filesystem::path& directory, mode_t mode) {
    int saved_errno = EEXIST;
    for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
      TemporaryFile file;
      file.path_ = directory / temporary_name();
      file.fd_ = FileDescriptor(::open(file.path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
      if (!file.fd_.is_open()) {
        saved_errno = errno;
        file.path_.clear();
        if (saved_errno == EEXIST) continue;
        break;
      }
      // Between open() and flock() another process may have taken the file for
      // abandoned and removed it; its link count tells.
      ::flock(file.fd_.get(), LOCK_EX | LOCK_NB);
      struct stat info {};
      if (::fstat(file.fd_.get(), &info) == 0 && info.st_nlink > 0) return file;
    }
    return fail(error_from_errno(saved_errno,
                                 fmt::format("cannot create a temporary file in {}", directory.string())));
  }

  TemporaryFile(TemporaryFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), fd_(std::move(other.fd_)) {}
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  Status write_and_sync(ByteView bytes, mode_t mode, const std::filesystem::path& target) {
    const auto failed = [&] {
      return fail(error_from_errno(errno, fmt::format("cannot write {}", target.string())));
    };
    if (bytes.size() >= kPastCacheFromBytes) {
      const std::optional<std::size_t> written = write_past_cache(fd_.get(), bytes);
      if (!written) return failed();
      bytes = bytes.subspan(*written);
    }
    while (!bytes.empty()) {
      const ssize_t wrote = ::write(fd_.get(), bytes.data(), bytes.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return failed();
      bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    if (::fchmod(fd_.get(), mode) != 0) return failed();  // open() applied the umask
    if (::fsync(fd_.get()) != 0) return failed();
    return {};
  }

  Status move_to(const std::filesystem::path& target, IfExists if_exists) {
    if (if_exists == IfExists::kReplace) {
      if (::rename(path_.c_str(), target.c_str()) != 0) return cannot_name(target);
      path_.clear();
      return {};
    }
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
      path_.clear();
      return {};
    }
    // Some file systems do not know the flag; a hard link refuses to overwrite as well,
    // and the destructor takes the first name away.
    if (errno != EINVAL && errno != ENOSYS) return cannot_name(target);
    if (::link(path_.c_str(), target.c_str()) != 0) return cannot_name(target);
    return {};
  }

 private:
  TemporaryFile() = default;

  static Status cannot_name(const std::filesystem::path& target) {
    return fail(error_from_errno(errno, fmt::format("cannot create {}", target.string())));
  }

  std::filesystem::path path_;
  FileDescriptor fd_;
};

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

Status write_file_durably(const std::filesystem::path& path, ByteView bytes,
                          const DurableWriteOptions& options) {
  const std::filesystem::path directory = directory_of(path);
  TemporaryFile file = TRY(TemporaryFile::create(
      options.temporary_directory.empty() ? directory : options.temporary_directory, options.mode));
  TRY(file.write_and_sync(bytes, options.mode, path));
  TRY(file.move_to(path, options.if_exists));
  return sync_directory(directory);
}

Result<Bytes> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const auto failed = [&](std::string_view verb) {
    return fail(error_from_errno(errno, fmt::format("cannot {} {}", verb, path.string())));
  };
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return failed("open");
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return failed("examine");
  if (S_ISDIR(info.st_mode)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} is a directory, not a file", path.string()));
  }
  const auto too_large = [&] {
    return fail(ErrorCode::kNoSpace, fmt::format("{} is larger than the {} bytes that are allowed here",
                                                 path.string(), max_bytes));
  };
  if (static_cast<std::uint64_t>(info.st_size) > max_bytes) return too_large();
  // The size is a hint only: the file may grow while it is read, and pipes have none.
  Bytes bytes;
  std::size_t done = 0;
  std::size_t room = static_cast<std::size_t>(info.st_size) + 1;
  while (true) {
    bytes.resize(done + room);
    const ssize_t got = ::read(file.get(), bytes.data() + done, room);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    if (done > max_bytes) return too_large();
    room = std::max<std::size_t>(room - static_cast<std::size_t>(got), 4096);
  }
  bytes.resize(done);
  return bytes;
}

Result<std::size_t> remove_abandoned_temporaries(const std::filesystem::path& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(directory.c_str()), ::closedir);
  if (listing == nullptr) {
    return fail(error_from_errno(errno, fmt::format("cannot list {}", directory.string())));
  }
  std::size_t removed = 0;
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::optional<pid_t> writer = writer_of(entry->d_name);
    if (!writer) continue;
    const int parent = ::dirfd(listing.get());
    const FileDescriptor file(::openat(parent, entry->d_name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    // A file that is gone, or that we may not open, is not ours to clean.
    if (!file.is_open() || !writer_is_gone(file.get(), *writer)) continue;
    if (::unlinkat(parent, entry->d_name, 0) == 0) ++removed;
  }
  return removed;
}

Status sync_directory(const std::filesystem::path& directory) {
  const FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) {
    return fail(error_from_errno(errno, fmt::format("cannot open directory {}", directory.string())));
  }
  // Some network and user-space file systems have nothing to sync in a directory.
  if (::fsync(fd.get()) != 0 && errno != EINVAL) {
    return fail(error_from_errno(errno, fmt::format("cannot sync directory {}", directory.string())));
  }
  return {};
}

}  // namespace skyhold
