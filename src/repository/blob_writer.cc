#include "repository/blob_writer.h"

#include <algorithm>
#include <condition_variable>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/clock.h"
#include "crypto/hash.h"
#include "io/bounded_queue.h"
#include "repository/unpacked_file.h"

namespace skyhold {
namespace {

constexpr std::size_t kQueuedPacks = 1;
// Two at a time: the next pack travels while the store answers for the one before.
constexpr int kUploadsPerCopy = 2;
constexpr std::chrono::milliseconds kLook{50};  // how often to look whether a copy is slow
constexpr double kForgivenShare = 0.1;          // of the time that the others may wait for a copy

// Adds the time of its life to a counter of nanoseconds.
class Timed {
 public:
  explicit Timed(std::atomic<std::int64_t>& nanoseconds) : nanoseconds_(nanoseconds) {}
  ~Timed() {
    nanoseconds_.fetch_add((std::chrono::steady_clock::now() - start_).count(), std::memory_order_relaxed);
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  std::atomic<std::int64_t>& nanoseconds_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

// The way to one copy.
struct BlobWriter::Uploader {
  BoundedQueue<PendingPackPtr> queue{kQueuedPacks};
  std::vector<std::thread> threads;
  double held_up_seconds = 0;  // that the others waited for it, less what is forgiven
  double forgiven_at = monotonic_seconds();
  std::atomic<std::uint64_t> uploaded_bytes{0};

  mutable std::mutex mutex;  // of what follows
  std::condition_variable changed;
  std::vector<PendingPackPtr> outstanding;  // given to it, and not done

  [[nodiscard]] bool idle() const {
    const std::scoped_lock lock(mutex);
    return outstanding.empty();
  }
  void give(const PendingPackPtr& pending) {
    const std::scoped_lock lock(mutex);
    outstanding.push_back(pending);
  }
  void take_back(const PendingPackPtr& pending) {
    const std::scoped_lock lock(mutex);
    std::erase(outstanding, pending);
    changed.notify_all();
  }
  std::vector<PendingPackPtr> take_back_all() {
    const std::scoped_lock lock(mutex);
    return std::exchange(outstanding, {});
  }
};

struct BlobWriter::Counters {
  std::atomic<std::uint64_t> data_blobs{0}, tree_blobs{0}, plain_new{0}, plain_reused{0}, packed{0},
      stored{0}, objects{0};
  std::atomic<std::int64_t> hash{0}, encode{0}, pack{0}, wait{0}, upload{0};
};

BlobWriter::BlobWriter(Repository& repository, const BlobWriterOptions& options)
    : repository_(repository),
      options_(options),
      gear_table_(repository.key()),
      counters_(std::make_unique<Counters>()) {}

Result<std::unique_ptr<BlobWriter>> BlobWriter::start(Repository& repository,
                                                      const BlobWriterOptions& options) {
  std::unique_ptr<BlobWriter> writer(new BlobWriter(repository, options));
  TRY(writer->find_incomplete_packs());
  Copies& copies = repository.copies();
  writer->notes_reuse_ = any_copy_protects(copies);
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    writer->uploaders_.push_back(std::make_unique<Uploader>());
  }
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    Uploader& uploader = *writer->uploaders_[copy];
    if (!copies.healthy(copy)) {
      uploader.queue.close();
      continue;
    }
    for (int upload = 0; upload < kUploadsPerCopy; ++upload) {
      uploader.threads.emplace_back([&writer = *writer, copy] { writer.run_uploader(copy); });
    }
  }
  return writer;
}

BlobWriter::~BlobWriter() {
  for (auto& uploader : uploaders_) uploader->queue.abandon();
  for (auto& uploader : uploaders_) {
    for (std::thread& thread : uploader->threads) thread.join();  // after an upload that is under way
  }
}

// A pack counts as held when each healthy copy's own index names it and its file is there
// with the right size. Anything less is written again: no snapshot may lean on a copy's
// hole.
Status BlobWriter::find_incomplete_packs() {
  Copies& copies = repository_.copies();
  std::unordered_map<Id, std::uint64_t> present;
  std::uint64_t wanted = 0;
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    if (!copies.healthy(copy)) continue;
    const std::uint64_t bit = 1ULL << copy;
    const Status listed =
        copies.list_copy(copy, FileKind::kPack, [&](const Id& id, std::uint64_t size) -> Status {
          const auto pack = repository_.packs().find(id);
          if (pack != repository_.packs().end() && pack->second.size_bytes == size) present[id] |= bit;
          return {};
        });
    if (listed) {
      wanted |= bit;
    } else {
      copies.mark_failed(copy, listed.error());
    }
  }
  if (wanted == 0) return fail(ErrorCode::kUnavailable, "no copy of the repository can be listed");
  std::vector<std::uint64_t> lacking(copies.size());
  for (const auto& [id, pack] : repository_.packs()) {
    const std::uint64_t missing = wanted & ~(present[id] & pack.copies);
    for (std::size_t copy = 0; copy < copies.size(); ++copy) lacking[copy] += missing >> copy & 1;
  }
  leave_out_incomplete_copies(lacking);
  wanted = 0;
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    if (copies.healthy(copy)) wanted |= 1ULL << copy;
  }
  for (const auto& [id, pack] : repository_.packs()) {
    if ((present[id] & pack.copies & wanted) != wanted) incomplete_packs_.insert(id);
  }
  return {};
}

