// Reads of packs, joined: what lies next to the wanted bytes and will be wanted soon comes
// in the same request. A store behind a network answers late, and a backup has hundreds of
// small tables and directories.
//
//   pack  ├──a──┼──b──┼────────x────────┼─c─┼──…    a is asked for; b and c are expected
//         └───────── one request ───────────┘       b and c are then answered from memory
//
// Only what is expected is worth reading with: chunks of old backups lie scattered, and
// reading everything between them would multiply what a restore transfers. Directories are
// always expected, for they lie in packs of their own.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "repository/blob_index.h"
#include "repository/copies.h"

namespace skyhold {

// Thread-safe. Memory: 8 bytes an expected blob, and at most 64 MiB.
class ReadAhead {
 public:
  explicit ReadAhead(Copies& copies) : copies_(copies) {}

  // These blobs will be read.
  void expect(const std::vector<BlobLocation>& blobs);

  struct Range {
    Id pack;
    BlobType type = BlobType::kData;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint64_t pack_bytes = 0;  // of the whole pack
  };
  // As Copies::get_range().
  Result<Bytes> get_range(const Range& range, const std::function<Result<Bytes>(ByteView)>& accept);

 private:
  struct Span {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;

    [[nodiscard]] bool holds(const Span& other) const {
      return offset <= other.offset && other.offset + other.length <= offset + length;
    }
  };
  struct Window {
    Id pack;
    Span span;
    Bytes bytes;
  };
  using WindowPtr = std::shared_ptr<const Window>;

  [[nodiscard]] Span extend(const Range& range) const;
  WindowPtr find_or_claim(const Range& range, Span& claimed);
  WindowPtr find(const Id& pack, const Span& wanted);
  void release(const Id& pack, const Span& claimed, WindowPtr window);

  Copies& copies_;
  std::mutex mutex_;  // of all that follows
  std::unordered_map<Id, std::vector<std::pair<std::uint32_t, std::uint32_t>>> expected_;  // offset, length
  std::condition_variable released_;
  std::list<WindowPtr> windows_;  // last used first
  std::list<std::pair<Id, Span>> being_read_;
};

}  // namespace skyhold
