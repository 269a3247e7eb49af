// The way of new blobs into every copy: hash, look up, compress, encrypt, prove, pack,
// upload; once for all copies.
//
//   lane ──┐  each lane belongs to one producer and fills its own pack, so that the
//   lane ──┼─► pack ─► bounded queue per copy ─► uploader per copy     blobs of one table
//   lane ──┘                                                            lie side by side
//
// All work but the uploads happens in the producers' threads. Index files are written when
// the packs that they name lie in every healthy copy. Memory: a pack (16 to 24 MiB) a lane,
// and at most four packs on their way to the copies.
//
// A copy that lacks packs which another copy has is left out from the start, and one that
// holds the others up for too long from then on: both are to be completed by a mend. The
// snapshot must not become visible there before.
//
// Where a copy's store keeps its objects from deletion for a time, the packs in which blobs
// were found again are kept anew before finish() returns (repository/retention.h). Each lane
// notes its own; where no store does that, none does.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <vector>

#include "crypto/hash.h"
#include "io/byte_stream.h"
#include "repository/chunker.h"
#include "repository/handle_table.h"
#include "repository/pack.h"
#include "repository/repository.h"
#include "repository/retention.h"

namespace skyhold {

struct BlobWriterOptions {
  int compression_level = 1;
  std::size_t pack_target_bytes = kPackTargetBytes;
  std::size_t blobs_per_index_file = 50'000;
  // For how long in all the other copies wait for a slow one, before it is left behind.
  std::chrono::milliseconds slow_copy_patience{10'000};
};

// What went in. All numbers are for one copy.
struct WriteTotals {
  std::uint64_t data_blobs_new = 0;
  std::uint64_t tree_blobs_new = 0;
  std::uint64_t plain_bytes_new = 0;
  std::uint64_t plain_bytes_reused = 0;
  std::uint64_t stored_bytes_new = 0;  // packs and index files
  std::uint64_t objects_new = 0;       // of these
  double hash_seconds = 0;             // summed over threads, as are all that follow
  double encode_seconds = 0;           // compress, encrypt, prove
  double pack_seconds = 0;             // header and name of packs
  double wait_seconds = 0;             // producers waiting for a slow copy
  double upload_seconds = 0;
};

// How far the copy has come that is furthest behind, of those that are written to. Grows by whole packs.
struct UploadProgress {
  std::uint64_t uploaded_bytes = 0;
  std::uint64_t total_bytes = 0;
};
using UploadWatcher = std::function<void(const UploadProgress&)>;

class BlobWriter {
 public:
  class Lane;

  // Looks at which packs every healthy copy really has: only their blobs are reused. A copy
  // that lacks packs is marked failed (kDegraded) if another one has them all.
  // The index must have been loaded, and a shared lock must be held until the snapshot is
  // written.
  static Result<std::unique_ptr<BlobWriter>> start(Repository& repository, const BlobWriterOptions& options);
  ~BlobWriter();  // abandons what was not finished
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  // Thread-safe. Lanes must be gone before finish().
  std::unique_ptr<Lane> open_lane(BlobType type);
  // Uploads what is left, writes the index and keeps from deletion what is used again. The
  // snapshot may be written afterwards. `watch` is told many times a second, in this thread.
  Status finish(const UploadWatcher& watch = {});
  [[nodiscard]] WriteTotals totals() const;
  [[nodiscard]] const GearTable& gear_table() const { return gear_table_; }

 private:
  struct PendingPack {
    FinishedPack pack;
    std::atomic<std::uint64_t> awaited{0};  // a bit for each copy that is not done with it
  };
  struct Claim {
    BlobHandle handle;
  };
  using PendingPackPtr = std::shared_ptr<PendingPack>;
  struct Uploader;
  struct Counters;

  BlobWriter(Repository& repository, const BlobWriterOptions& options);
  Status find_incomplete_packs();
  void leave_out_incomplete_copies(const std::vector<std::uint64_t>& lacking);
  void run_uploader(std::size_t copy);
  void offer(std::size_t copy, const PendingPackPtr& pending);
  [[nodiscard]] bool holds_others_up(std::size_t copy) const;
  void look_at_pace(std::size_t copy);
  void settle_all(std::size_t copy);
  void settle(PendingPack& pending, std::size_t copy);
  void wait_for_uploads();
  void tell_watcher() const;
  Status write_index(const std::vector<IndexedPack>& packs);
  Status submit(FinishedPack pack);
  Status flush_leftovers();
  [[nodiscard]] std::optional<Id> pack_that_holds(const BlobHandle& handle) const;
  bool claim(const BlobHandle& handle);
  void close_lane(PackBuilder builder, BlobType type, ReusedPacks& reused);
  Status first_failure() const;
  void fail_with(const Error& error);

  Repository& repository_;
  const BlobWriterOptions options_;
  const GearTable gear_table_;
  std::unordered_set<Id> incomplete_packs_;
  bool notes_reuse_ = false;  // a copy's store wants to know
  std::unique_ptr<Counters> counters_;
  std::vector<std::unique_ptr<Uploader>> uploaders_;
  std::mutex submit_mutex_;           // one pack at a time is offered to the copies
  UploadWatcher watch_;               // while finish() runs
  std::uint64_t expected_bytes_ = 0;  // of all packs, known by then

  mutable std::mutex mutex_;
  HandleTable<Claim> claimed_;
  std::vector<PackBuilder> leftovers_[2];  // by type, open packs that no lane fills now
  ReusedPacks reused_;                     // of the lanes that were closed
  std::vector<IndexedPack> indexable_;
  std::size_t indexable_blobs_ = 0;
  std::optional<Error> failure_;
};

// One producer's way in. Not thread-safe.
class BlobWriter::Lane {
 public:
  Lane(BlobWriter& writer, BlobType type, PackBuilder builder)
      : writer_(writer), type_(type), builder_(std::move(builder)) {}
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // The blob's id. It is stored once, however often it comes.
  Result<Id> store(ByteView plain);
  // Whether every healthy copy held all blobs of a file when the writer started, so that it
  // need not be read again.
  bool take_over(const std::vector<Id>& content);
  [[nodiscard]] BlobWriter& writer() { return writer_; }

 private:
  bool reuse(const BlobHandle& handle);

  BlobWriter& writer_;
  const BlobType type_;
  PackBuilder builder_;
  ReusedPacks reused_;
};

struct StoredFile {
  std::vector<Id> content;
  std::uint64_t bytes = 0;
  Id sha256;
};

// A file that comes as a stream: cut into chunks, each stored. Not thread-safe.
class StreamWriter final : public ByteSink {
 public:
  enum class HashWhole { kNo, kYes };
  StreamWriter(BlobWriter::Lane& lane, const ChunkSizes& sizes, HashWhole hash_whole);
  Status write(ByteView bytes) override;
  // StoredFile::sha256 is null without HashWhole::kYes.
  Result<StoredFile> finish();

 private:
  Status cut(bool at_end);

  BlobWriter::Lane& lane_;
  const ChunkSizes sizes_;
  const std::size_t buffer_bytes_;
  Bytes buffer_;
  std::optional<Sha256> hash_;
  StoredFile file_;
};

}  // namespace skyhold