// Writing again what one copy lacks would put it into the whole copies a second time. If no
// copy is whole, it must be.
void BlobWriter::leave_out_incomplete_copies(const std::vector<std::uint64_t>& lacking) {
  Copies& copies = repository_.copies();
  bool one_is_whole = false;
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    one_is_whole = one_is_whole || (copies.healthy(copy) && lacking[copy] == 0);
  }
  if (!one_is_whole) return;
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    if (!copies.healthy(copy) || lacking[copy] == 0) continue;
    copies.mark_failed(
        copy, {ErrorCode::kDegraded, fmt::format("it lacks {} packs that another copy has", lacking[copy]),
               "`skyhold repo mend` completes it"});
  }
}

// In which every healthy copy held the blob when this writer started, if there is one.
std::optional<Id> BlobWriter::pack_that_holds(const BlobHandle& handle) const {
  const std::optional<BlobLocation> location = repository_.index().find(handle);
  if (!location || incomplete_packs_.contains(location->pack)) return std::nullopt;
  return location->pack;
}

// Whether the caller is the first to bring the blob.
bool BlobWriter::claim(const BlobHandle& handle) {
  const std::scoped_lock lock(mutex_);
  return claimed_.insert({handle});
}

std::unique_ptr<BlobWriter::Lane> BlobWriter::open_lane(BlobType type) {
  const std::scoped_lock lock(mutex_);
  auto& leftovers = leftovers_[static_cast<int>(type)];
  PackBuilder builder;
  if (!leftovers.empty()) {
    builder = std::move(leftovers.back());
    leftovers.pop_back();
  }
  return std::make_unique<Lane>(*this, type, std::move(builder));
}

void BlobWriter::close_lane(PackBuilder builder, BlobType type, ReusedPacks& reused) {
  const std::scoped_lock lock(mutex_);
  if (!builder.empty()) leftovers_[static_cast<int>(type)].push_back(std::move(builder));
  reused_.absorb(reused);
}

BlobWriter::Lane::~Lane() {
  writer_.close_lane(std::move(builder_), type_, reused_);
}

bool BlobWriter::Lane::reuse(const BlobHandle& handle) {
  const std::optional<Id> pack = writer_.pack_that_holds(handle);
  if (pack && writer_.notes_reuse_) reused_.note(*pack);
  return pack.has_value();
}

bool BlobWriter::Lane::take_over(const std::vector<Id>& content) {
  return std::all_of(content.begin(), content.end(), [&](const Id& id) { return reuse({type_, id}); });
}

Result<Id> BlobWriter::Lane::store(ByteView plain) {
  Counters& counters = *writer_.counters_;
  BlobHandle handle{type_, {}};
  {
    const Timed timed(counters.hash);
    handle.id = sha256(plain);
  }
  if (reuse(handle) || !writer_.claim(handle)) {
    counters.plain_reused += plain.size();
    return handle.id;
  }
  {
    const Timed timed(counters.encode);
    TRY(builder_.add(writer_.repository_.key(), handle, plain, {writer_.options_.compression_level, true}));
  }
  counters.plain_new += plain.size();
  (type_ == BlobType::kData ? counters.data_blobs : counters.tree_blobs) += 1;
  if (builder_.size_bytes() >= writer_.options_.pack_target_bytes) {
    FinishedPack pack;
    {
      const Timed timed(counters.pack);
      pack = builder_.finish(writer_.repository_.key());
    }
    TRY(writer_.submit(std::move(pack)));
  }
  return handle.id;
}

