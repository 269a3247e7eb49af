#include "cli/export_output.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/durable_file.h"
#include "io/file_descriptor.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

Status write_all(int descriptor, ByteView bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(error_from_errno(errno, fmt::format("cannot write to {}", name)));
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

class StandardOutput final : public ExportOutput {
 public:
  Status write(ByteView bytes) override {
    anything_left_ = anything_left_ || !bytes.empty();
    return write_all(STDOUT_FILENO, bytes, "standard output");
  }
  Status begin_again() override {
    if (!anything_left_) return {};
    return fail(ErrorCode::kUnsupported, "what went to standard output cannot be begun again",
                "write to a file with --output FILE");
  }
  Status commit() override { return {}; }

 private:
  bool anything_left_ = false;
};

class FileOutput final : public ExportOutput {
 public:
  FileOutput(fs::path path, fs::path partial, FileDescriptor file)
      : path_(std::move(path)), partial_(std::move(partial)), file_(std::move(file)) {}
  ~FileOutput() override { ::unlink(partial_.c_str()); }
  FileOutput(const FileOutput&) = delete;
  FileOutput& operator=(const FileOutput&) = delete;

  Status write(ByteView bytes) override { return write_all(file_.get(), bytes, partial_.string()); }

  Status begin_again() override {
    if (::ftruncate(file_.get(), 0) == 0 && ::lseek(file_.get(), 0, SEEK_SET) == 0) return {};
    return fail(error_from_errno(errno, fmt::format("cannot begin {} anew", partial_.string())));
  }

  Status commit() override {
    if (::fsync(file_.get()) != 0) {
      return fail(error_from_errno(errno, fmt::format("cannot make {} durable", partial_.string())));
    }
    TRY(rename_to_new_name());
    committed_ = true;
    return sync_directory(path_.has_parent_path() ? path_.parent_path() : fs::path("."));
  }

 private:
  // Never over what appeared meanwhile. A network file system may not know that; there, who wins is open.
  Status rename_to_new_name() {
    if (::renameat2(AT_FDCWD, partial_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) == 0) return {};
    if (errno == EINVAL && ::rename(partial_.c_str(), path_.c_str()) == 0) return {};
    return fail(error_from_errno(errno, fmt::format("cannot name the export {}", path_.string())));
  }

  fs::path path_;
  fs::path partial_;
  FileDescriptor file_;
  bool committed_ = false;
};

// What a killed export has left is taken over; what a living one writes is locked.
Result<FileDescriptor> open_partial(const fs::path& path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) return fail(error_from_errno(errno, fmt::format("cannot create {}", path.string())));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::kBusy, fmt::format("another export writes {}", path.string()),
                "name another file");
  }
  if (::ftruncate(file.get(), 0) != 0 || ::fchmod(file.get(), 0600) != 0) {
    return fail(error_from_errno(errno, fmt::format("cannot begin {} anew", path.string())));
  }
  return file;
}

}  // namespace

Result<std::unique_ptr<ExportOutput>> ExportOutput::open(const std::string& path) {
  if (path == "-") return std::make_unique<StandardOutput>();
  std::error_code none;
  if (fs::exists(path, none)) {
    return fail(ErrorCode::kAlreadyExists, fmt::format("{} is there already", path),
                "name another file, or remove it");
  }
  const fs::path partial = path + ".partial";
  FileDescriptor file = TRY(open_partial(partial));
  return std::make_unique<FileOutput>(path, partial, std::move(file));
}

}  // namespace skyhold
