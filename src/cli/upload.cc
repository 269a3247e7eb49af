#include "cli/upload.h"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/human.h"
#include "cli/format.h"
#include "io/file_descriptor.h"

namespace skyhold {
namespace {

constexpr std::uint64_t kPartBytes = std::uint64_t{16} << 20;

// A file that stays as it is while it is read.
class SentFile {
 public:
  static Result<SentFile> open(const std::string& name) {
    FileDescriptor descriptor(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor.is_open()) return fail(error_from_errno(errno, fmt::format("cannot open {}", name)));
    SentFile file(name, std::move(descriptor));
    file.begin_ = TRY(file.look());
    if (!S_ISREG(file.begin_.st_mode)) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("{} is no regular file", name),
                  "an upload has to know its size: write it to a file first");
    }
    if (file.begin_.st_size == 0) return fail(ErrorCode::kInvalidArgument, fmt::format("{} is empty", name));
    return file;
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t size() const { return static_cast<std::uint64_t>(begin_.st_size); }

  Status read(std::uint64_t offset, MutableByteView out) const {
    while (!out.empty()) {
      const ssize_t got = ::pread(descriptor_.get(), out.data(), out.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(error_from_errno(errno, fmt::format("cannot read {}", name_)));
      if (got == 0) return fail(changed());
      out = out.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
    return {};
  }

  [[nodiscard]] Status check_unchanged() const {
    const struct stat now = TRY(look());
    const bool same = now.st_size == begin_.st_size && now.st_mtim.tv_sec == begin_.st_mtim.tv_sec &&
                      now.st_mtim.tv_nsec == begin_.st_mtim.tv_nsec;
    return same ? Status() : fail(changed());
  }

 private:
  SentFile(std::string name, FileDescriptor descriptor)
      : name_(std::move(name)), descriptor_(std::move(descriptor)) {}

  [[nodiscard]] Result<struct stat> look() const {
    struct stat found {};
    if (::fstat(descriptor_.get(), &found) == 0) return found;
    return fail(error_from_errno(errno, fmt::format("cannot look at {}", name_)));
  }
  [[nodiscard]] Error changed() const {
    return Error{ErrorCode::kMissingAtSource, fmt::format("{} changed while it was sent", name_),
                 "send it again once nobody writes it"};
  }

  std::string name_;
  FileDescriptor descriptor_;
  struct stat begin_ {};
};

class Upload {
 public:
  Upload(ApiClient& api, SentFile file, std::string path, CommandContext& context, const TransferPace& pace)
      : api_(api),
        file_(std::move(file)),
        path_(std::move(path)),
        context_(context),
        patience_(pace, context.cancel),
        part_(std::min(kPartBytes, file_.size())) {}

  // From where the service has it.
  Status run(std::uint64_t received) {
    received_ = received;
    show();
    while (received_ < file_.size()) {
      const Status sent = send_part();
      if (!sent) TRY(recover(sent.error()));
      show();
    }
    return file_.check_unchanged();
  }

 private:
  Status send_part() {
    const std::uint64_t size = std::min<std::uint64_t>(part_.size(), file_.size() - received_);
    const MutableByteView bytes = MutableByteView(part_).first(static_cast<std::size_t>(size));
    TRY(file_.read(received_, bytes));
    const ApiReply reply =
        TRY(api_.put_bytes(path_ + "/content", {{"offset", std::to_string(received_)}}, bytes));
    const std::uint64_t before = received_;
    TRY(take_state(reply.json));
    if (received_ > before) return {};
    return fail(ErrorCode::kUnsupported, "the service took a part of the file and does not have it");
  }

  // A part may have come through although its answer did not: only the service knows.
  Status recover(const Error& error) {
    const bool first = patience_.failures() == 0;
    const bool elsewhere = error.code == ErrorCode::kAlreadyExists;  // another offset than the service's
    TRY(patience_.wait_after(elsewhere ? Error{ErrorCode::kUnavailable, error.message, error.hint} : error));
    if (first) {
      context_.progress.warn(
          fmt::format("the upload broke off near {} and goes on: {}", human_bytes(received_), error.message));
    }
    const auto state = api_.get(path_);
    if (!state) return patience_.wait_after(state.error());
    return take_state(state->json);
  }

  Status take_state(const ApiJson& upload) {
    const std::uint64_t received = upload.count("received_bytes");
    if (received > file_.size()) {
      return fail(ErrorCode::kUnsupported, "the service has more of the file than there is");
    }
    if (received > received_) patience_.moved();
    received_ = received;
    return {};
  }

  void show() {
    context_.progress.report({.phase = "Uploading",
                              .done_bytes = received_,
                              .total_bytes = file_.size(),
                              .done_items = 0,
                              .total_items = 0});
  }

  ApiClient& api_;
  const SentFile file_;
  const std::string path_;
  CommandContext& context_;
  TransferPatience patience_;
  Bytes part_;
  std::uint64_t received_ = 0;
};

Result<ApiJson> begin_upload(ApiClient& api, const std::string& project, const SentFile& file) {
  ApiObject wanted;
  wanted.set("file_name", std::filesystem::path(file.name()).filename().string());
  wanted.set("size_bytes", static_cast<std::int64_t>(file.size()));
  return TRY(api.post(uploads_path(project), wanted)).json;
}

Result<ApiJson> resume_upload(ApiClient& api, const std::string& path, const SentFile& file,
                              CommandContext& context) {
  const ApiJson upload = TRY(api.get(path)).json;
  if (upload.count("size_bytes") != file.size()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} has {} bytes, but the upload that it is to complete is of a file of {}",
                            file.name(), file.size(), upload.count("size_bytes")),
                "leave --resume out to begin another upload");
  }
  const std::string name = std::filesystem::path(file.name()).filename().string();
  if (upload.text("file_name") != name) {
    context.progress.warn(fmt::format("the upload was begun with a file named {}", upload.text("file_name")));
  }
  return upload;
}

}  // namespace

std::string uploads_path(const std::string& project) {
  return api_path("/projects/", project, "/uploads");
}

Result<std::string> upload_file(ApiClient& api, const std::string& project, const std::string& name,
                                const std::string& resumed, CommandContext& context,
                                const TransferPace& pace) {
  SentFile file = TRY(SentFile::open(name));
  const auto path_of = [&](const std::string& id) { return api_path(uploads_path(project) + "/", id); };
  const ApiJson upload = resumed.empty() ? TRY(begin_upload(api, project, file))
                                         : TRY(resume_upload(api, path_of(resumed), file, context));
  const std::string id = upload.text("id");
  Upload sending(api, std::move(file), path_of(id), context, pace);
  const Status sent = sending.run(upload.count("received_bytes"));
  if (sent) return id;
  Error error = sent.error().in(fmt::format("{} could not be sent whole", name));
  if (error.code != ErrorCode::kMissingAtSource) {
    error.hint += fmt::format("{}the same command with --resume {} goes on where it is",
                              error.hint.empty() ? "" : "; ", id);
  }
  return fail(std::move(error));
}

}  // namespace skyhold
