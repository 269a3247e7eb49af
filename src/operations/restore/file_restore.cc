#include "operations/restore/file_restore.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/memory.h"
#include "capture/filestore.h"
#include "crypto/hash.h"
#include "io/file_descriptor.h"
#include "io/in_parallel.h"
#include "operations/restore/file_access.h"

namespace skyhold {
namespace {

constexpr std::size_t kChunkBytes = 1U << 20;
constexpr std::string_view kRoot = "filestore";
// More than there are cores: what a fetch mostly does is wait for a store.
constexpr std::size_t kFetches = 8;

tl::unexpected<Error> errno_error(std::string_view action, const std::string& name) {
  return fail(error_from_errno(errno, fmt::format("{} {}", action, name)));
}

FileDescriptor open_directory_at(int parent, const std::string& name) {
  return FileDescriptor(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

Status write_all(int file, ByteView bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error("cannot write", name);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

timespec to_timespec(Instant instant) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
  return {static_cast<time_t>(seconds.time_since_epoch().count()), (instant - seconds).count()};
}

std::string hex_of(Sha1& hash) {
  return hex_encode(hash.finish());
}

// One directory of the backup and its two counterparts on disk.
struct Place {
  std::string path;  // below the filestore; "" or "ab/"
  int live = -1;     // -1: not there
  int hidden = -1;
};

// A file that is being written.
struct NewFile {
  NewFile(std::string_view where, Node of) : path(where), node(std::move(of)) {}
  Status write(ByteView bytes) {
    hash.update(bytes);
    size_bytes += bytes.size();
    return write_all(descriptor.get(), bytes, path);
  }

  std::string path;  // below the filestore
  Node node;
  FileDescriptor descriptor;
  Sha1 hash;
  std::uint64_t size_bytes = 0;
};

class Restorer {
 public:
  Restorer(const FileRestore& restore, RestoreProgress& progress, const CancelToken& cancel)
      : restore_(restore), progress_(progress), cancel_(cancel), access_(file_access(restore.live)) {}

  Result<FileRestoreResult> run() {
    Tree root;
    if (!restore_.manifest.filestore.files.empty()) root = TRY(restore_.source.directory(kRoot));
    hidden_ = open_directory_at(AT_FDCWD, restore_.hidden.string());
    if (!hidden_.is_open()) return errno_error("cannot open", restore_.hidden.string());
    live_ = open_directory_at(AT_FDCWD, restore_.live.string());
    TRY(give(hidden_.get(), access_.directory_mode(access_.root_mode), restore_.hidden.string()));
    TRY(restore_tree(root));
    return finish();
  }

 private:
  // Directories and what is here already first; then everything that must be fetched, in the
  // order in which it lies in the store.
  Status restore_tree(const Tree& root) {
    const Place place{"", live_.get(), hidden_.get()};
    TRY(in_parallel(root.nodes.size(), static_cast<std::size_t>(restore_.workers), [&](std::size_t node) {
      thread_local Bytes buffer(kChunkBytes);
      return restore_node(place, root.nodes[node], buffer);
    }));
    const std::vector<FileBatch> batches = restore_.source.plan_batches(to_fetch_);
    give_back_freed_memory();
    return in_parallel(batches.size(), kFetches, [&](std::size_t batch) { return fetch(batches[batch]); });
  }

  Status restore_node(const Place& place, const Node& node, Bytes& buffer) {
    TRY(cancel_.check());
    if (node.type == NodeType::kFile) return restore_file(place, node, buffer);
    if (node.type == NodeType::kDirectory) return restore_directory(place, node, buffer);
    return fail(ErrorCode::kCorrupt,
                fmt::format("{}{} in the backup is neither a file nor a directory", place.path, node.name),
                "restore another snapshot");
  }

  Status restore_directory(const Place& place, const Node& node, Bytes& buffer) {
    const std::string path = place.path + node.name;
    if (::mkdirat(place.hidden, node.name.c_str(), 0700) != 0) return errno_error("cannot make", path);
    const FileDescriptor hidden = open_directory_at(place.hidden, node.name);
    if (!hidden.is_open()) return errno_error("cannot open", path);
    TRY(give(hidden.get(), access_.directory_mode(node.permissions), path));
    FileDescriptor live;
    if (place.live >= 0) live = open_directory_at(place.live, node.name);
    const Tree tree = TRY(restore_.source.directory(fmt::format("{}/{}", kRoot, path)));
    const Place inner{path + "/", live.get(), hidden.get()};
    for (const Node& each : tree.nodes) TRY(restore_node(inner, each, buffer));
    return {};
  }

  Status restore_file(const Place& place, const Node& node, Bytes& buffer) {
    const std::string name = place.path + node.name;
    TRY(check_against_manifest(name, node));
    if (link(place, node, name, buffer)) {
      ++linked_;
      count(node);
      return {};
    }
    const std::scoped_lock lock(mutex_);
    to_fetch_.add(name, node);
    return {};
  }

  void count(const Node& node) {
    bytes_ += node.size_bytes;
    progress_.add_item();
    progress_.add_bytes(node.size_bytes);
  }

  Status check_against_manifest(const std::string& name, const Node& node) const {
    const auto& files = restore_.manifest.filestore.files;
    const auto found = std::lower_bound(
        files.begin(), files.end(), name,
        [](const FileEntry& entry, const std::string& wanted) { return entry.name < wanted; });
    if (found != files.end() && found->name == name && found->size_bytes == node.size_bytes) return {};
    return fail(ErrorCode::kCorrupt, fmt::format("file {} in the backup is not as its manifest says", name),
                "`skyhold repo verify` says what is damaged; restore another snapshot meanwhile");
  }

  // True when the live filestore has this very file and it now lies in the new one too.
  bool link(const Place& place, const Node& node, const std::string& name, Bytes& buffer) {
    if (place.live < 0 || !is_sha1_name(name)) return false;
    const FileDescriptor file(
        ::openat(place.live, node.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat facts {};
    if (!file.is_open() || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode) ||
        static_cast<std::uint64_t>(facts.st_size) != node.size_bytes) {
      return false;
    }
    Sha1 hash;
    while (true) {
      const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      if (count == 0) break;
      hash.update(ByteView(buffer).first(static_cast<std::size_t>(count)));
    }
    return hex_of(hash) == node.name &&
           ::linkat(place.live, node.name.c_str(), place.hidden, node.name.c_str(), 0) == 0;
  }

  Status fetch(const FileBatch& batch) {
    TRY(cancel_.check());
    if (batch.length == 0) return fetch_as_stream(batch.files.front());
    const std::vector<Bytes> contents = TRY(restore_.source.read_batch(batch, to_fetch_));
    for (std::size_t i = 0; i < contents.size(); ++i) {
      const std::size_t number = batch.files[i];
      NewFile file(to_fetch_.path(number), to_fetch_.node(number));
      TRY(make(file));
      TRY(file.write(contents[i]));
      TRY(complete(file));
    }
    return {};
  }

  Status fetch_as_stream(std::size_t number) {
    NewFile file(to_fetch_.path(number), to_fetch_.node(number));
    TRY(make(file));
    const std::unique_ptr<ByteSource> source = restore_.source.open(file.node);
    Bytes buffer(kChunkBytes);
    while (true) {
      TRY(cancel_.check());
      const auto count = source->read(buffer);
      if (!count) return fail(count.error().in(fmt::format("cannot fetch file {}", file.path)));
      if (*count == 0) break;
      TRY(file.write(ByteView(buffer).first(*count)));
    }
    return complete(file);
  }

  // One directory at a time, and never through a link.
  Status make(NewFile& file) const {
    const std::string& path = file.path;
    FileDescriptor directory = open_directory_at(hidden_.get(), ".");
    std::size_t start = 0;
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', start)) {
      if (!directory.is_open()) break;
      directory = open_directory_at(directory.get(), path.substr(start, slash - start));
      start = slash + 1;
    }
    if (!directory.is_open()) return errno_error("cannot open the directory of", path);
    file.descriptor = FileDescriptor(::openat(directory.get(), path.c_str() + start,
                                              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.descriptor.is_open()) return errno_error("cannot make file", path);
    return {};
  }

  Status complete(NewFile& file) {
    const Node& node = file.node;
    const bool right =
        file.size_bytes == node.size_bytes && (!is_sha1_name(file.path) || node.name == hex_of(file.hash));
    if (!right) {
      return fail(
          ErrorCode::kCorrupt,
          fmt::format("the content of file {} in the backup does not match its name", file.path),
          "`skyhold repo verify --read-data` says what is damaged; restore another snapshot meanwhile");
    }
    const std::array<timespec, 2> times = {to_timespec(node.modified), to_timespec(node.modified)};
    if (::futimens(file.descriptor.get(), times.data()) != 0) {
      return errno_error("cannot set the time of", file.path);
    }
    TRY(give(file.descriptor.get(), access_.file_mode(node.permissions), file.path));
    ++fetched_;
    count(node);
    tidier_.passed(node.size_bytes);
    return {};
  }

  Status give(int file, mode_t mode, const std::string& name) const {
    if (access_.changes_owner() && ::fchown(file, access_.user, access_.group) != 0)
      return errno_error("cannot give away", name);
    if (::fchmod(file, mode) != 0) return errno_error("cannot set the mode of", name);
    return {};
  }

  Result<FileRestoreResult> finish() {
    const std::size_t expected = restore_.manifest.filestore.files.size();
    if (fetched_ + linked_ != expected) {
      return fail(
          ErrorCode::kCorrupt,
          fmt::format("the backup holds {} files, its manifest says {}", fetched_ + linked_, expected),
          "restore another snapshot");
    }
    if (::syncfs(hidden_.get()) != 0) return errno_error("cannot make durable", restore_.hidden.string());
    return FileRestoreResult{fetched_, linked_, bytes_, access_.notices};
  }

  const FileRestore& restore_;
  RestoreProgress& progress_;
  const CancelToken& cancel_;
  const FileAccess access_;
  FileDescriptor live_;
  FileDescriptor hidden_;
  std::atomic<std::uint64_t> fetched_{0};
  std::atomic<std::uint64_t> linked_{0};
  std::atomic<std::uint64_t> bytes_{0};
  MemoryTidier tidier_{256U << 20};
  std::mutex mutex_;
  FileList to_fetch_;  // by their paths below the filestore
};

}  // namespace

Result<FileRestoreResult> restore_files(const FileRestore& restore, RestoreProgress& progress,
                                        const CancelToken& cancel) {
  return Restorer(restore, progress, cancel).run();
}

Status remove_directory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return fail(error_from_errno(error.value(), fmt::format("cannot remove {}", path.string())));
  return {};
}

}  // namespace skyhold
