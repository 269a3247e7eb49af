#include "app/interchange_sources.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/log.h"
#include "http/client.h"
#include "io/file_source.h"
#include "io/produced_source.h"
#include "stores/open_store.h"

namespace skyhold {
namespace {

// ---- a backup as a file ---------------------------------------------------------------------

// Lets through what lies in the range. Its write fails once the range is full: nobody needs the rest.
class RangeSink final : public ByteSink {
 public:
  RangeSink(ByteSink& sink, const ByteRange& range)
      : sink_(sink), skip_(range.first), left_(range.count.value_or(UINT64_MAX)) {}

  Status write(ByteView bytes) override {
    const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
    skip_ -= skipped;
    bytes = bytes.subspan(skipped);
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    left_ -= taken;
    if (taken > 0) TRY(sink_.write(bytes.first(taken)));
    if (taken == bytes.size()) return {};
    return fail(ErrorCode::kCancelled, "the range is full");
  }
  [[nodiscard]] bool full() const { return left_ == 0; }

 private:
  ByteSink& sink_;
  std::uint64_t skip_;
  std::uint64_t left_;
};

class NoProgress final : public ProgressSink {
 public:
  void report(const Progress&) override {}
  void warn(const std::string& text) override { log::warning("download: {}", text); }
};

// One of the downloads that may run; free again when it is gone.
class CountedSource final : public ByteSource {
 public:
  CountedSource(std::unique_ptr<ByteSource> source, std::shared_ptr<std::atomic<int>> count)
      : source_(std::move(source)), count_(std::move(count)) {}
  ~CountedSource() override {
    source_.reset();
    --*count_;
  }
  CountedSource(const CountedSource&) = delete;
  CountedSource& operator=(const CountedSource&) = delete;
  Result<std::size_t> read(MutableByteView out) override { return source_->read(out); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::shared_ptr<std::atomic<int>> count_;
};

class CountedSearch {
 public:
  explicit CountedSearch(std::atomic<int>& count) : count_(count), number_(++count) {}
  ~CountedSearch() { --count_; }
  CountedSearch(const CountedSearch&) = delete;
  CountedSearch& operator=(const CountedSearch&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  std::atomic<int>& count_;
  const int number_;
};

// ---- files and objects ----------------------------------------------------------------------

// An object of any size, in ranges.
class ObjectSource final : public ByteSource {
 public:
  ObjectSource(ObjectStorePtr store, ObjectInfo object)
      : store_(std::move(store)), object_(std::move(object)) {}

  Result<std::size_t> read(MutableByteView out) override {
    if (position_ == piece_.size()) {
      constexpr std::uint64_t kPieceBytes = std::uint64_t{8} << 20;
      const std::uint64_t count = std::min(kPieceBytes, object_.size_bytes - offset_);
      if (count == 0) return std::size_t{0};
      piece_ = TRY(store_->get_range(object_.name, offset_, count));
      offset_ += count;
      position_ = 0;
    }
    const std::size_t count = std::min(out.size(), piece_.size() - position_);
    std::copy_n(piece_.begin() + static_cast<std::ptrdiff_t>(position_), count, out.begin());
    position_ += count;
    return count;
  }