Status BlobWriter::submit(FinishedPack pack) {
  TRY(first_failure());
  counters_->packed += pack.bytes().size();
  counters_->stored += pack.bytes().size();
  ++counters_->objects;
  auto pending = std::make_shared<PendingPack>();
  pending->pack = std::move(pack);
  for (std::size_t copy = 0; copy < uploaders_.size(); ++copy) pending->awaited |= 1ULL << copy;
  const Timed timed(counters_->wait);
  const std::scoped_lock lock(submit_mutex_);
  for (std::size_t copy = 0; copy < uploaders_.size(); ++copy) offer(copy, pending);
  return first_failure();
}

// Waits for room in the copy's queue, unless it is closed or holds the others up too long.
void BlobWriter::offer(std::size_t copy, const PendingPackPtr& pending) {
  Uploader& uploader = *uploaders_[copy];
  uploader.give(pending);
  PendingPackPtr item = pending;
  while (!uploader.queue.push_for(item, kLook)) {
    if (uploader.queue.closed()) {
      settle(*pending, copy);
      uploader.take_back(pending);
      return;
    }
    tell_watcher();
    look_at_pace(copy);
  }
}

// Leaves a copy behind for which the others have waited too long, all in all; a little is
// forgiven, for no two stores are equally fast all the time.
void BlobWriter::look_at_pace(std::size_t copy) {
  Uploader& uploader = *uploaders_[copy];
  const double now = monotonic_seconds();
  const double forgiven = kForgivenShare * (now - std::exchange(uploader.forgiven_at, now));
  uploader.held_up_seconds = std::max(0.0, uploader.held_up_seconds - forgiven);
  if (!holds_others_up(copy)) return;
  uploader.held_up_seconds += std::chrono::duration<double>(kLook).count();
  if (uploader.held_up_seconds <= std::chrono::duration<double>(options_.slow_copy_patience).count()) return;
  repository_.copies().mark_failed(
      copy, {ErrorCode::kDegraded, "it is so slow that it held the other copies up, and was left behind",
             "`skyhold repo mend` completes it"});
  settle_all(copy);
  // Its last upload could take minutes, and the end of the backup would wait for it.
  repository_.copies().store(copy).interrupt();
}

// Another copy has done all that it was given and could go on.
bool BlobWriter::holds_others_up(std::size_t copy) const {
  for (std::size_t other = 0; other < uploaders_.size(); ++other) {
    if (other != copy && repository_.copies().healthy(other) && uploaders_[other]->idle()) return true;
  }
  return false;
}

// For a copy that is left out: nobody waits for its uploads any more.
void BlobWriter::settle_all(std::size_t copy) {
  uploaders_[copy]->queue.abandon();
  for (const PendingPackPtr& pending : uploaders_[copy]->take_back_all()) settle(*pending, copy);
}

void BlobWriter::run_uploader(std::size_t copy) {
  Uploader& uploader = *uploaders_[copy];
  Copies& copies = repository_.copies();
  while (std::optional<PendingPackPtr> pending = uploader.queue.pop()) {
    if (copies.healthy(copy)) {
      const Timed timed(counters_->upload);
      const FinishedPack& pack = (*pending)->pack;
      const Status stored = copies.put_on(copy, object_name(FileKind::kPack, pack.id), pack.bytes());
      if (!stored && copies.healthy_count() == 0) fail_with(stored.error());
    }
    uploader.uploaded_bytes += (*pending)->pack.bytes().size();
    settle(**pending, copy);
    uploader.take_back(*pending);
  }
}

// One copy is done with a pack, well or not; the last one makes it known to the index.
void BlobWriter::settle(PendingPack& pending, std::size_t copy) {
  const std::uint64_t bit = 1ULL << copy;
  const std::uint64_t before = pending.awaited.fetch_and(~bit);
  if (before != bit) return;
  std::vector<IndexedPack> ready;
  {
    const std::scoped_lock lock(mutex_);
    indexable_blobs_ += pending.pack.blobs.size();
    indexable_.push_back({pending.pack.id, std::move(pending.pack.blobs), std::nullopt});
    if (indexable_blobs_ < options_.blobs_per_index_file) return;
    ready.swap(indexable_);
    indexable_blobs_ = 0;
  }
  const Status written = write_index(ready);
  if (!written) fail_with(written.error());
}

Status BlobWriter::write_index(const std::vector<IndexedPack>& packs) {
  if (packs.empty()) return {};
  const Bytes stored = encode_unpacked(repository_.key(), encode_index(packs), Compress::kYes);
  counters_->stored += stored.size();
  ++counters_->objects;
  return repository_.copies().put_everywhere(object_name(FileKind::kIndex, sha256(stored)), stored);
}

