#include "operations/backup/file_capture.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <deque>
#include <mutex>
#include <span>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "io/file_descriptor.h"
#include "operations/backup/earlier_files.h"

namespace skyhold {
namespace {

constexpr std::size_t kReadBytes = 1U << 20;
// Files that a reader has asked the disk for and not read yet; each is open meanwhile. A filestore is
// many small files, and seldom in memory at night: one by one, most of the time would be waiting.
constexpr std::size_t kAskedFor = 16;

enum class Origin { kRead, kKnown, kRecovered, kMissing };

struct FileOutcome {
  Origin origin = Origin::kMissing;
  Node node;
  std::string reason;  // of a missing file
};

struct SourceFile {
  FileDescriptor descriptor;
  struct stat status {};
};

// What opening a file told: all that there is to know, or that it is to be read.
struct FirstLook {
  std::optional<SourceFile> to_read;
  FileOutcome outcome;  // when it is not to be read
};

std::string last_segment(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

// Opens without following a link in the last segment: a filestore holds plain files.
Result<SourceFile> open_source(const FileDescriptor& root, const std::string& name) {
  SourceFile file{FileDescriptor(::openat(root.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)), {}};
  if (!file.descriptor.is_open()) return fail(error_from_errno(errno, name));
  if (::fstat(file.descriptor.get(), &file.status) != 0) return fail(error_from_errno(errno, name));
  if (!S_ISREG(file.status.st_mode)) return fail(ErrorCode::kMissingAtSource, "not a regular file");
  return file;
}

class FileReader {
 public:
  FileReader(const CaptureContext& context, const FileCaptureOptions& options, const FileDescriptor& root)
      : context_(context),
        options_(options),
        root_(root),
        lane_(context.writer.open_lane(BlobType::kData)),
        known_(context.repository, *lane_),
        earlier_(context.repository, *lane_) {
    buffer_.resize(kReadBytes);
  }

  // The outcomes of files that follow each other in the list.
  Result<std::vector<FileOutcome>> capture(std::span<const RequiredFile> run) {
    std::vector<FileOutcome> outcomes;
    std::deque<FirstLook> asked_for;
    for (std::size_t file = 0; file < run.size(); ++file) {
      while (asked_for.size() < kAskedFor && file + asked_for.size() < run.size())
        asked_for.push_back(TRY(look(run[file + asked_for.size()])));
      FirstLook& first = asked_for.front();
      outcomes.push_back(first.to_read ? TRY(read(run[file], *first.to_read)) : std::move(first.outcome));
      asked_for.pop_front();
    }
    return outcomes;
  }

 private:
  Result<FirstLook> look(const RequiredFile& required) {
    Result<SourceFile> source = open_source(root_, required.name);
    if (!source) {
      FileOutcome recovered = TRY(recover(required, describe(source.error())));
      return FirstLook{std::nullopt, std::move(recovered)};
    }
    const auto size = static_cast<std::uint64_t>(source->status.st_size);
    if (options_.parent && !options_.reread && required.named_by_sha1) {
      std::optional<Node> node = TRY(known_.find(*options_.parent, required.name));
      if (node && node->size_bytes == size) {
        context_.progress.add(size);
        return FirstLook{std::nullopt, {Origin::kKnown, std::move(*node), {}}};
      }
    }
    // Advice alone: a file system that takes none still reads.
    ::posix_fadvise(source->descriptor.get(), 0, kReadBytes, POSIX_FADV_WILLNEED);
    return FirstLook{std::move(*source), {}};
  }

  static std::string describe(const Error& error) {
    return error.code == ErrorCode::kNotFound ? "not in the filestore" : error.message;
  }

  Result<FileOutcome> read(const RequiredFile& required, const SourceFile& source) {
    StreamWriter file(*lane_, kFileChunks, StreamWriter::HashWhole::kNo);
    CheckedSink sink(context_, file);
    Sha1 hash;
    while (true) {
      const ssize_t got = ::read(source.descriptor.get(), buffer_.data(), buffer_.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return recover(required, error_from_errno(errno, "cannot be read").message);
      if (got == 0) break;
      const ByteView bytes = ByteView(buffer_).first(static_cast<std::size_t>(got));
      if (required.named_by_sha1) hash.update(bytes);
      TRY(sink.write(bytes));
    }
    StoredFile stored = TRY(file.finish());
    if (required.named_by_sha1 && hex_encode(hash.finish()) != last_segment(required.name)) {
      return recover(required, "content does not match its name");
    }
    FileOutcome outcome{Origin::kRead, {}, {}};
    outcome.node.name = last_segment(required.name);
    outcome.node.permissions = source.status.st_mode & 0777;
    outcome.node.modified = Instant{std::chrono::seconds{source.status.st_mtim.tv_sec} +
                                    std::chrono::nanoseconds{source.status.st_mtim.tv_nsec}};
    outcome.node.size_bytes = stored.bytes;
    outcome.node.content = std::move(stored.content);
    return outcome;
  }

  // A file that vanished after the database's snapshot, or was damaged before, may well lie
  // in an earlier backup: its name says what its content must be.
  Result<FileOutcome> recover(const RequiredFile& required, const std::string& reason) {
    if (required.named_by_sha1) {
      for (const Snapshot& snapshot : options_.earlier) {
        std::optional<Node> node = TRY(earlier_.find(snapshot, required.name));
        if (node) return FileOutcome{Origin::kRecovered, std::move(*node), {}};
      }
    }
    return FileOutcome{Origin::kMissing, {}, reason};
  }

  const CaptureContext& context_;
  const FileCaptureOptions& options_;
  const FileDescriptor& root_;
  std::unique_ptr<BlobWriter::Lane> lane_;
  EarlierFiles known_;    // of the parent: asked in order of names
  EarlierFiles earlier_;  // of all: asked seldom
  Bytes buffer_;
};

void add_outcome(CapturedFiles& captured, const RequiredFile& required, const FileOutcome& outcome) {
  if (outcome.origin == Origin::kMissing) {
    captured.missing.push_back({required.name, outcome.reason});
    return;
  }
  captured.bytes += outcome.node.size_bytes;
  switch (outcome.origin) {
    case Origin::kRead: ++captured.read_count; break;
    case Origin::kRecovered: ++captured.recovered_count; break;
    case Origin::kKnown:
      ++captured.reused_count;
      captured.reused_bytes += outcome.node.size_bytes;
      break;
    case Origin::kMissing: break;
  }
  captured.files.add(required.name, outcome.node);
}

}  // namespace

Result<CapturedFiles> capture_files(const CaptureContext& context, const std::vector<RequiredFile>& required,
                                    const FileCaptureOptions& options) {
  const FileDescriptor root(::open(options.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.is_open()) {
    return fail(error_from_errno(errno, fmt::format("cannot open filestore {}", options.root.string())));
  }
  // Readers take runs of neighbours, so that each walks the parent's directories in order.
  constexpr std::size_t kRun = 64;
  std::atomic<std::size_t> next{0};
  std::mutex captured_mutex;
  CapturedFiles captured;
  TaskGroup group;
  const CaptureContext inner{context.repository, context.writer, context.progress, context.cancel,
                             group.stopping()};
  for (int i = 0; i < options.readers; ++i) {
    group.run([&]() -> Status {
      FileReader reader(inner, options, root);
      for (std::size_t first = next.fetch_add(kRun); first < required.size(); first = next.fetch_add(kRun)) {
        TRY(inner.cancel.check());
        TRY(context.stopping.check());
        TRY(inner.stopping.check());
        const std::size_t last = std::min(required.size(), first + kRun);
        const std::vector<FileOutcome> outcomes =
            TRY(reader.capture(std::span(required).subspan(first, last - first)));
        const std::scoped_lock lock(captured_mutex);
        for (std::size_t file = first; file < last; ++file)
          add_outcome(captured, required[file], outcomes[file - first]);
      }
      return {};
    });
  }
  TRY(group.wait());
  captured.files.sort();
  std::sort(captured.missing.begin(), captured.missing.end(),
            [](const MissingFile& a, const MissingFile& b) { return a.name < b.name; });
  return captured;
}

}  // namespace skyhold
