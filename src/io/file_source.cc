#include "io/file_source.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file_descriptor.h"

namespace skyhold {
namespace {

class FileSource final : public ByteSource {
 public:
  FileSource(FileDescriptor file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}
  ~FileSource() override {
    if (name_ == "-") static_cast<void>(file_.release());  // standard input is not ours to close
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read(MutableByteView out) override {
    while (true) {
      const ssize_t got = ::read(file_.get(), out.data(), out.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return fail(error_from_errno(errno, fmt::format("cannot read {}", name_)));
    }
  }

 private:
  FileDescriptor file_;
  const std::string name_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file_source(const std::string& path) {
  FileDescriptor file(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.is_open()) return fail(error_from_errno(errno, fmt::format("cannot open {}", path)));
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} is a directory", path),
                "name a file; a directory of pg_dump goes in as a tar of it");
  }
  return std::make_unique<FileSource>(std::move(file), path);
}

}  // namespace skyhold