// Few, fuller packs out of what the lanes left open.
Status BlobWriter::flush_leftovers() {
  for (auto& leftovers : leftovers_) {
    PackBuilder merged;
    for (PackBuilder& builder : leftovers) {
      merged.absorb(std::move(builder));
      if (merged.size_bytes() >= options_.pack_target_bytes) TRY(submit(merged.finish(repository_.key())));
    }
    leftovers.clear();
    if (!merged.empty()) TRY(submit(merged.finish(repository_.key())));
  }
  return {};
}

Status BlobWriter::finish(const UploadWatcher& watch) {
  watch_ = watch;
  expected_bytes_ = counters_->packed;
  for (const auto& leftovers : leftovers_) {
    for (const PackBuilder& builder : leftovers) expected_bytes_ += builder.size_bytes();
  }
  tell_watcher();
  TRY(flush_leftovers());
  for (auto& uploader : uploaders_) uploader->queue.close();
  wait_for_uploads();
  TRY(first_failure());
  TRY(write_index(indexable_));
  if (notes_reuse_) protect_reused(repository_.copies(), reused_.packs());
  return {};
}

// As patient with a copy that is the last one at work as with one that fills its queue.
void BlobWriter::wait_for_uploads() {
  for (std::size_t copy = 0; copy < uploaders_.size(); ++copy) {
    Uploader& uploader = *uploaders_[copy];
    while (!uploader.idle() && repository_.copies().healthy(copy)) {
      {
        std::unique_lock lock(uploader.mutex);
        uploader.changed.wait_for(lock, kLook, [&] { return uploader.outstanding.empty(); });
      }
      tell_watcher();
      if (!uploader.idle()) look_at_pace(copy);
    }
    settle_all(copy);
  }
  tell_watcher();
}

void BlobWriter::tell_watcher() const {
  if (!watch_) return;
  UploadProgress progress;
  progress.total_bytes = std::max<std::uint64_t>(expected_bytes_, counters_->packed);
  progress.uploaded_bytes = progress.total_bytes;
  for (std::size_t copy = 0; copy < uploaders_.size(); ++copy) {
    if (!repository_.copies().healthy(copy)) continue;
    progress.uploaded_bytes =
        std::min<std::uint64_t>(progress.uploaded_bytes, uploaders_[copy]->uploaded_bytes);
  }
  watch_(progress);
}

Status BlobWriter::first_failure() const {
  const std::scoped_lock lock(mutex_);
  if (failure_) return fail(*failure_);
  return {};
}

void BlobWriter::fail_with(const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (!failure_) failure_ = error;
}

WriteTotals BlobWriter::totals() const {
  const auto seconds = [](const std::atomic<std::int64_t>& nanoseconds) {
    return static_cast<double>(nanoseconds) / 1e9;
  };
  return {counters_->data_blobs,    counters_->tree_blobs,      counters_->plain_new,
          counters_->plain_reused,  counters_->stored,          counters_->objects,
          seconds(counters_->hash), seconds(counters_->encode), seconds(counters_->pack),
          seconds(counters_->wait), seconds(counters_->upload)};
}

StreamWriter::StreamWriter(BlobWriter::Lane& lane, const ChunkSizes& sizes, HashWhole hash_whole)
    : lane_(lane), sizes_(sizes), buffer_bytes_(std::max<std::size_t>(sizes.max_bytes, 256U << 10)) {
  if (hash_whole == HashWhole::kYes) hash_.emplace();
}

Status StreamWriter::write(ByteView bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), buffer_bytes_ - buffer_.size());
    append(buffer_, bytes.first(count));
    bytes = bytes.subspan(count);
    if (buffer_.size() == buffer_bytes_) TRY(cut(false));
  }
  return {};
}

// Stores the chunks at the front of the buffer; all of it at the end, otherwise as long as
// what is left is enough to find a cut in.
Status StreamWriter::cut(bool at_end) {
  ByteView rest = buffer_;
  while (at_end ? !rest.empty() : rest.size() >= sizes_.max_bytes) {
    const ByteView chunk = rest.first(next_chunk(lane_.writer().gear_table(), sizes_, rest));
    file_.content.push_back(TRY(lane_.store(chunk)));
    rest = rest.subspan(chunk.size());
  }
  const std::size_t consumed = buffer_.size() - rest.size();
  if (hash_) hash_->update(ByteView(buffer_).first(consumed));
  file_.bytes += consumed;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(consumed));
  return {};
}

Result<StoredFile> StreamWriter::finish() {
  TRY(cut(true));
  if (hash_) file_.sha256 = hash_->finish();
  file_.content.shrink_to_fit();
  return std::move(file_);
}

}  // namespace skyhold