 private:
  const ObjectStorePtr store_;
  const ObjectInfo object_;
  std::uint64_t offset_ = 0;
  Bytes piece_;
  std::size_t position_ = 0;
};

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets any
  if (value == nullptr) return std::nullopt;
  return value;
}

// The settings for the place where an object lies: those of the store that has it below its URL.
StoreSettings settings_for(const PlatformSettings& platform, const std::string& folder) {
  const StoreSettings* best = nullptr;
  for (const StoreSettings& store : platform.stores) {
    const bool holds = folder == store.url || folder.starts_with(store.url + "/");
    if (holds && (best == nullptr || store.url.size() > best->url.size())) best = &store;
  }
  if (best == nullptr) return settings_of_url(folder, environment);
  StoreSettings settings = *best;
  settings.url = folder;
  return settings;
}

Result<std::unique_ptr<ByteSource>> open_object(const PlatformSettings& platform, const std::string& url) {
  const std::size_t slash = url.rfind('/');
  const std::string folder = url.substr(0, slash);
  const std::string name = url.substr(slash + 1);
  const OpenedStore opened = TRY(open_store(settings_for(platform, folder)));
  auto object = opened.store->stat(name);
  if (!object)
    return fail(object.error().in(fmt::format("looking for {} in {}", name, opened.store->location())));
  return std::make_unique<ObjectSource>(opened.store, std::move(*object));
}

// Of an HTTP server: one answer, as it comes.
std::unique_ptr<ByteSource> open_http(const std::string& url) {
  return std::make_unique<ProducedSource>([url](ByteSink& sink, const CancelToken& cancel) -> Status {
    HttpClient client;
    HttpRequest request;
    request.url = url;
    request.cancel = &cancel;
    Status written;
    request.on_body = [&](ByteView piece) {
      written = sink.write(piece);
      return written.has_value();
    };
    const auto answer = client.send(request);
    if (!written) return written;
    if (!answer) return fail(answer.error().in("fetching the archive"));
    if (answer->status == 200) return {};
    return fail(ErrorCode::kUnavailable, fmt::format("the server of the archive answered {}", answer->status),
                "give a URL that leads to the file itself: redirects are not followed");
  });
}

}  // namespace

std::unique_ptr<ByteSource> InterchangeSources::open_export(const BackupRecord& backup,
                                                            const ExportOptions& options,
                                                            const ByteRange& range) const {
  return std::make_unique<ProducedSource>(
      [this, backup, options, range](ByteSink& sink, const CancelToken& cancel) -> Status {
        const Project project = TRY(catalog_.project(backup.project));
        const auto opened = TRY(repositories_.open(project, &cancel));
        TRY(opened.repository->load_index());
        const Snapshot snapshot = TRY(opened.repository->find_snapshot(backup.snapshot_id));
        RangeSink in_range(sink, range);
        NoProgress progress;
        const auto result = run_export(*opened.repository, snapshot, options, in_range, progress, cancel);
        if (result || in_range.full()) return {};
        return fail(result.error());
      });
}

Result<std::unique_ptr<ByteSource>> InterchangeSources::open_download(const BackupRecord& backup,
                                                                      const ExportOptions& options,
                                                                      const ByteRange& range) {
  if (++*downloads_ > kMostDownloads) {
    --*downloads_;
    return fail(Error{ErrorCode::kUnavailable, fmt::format("{} downloads run here already", kMostDownloads),
                      "try again when one of them is done", std::chrono::seconds{30}});
  }
  return std::make_unique<CountedSource>(open_export(backup, options, range), downloads_);
}

Result<FoundAttachments> InterchangeSources::find_attachments(const BackupRecord& backup,
                                                              const Manifest& manifest,
                                                              const AttachmentQuery& query) {
  const CountedSearch counted(searches_);
  if (counted.number() > kMostSearches) {
    return fail(Error{ErrorCode::kUnavailable, fmt::format("{} searches run here already", kMostSearches),
                      "try again when one of them is done", std::chrono::seconds{10}});
  }
  const Project project = TRY(catalog_.project(backup.project));
  const auto opened = TRY(repositories_.open(project, nullptr));
  TRY(opened.repository->load_index());
  const Snapshot snapshot = TRY(opened.repository->find_snapshot(backup.snapshot_id));
  return skyhold::find_attachments(*opened.repository, snapshot, manifest, query, CancelToken());
}

Result<std::unique_ptr<ByteSource>> InterchangeSources::open_url(const std::string& url) const {
  if (url.starts_with("http://") || url.starts_with("https://")) return open_http(url);
  return open_object(repositories_.settings(), url);
}

Result<std::shared_ptr<Uploads>> InterchangeSources::uploads(const Project& project) {
  TRY(repositories_.store_names(project));  // says what is wrong with the region
  return uploads_of(*repositories_.settings().find_region(project.region));
}

Result<std::shared_ptr<Uploads>> InterchangeSources::uploads_of(const RegionSettings& region) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Uploads>& known = uploads_[region.name];
  if (known) return known;
  OpenStoreOptions options;
  options.platform_time_zone = repositories_.settings().platform_time_zone;
  // First where nothing is kept longer than it is needed.
  std::vector<ObjectStorePtr> stores;
  std::vector<ObjectStorePtr> reluctant;
  for (const std::string& name : region.stores) {
    const StoreSettings& store = *repositories_.settings().find(name);
    const bool lets_go = store.removal_delay.count() == 0 && store.object_lock_days == 0;
    (lets_go ? stores : reluctant).push_back(TRY(open_store(store, options)).store);
  }
  stores.insert(stores.end(), reluctant.begin(), reluctant.end());
  known = std::make_shared<Uploads>(std::move(stores), repositories_.master_key(), clock_);
  return known;
}

Status InterchangeSources::sweep() {
  for (const RegionSettings& region : repositories_.settings().regions) {
    const auto uploads = TRY(uploads_of(region));
    TRY(uploads->sweep());
  }
  return {};
}

}  // namespace skyhold
