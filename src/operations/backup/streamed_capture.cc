#include "operations/backup/streamed_capture.h"

#include <algorithm>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "io/bounded_queue.h"
#include "operations/backup/earlier_files.h"
#include "operations/backup/snapshot_tree.h"

namespace skyhold {
namespace {

constexpr std::size_t kReadBytes = 1U << 20;
constexpr std::size_t kSmallFileBytes = 4U << 20;
constexpr std::size_t kWaitingFiles = 16;
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
      : context_(context), files_(files), options_(options), queue_(kWaitingFiles) {}

  Result<CapturedFiles> run() {
    TRY(read_all());
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
        if (!done) queue_.close();
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
        if (!queue_.push({file->name, std::move(content)})) return {};
      } else {
        TRY(store(*lane, file->name, content, &files_));
      }
    }
    return {};
  }

  // The whole file when it is small, else more than kSmallFileBytes of it.
  Result<Bytes> read_start() {
    Bytes content;
    while (content.size() <= kSmallFileBytes) {
      const std::size_t held = content.size();
      content.resize(held + kReadBytes);
      const std::size_t got = TRY(files_.read(MutableByteView(content).subspan(held)));
      content.resize(held + got);
      if (got == 0) break;
    }
    return content;
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
    while (auto file = queue_.pop()) TRY(store(*lane, file->name, file->content, nullptr));
    return {};
  }

  Status store(BlobWriter::Lane& lane, const std::string& name, ByteView start, ByteSource* rest) {
    StreamWriter file(lane, kFileChunks, StreamWriter::HashWhole::kNo);
    Sha1 hash;
    {
      CheckedSink sink(context_, file);
      hash.update(start);
      TRY(sink.write(start));
      Bytes chunk(rest == nullptr ? 0 : kReadBytes);
      while (rest != nullptr) {
        const std::size_t got = TRY(rest->read(chunk));
        if (got == 0) break;
        hash.update(ByteView(chunk).first(got));
        TRY(sink.write(ByteView(chunk).first(got)));
      }
    }
    StoredFile stored = TRY(file.finish());
    const bool is_right = !is_sha1_name(name) || hex_encode(hash.finish()) == last_segment(name);
    const std::scoped_lock lock(mutex_);
    if (is_right)
      came_.add(name, file_node(stored, options_.modified, kFileMode));
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
