#include "operations/backup/streamed_capture.h"

#include <algorithm>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/memory.h"
#include "crypto/hash.h"
#include "io/bounded_queue.h"
#include "io/byte_budget.h"
#include "operations/backup/earlier_files.h"
#include "operations/backup/snapshot_tree.h"

namespace skyhold {
namespace {

constexpr std::size_t kReadBytes = 1U << 20;
constexpr std::size_t kSmallFileBytes = 4U << 20;
constexpr std::size_t kWaitingFiles = 16;
// Of the small files that were read and are not stored yet.
constexpr std::uint64_t kMostWaitingBytes = 12U << 20;
// Files of all sizes leave holes in the heap: after so many bytes they are given back.
constexpr std::uint64_t kTidyEveryBytes = 32U << 20;
constexpr std::uint32_t kFileMode = 0640;

struct WaitingFile {
  std::string name;
  Bytes content;
};

std::string last_segment(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

class StreamedCapture {
 public:
  StreamedCapture(const CaptureContext& context, StreamedFiles& files, const StreamedCaptureOptions& options)
      : context_(context), files_(files), options_(options), queue_(kWaitingFiles), chunk_(kReadBytes) {}

  Result<CapturedFiles> run() {
    TRY(read_all());
    give_back_freed_memory();
    const auto lane = context_.writer.open_lane(BlobType::kData);
    EarlierFiles earlier(context_.repository, *lane);
    CapturedFiles captured;
    came_.sort();
    for (std::size_t file = 0; file < came_.size(); ++file) captured.bytes += came_.size_bytes(file);
    captured.read_count = came_.size();
    captured.files = std::move(came_);
    if (options_.required == nullptr) {
      for (const auto& [name, reason] : refused_) captured.missing.push_back({name, reason});
      return captured;
    }
    for (const RequiredFile* required : still_missing(captured.files))
      TRY(look_up(*required, earlier, captured));
    captured.files.sort();
    return captured;
  }

 private:
  // One thread reads the archive; the workers store what it hands over.
  Status read_all() {
    TaskGroup group;
    for (int worker = 0; worker < std::max(1, options_.workers); ++worker) {
      group.run([this]() -> Status {
        const Status done = store_waiting();
        if (!done) close();
        return done;
      });
    }
    const Status read = read_stream(group.stopping());
    queue_.close();
    TRY(group.wait());
    return read;
  }

  Status read_stream(const CancelToken& failed) {
    const auto lane = context_.writer.open_lane(BlobType::kData);
    while (const auto file = TRY(files_.next())) {
      TRY(context_.cancel.check());
      TRY(context_.stopping.check());
      if (failed.cancelled()) return {};  // the worker's error says why
      if (!is_wanted(file->name)) continue;
      Bytes content = TRY(read_start());
      if (content.size() <= kSmallFileBytes) {
        if (!hand_over(file->name, std::move(content))) return {};
      } else {
        TRY(store(*lane, file->name, content, true));
      }
    }
    return {};
  }

  // False when a worker has failed.
  bool hand_over(const std::string& name, Bytes content) {
    const std::uint64_t bytes = content.size();
    return waiting_bytes_.take(bytes) && queue_.push({name, std::move(content)});
  }
  void close() {
    queue_.close();
    waiting_bytes_.close();
  }

  // The whole file when it is small, else more than kSmallFileBytes of it.
  Result<Bytes> read_start() {
    Bytes content;
    while (content.size() <= kSmallFileBytes) {
      const std::size_t got = TRY(read_chunk());
      if (got == 0) break;
      content.insert(content.end(), chunk_.begin(), chunk_.begin() + static_cast<std::ptrdiff_t>(got));
    }
    return content;
  }

  Result<std::size_t> read_chunk() {
    const std::size_t got = TRY(files_.read(chunk_));
    tidier_.passed(got);
    return got;
  }

  [[nodiscard]] bool is_wanted(const std::string& name) const {
    if (options_.required == nullptr) return true;
    const auto found = std::lower_bound(
        options_.required->begin(), options_.required->end(), name,
        [](const RequiredFile& each, const std::string& wanted) { return each.name < wanted; });
    return found != options_.required->end() && found->name == name;
  }

  Status store_waiting() {
    const auto lane = context_.writer.open_lane(BlobType::kData);
    while (auto file = queue_.pop()) {
      const std::uint64_t bytes = file->content.size();
      TRY(store(*lane, file->name, file->content, false));
      file.reset();
      waiting_bytes_.give_back(bytes);
    }
    return {};
  }

  // `has_rest`: the archive stands behind the start; for the thread that reads it.
  Status store(BlobWriter::Lane& lane, const std::string& name, ByteView start, bool has_rest) {
    StreamWriter file(lane, kFileChunks, StreamWriter::HashWhole::kNo);
    Sha1 hash;
    {
      CheckedSink sink(context_, file);
      hash.update(start);
      TRY(sink.write(start));
      while (has_rest) {
        const ByteView chunk = ByteView(chunk_).first(TRY(read_chunk()));
        if (chunk.empty()) break;
        hash.update(chunk);
        TRY(sink.write(chunk));
      }
    }
    StoredFile stored = TRY(file.finish());
    const bool is_right = !is_sha1_name(name) || hex_encode(hash.finish()) == last_segment(name);
    const std::scoped_lock lock(mutex_);
    if (is_right)
      came_.add(name, file_node(std::move(stored), options_.modified, kFileMode));
    else
      refused_[name] = "content does not match its name";
    return {};
  }

  // Both lists are by name.
  [[nodiscard]] std::vector<const RequiredFile*> still_missing(const FileList& came) const {
    std::vector<const RequiredFile*> missing;
    std::size_t next = 0;
    for (const RequiredFile& required : *options_.required) {
      while (next < came.size() && came.path(next) < required.name) ++next;
      if (next == came.size() || came.path(next) != required.name) missing.push_back(&required);
    }
    return missing;
  }

  // A file that did not come, or came damaged, may lie in an earlier backup: its name says what its
  // content must be.
  Status look_up(const RequiredFile& required, EarlierFiles& earlier, CapturedFiles& captured) {
    for (const Snapshot& snapshot : options_.earlier) {
      if (!required.named_by_sha1) break;
      const std::optional<Node> node = TRY(earlier.find(snapshot, required.name));
      if (!node) continue;
      ++captured.recovered_count;
      captured.bytes += node->size_bytes;
      captured.files.add(required.name, *node);
      return {};
    }
    const auto refused = refused_.find(required.name);
    captured.missing.push_back(
        {required.name, refused != refused_.end() ? refused->second : "not in the archive"});
    return {};
  }

  const CaptureContext& context_;
  StreamedFiles& files_;
  const StreamedCaptureOptions& options_;
  BoundedQueue<WaitingFile> queue_;
  ByteBudget waiting_bytes_{kMostWaitingBytes};
  Bytes chunk_;
  MemoryTidier tidier_{kTidyEveryBytes};
  std::mutex mutex_;
  FileList came_;
  std::map<std::string, std::string> refused_;  // by name: why
};

}  // namespace

Result<CapturedFiles> capture_streamed_files(const CaptureContext& context, StreamedFiles& files,
                                             const StreamedCaptureOptions& options) {
  return StreamedCapture(context, files, options).run();
}

}  // namespace skyhold
