#include "stores/local_store.h"

#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "io/durable_file.h"
#include "stores/file_url.h"
#include "stores/object_name.h"

namespace skyhold {
namespace {

constexpr std::string_view kTemporaryDirectory = "tmp";
constexpr std::string_view kMissingRootHint =
    "is the disk mounted? If this is to be a new store, run `skyhold repo init`";

bool is_missing(int error) {
  return error == ENOENT || error == ENOTDIR;
}

// Lists the objects below one directory, without holding more than one entry of each
// level in memory.
class Listing {
 public:
  Listing(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit)
      : prefix_(prefix), visit_(visit) {}

  // `name` is the directory's own name in the store with a '/' at its end, or empty.
  Status walk(FileDescriptor directory, const std::string& name) {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(directory.get()), ::closedir);
    if (stream == nullptr) return failed(name);
    const int open_directory = directory.release();  // the stream closes it
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(stream.get());
      if (entry == nullptr) {
        if (errno != 0) return failed(name);
        return {};
      }
      TRY(visit_entry(open_directory, *entry, name));
    }
  }

 private:
  Status visit_entry(int directory, const dirent& entry, const std::string& parent) {
    const std::string name = parent + entry.d_name;
    // Foreign files ("lost+found") have no place in a listing of objects.
    if (!check_object_name(name)) return {};
    struct stat info {};
    if (::fstatat(directory, entry.d_name, &info, 0) != 0) {
      if (is_missing(errno)) return {};  // removed since it was read
      return failed(name);
    }
    if (S_ISREG(info.st_mode)) {
      if (!name.starts_with(prefix_)) return {};
      return visit_(ObjectInfo{name, static_cast<std::uint64_t>(info.st_size)});
    }
    const bool leads_to_prefix =
        name.starts_with(prefix_) || std::string_view(prefix_).starts_with(name + "/");
    if (!S_ISDIR(info.st_mode) || !leads_to_prefix) return {};
    FileDescriptor below(::openat(directory, entry.d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!below.is_open()) {
      if (is_missing(errno)) return {};
      return failed(name);
    }
    return walk(std::move(below), name + "/");
  }

  static Status failed(std::string_view name) {
    return fail(error_from_errno(errno, fmt::format("cannot list \"{}\"", name)));
  }

  const std::string prefix_;
  const std::function<Status(const ObjectInfo&)>& visit_;
};

}  // namespace

LocalStore::LocalStore(std::filesystem::path root) : root_(std::move(root)) {
  SKYHOLD_ASSERT(root_.is_absolute());
}

std::string LocalStore::location() const {
  return file_url(root_);
}

// A disk that was unmounted under us leaves an empty directory on another device in its
// place: writing on there would fill the wrong disk with half a repository.
Status LocalStore::check_root() {
  struct stat info {};
  const std::scoped_lock lock(mutex_);
  if (::stat(root_.c_str(), &info) != 0) {
    if (!is_missing(errno)) {
      return fail(error_from_errno(errno, fmt::format("cannot reach store {}", location())));
    }
    return fail(device_ ? ErrorCode::kUnavailable : ErrorCode::kNotFound,
                device_ ? fmt::format("store {} has vanished", location())
                        : fmt::format("there is no store at {}", location()),
                std::string(kMissingRootHint));
  }
  if (!S_ISDIR(info.st_mode)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not a directory", location()),
                "name the directory that holds the repository");
  }
  if (device_ && *device_ != info.st_dev) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("store {} lies on another device than before", location()),
                "was its disk unmounted? Mount it and run again");
  }
  device_ = info.st_dev;
  return {};
}

bool LocalStore::root_was_seen() {
  const std::scoped_lock lock(mutex_);
  return device_.has_value();
}

Error LocalStore::no_such_object(std::string_view name) {
  if (Status root = check_root(); !root) return root.error();
  return Error{ErrorCode::kNotFound, fmt::format("there is no object {} in {}", name, location()), {}};
}

Result<LocalStore::OpenObject> LocalStore::open_object(std::string_view name) {
  TRY(check_object_name(name));
  if (!root_was_seen()) TRY(check_root());
  const auto failed = [&] {
    return fail(error_from_errno(errno, fmt::format("cannot open {} in {}", name, location())));
  };
  OpenObject object{FileDescriptor(::open(path_of(name).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)), 0};
  if (!object.file.is_open()) {
    if (is_missing(errno)) return fail(no_such_object(name));
    return failed();
  }
  struct stat info {};
  if (::fstat(object.file.get(), &info) != 0) return failed();
  if (!S_ISREG(info.st_mode)) return fail(no_such_object(name));
  object.size_bytes = static_cast<std::uint64_t>(info.st_size);
  return object;
}

