#include "cli/export_output.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
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
  Status write(ByteView bytes) override { return write_all(STDOUT_FILENO, bytes, "standard output"); }
  Status commit() override { return {}; }
};

class FileOutput final : public ExportOutput {
 public:
  FileOutput(fs::path path, fs::path partial, FileDescriptor file)
      : path_(std::move(path)), partial_(std::move(partial)), file_(std::move(file)) {}
  ~FileOutput() override { ::unlink(partial_.c_str()); }
  FileOutput(const FileOutput&) = delete;
  FileOutput& operator=(const FileOutput&) = delete;

  Status write(ByteView bytes) override { return write_all(file_.get(), bytes, partial_.string()); }

  Status commit() override {
    if (::fsync(file_.get()) != 0) {
      return fail(error_from_errno(errno, fmt::format("cannot make {} durable", partial_.string())));
    }
    // link() and not rename(): it never replaces what appeared meanwhile.
    if (::link(partial_.c_str(), path_.c_str()) != 0) {
      return fail(error_from_errno(errno, fmt::format("cannot name the export {}", path_.string())));
    }
    return sync_directory(path_.has_parent_path() ? path_.parent_path() : fs::path("."));
  }

 private:
  fs::path path_;
  fs::path partial_;
  FileDescriptor file_;
};

}  // namespace

Result<std::unique_ptr<ExportOutput>> ExportOutput::open(const std::string& path) {
  if (path == "-") return std::make_unique<StandardOutput>();
  std::error_code none;
  if (fs::exists(path, none)) {
    return fail(ErrorCode::kAlreadyExists, fmt::format("{} is there already", path),
                "name another file, or remove it");
  }
  const fs::path partial = path + ".partial";
  FileDescriptor file(::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.is_open())
    return fail(error_from_errno(errno, fmt::format("cannot create {}", partial.string())));
  return std::make_unique<FileOutput>(path, partial, std::move(file));
}

}  // namespace skyhold