Result<Bytes> LocalStore::read_range(const OpenObject& object, std::string_view name, std::uint64_t offset,
                                     std::uint64_t length) const {
  const auto cut_off = [&](std::uint64_t end) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("object {} in {} ends at byte {}, before the {} bytes from {}", name, location(),
                            end, length, offset));
  };
  if (offset > object.size_bytes || length > object.size_bytes - offset) return cut_off(object.size_bytes);
  if (length > kMostObjectBytes) {
    return fail(ErrorCode::kCorrupt, fmt::format("object {} in {} has {} bytes, more than any may have", name,
                                                 location(), object.size_bytes));
  }
  Bytes bytes(length);
  std::size_t done = 0;
  while (done < length) {
    const ssize_t got =
        ::pread(object.file.get(), bytes.data() + done, length - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(error_from_errno(errno, fmt::format("cannot read {} in {}", name, location())));
    if (got == 0) return cut_off(offset + done);
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<Bytes> LocalStore::get(std::string_view name) {
  const OpenObject object = TRY(open_object(name));
  return read_range(object, name, 0, object.size_bytes);
}

Result<Bytes> LocalStore::get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) {
  return read_range(TRY(open_object(name)), name, offset, length);
}

Result<ObjectInfo> LocalStore::stat(std::string_view name) {
  TRY(check_object_name(name));
  struct stat info {};
  if (::stat(path_of(name).c_str(), &info) != 0) {
    if (is_missing(errno)) return fail(no_such_object(name));
    return fail(error_from_errno(errno, fmt::format("cannot examine {} in {}", name, location())));
  }
  if (!S_ISREG(info.st_mode)) return fail(no_such_object(name));
  return ObjectInfo{std::string(name), static_cast<std::uint64_t>(info.st_size)};
}

Status LocalStore::list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) {
  TRY(check_object_prefix(prefix));
  TRY(check_root());
  const std::size_t slash = prefix.rfind('/');
  const std::string start(slash == std::string_view::npos ? "" : prefix.substr(0, slash + 1));
  FileDescriptor directory(::open((root_ / start).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open()) {
    if (is_missing(errno)) return {};  // nothing was put there yet
    return fail(error_from_errno(errno, fmt::format("cannot list \"{}\" in {}", start, location())));
  }
  return Listing(prefix, visit).walk(std::move(directory), start);
}

// Makes the directory and those above it, each made durable in its parent. Called with
// mutex_ held.
Status LocalStore::make_directory(const std::filesystem::path& relative) {
  if (relative.empty() || known_directories_.contains(relative)) return {};
  TRY(make_directory(relative.parent_path()));
  const std::filesystem::path path = root_ / relative;
  if (::mkdir(path.c_str(), 0700) == 0) {
    TRY(sync_directory(path.parent_path()));
  } else if (errno != EEXIST) {
    return fail(error_from_errno(errno, fmt::format("cannot create directory {}", path.string())));
  }
  known_directories_.insert(relative);
  return {};
}

void LocalStore::forget_directories() {
  const std::scoped_lock lock(mutex_);
  known_directories_.clear();
  prepared_ = false;
}

Status LocalStore::prepare_root_for_writing() {
  if (Status root = check_root(); !root) {
    if (root.error().code != ErrorCode::kNotFound) return root;
    std::error_code error;
    std::filesystem::create_directories(root_, error);
    if (error)
      return fail(error_from_errno(error.value(), fmt::format("cannot create store {}", location())));
    ::chmod(root_.c_str(), 0700);
    TRY(sync_directory(root_.parent_path()));
    TRY(check_root());
  }
  const std::scoped_lock lock(mutex_);
  if (prepared_) return {};
  TRY(make_directory(std::filesystem::path(kTemporaryDirectory)));
  TRY(remove_abandoned_temporaries(root_ / kTemporaryDirectory));
  prepared_ = true;
  return {};
}

Status LocalStore::write_object(std::string_view name, ByteView bytes) {
  TRY(prepare_root_for_writing());
  {
    const std::scoped_lock lock(mutex_);
    TRY(make_directory(std::filesystem::path(name).parent_path()));
  }
  return write_file_durably(
      path_of(name), bytes,
      {.mode = 0600, .if_exists = IfExists::kRefuse, .temporary_directory = root_ / kTemporaryDirectory});
}

Status LocalStore::put(std::string_view name, ByteView bytes) {
  TRY(check_object_name(name));
  TRY(check_object_size(name, bytes.size()));
  const auto already_there = [&] {
    return fail(ErrorCode::kAlreadyExists, fmt::format("object {} is there already in {}", name, location()));
  };
  if (::access(path_of(name).c_str(), F_OK) == 0) return already_there();
  Status written = write_object(name, bytes);
  if (!written && written.error().code == ErrorCode::kNotFound) {
    // Somebody tidied up an empty directory that we had seen.
    forget_directories();
    written = write_object(name, bytes);
  }
  if (!written && written.error().code == ErrorCode::kAlreadyExists) return already_there();
  if (!written && written.error().code == ErrorCode::kNotFound) {
    return fail(ErrorCode::kUnavailable, written.error().message, std::string(kMissingRootHint));
  }
  return written;
}

Status LocalStore::remove(std::string_view name) {
  TRY(check_object_name(name));
  const std::filesystem::path path = path_of(name);
  if (::unlink(path.c_str()) != 0) {
    if (is_missing(errno) || errno == EISDIR) return fail(no_such_object(name));
    return fail(error_from_errno(errno, fmt::format("cannot remove {} in {}", name, location())));
  }
  // Deletes must reach the disk in their order, or a snapshot could outlive its packs.
  return sync_directory(path.parent_path());
}

}  // namespace skyhold
