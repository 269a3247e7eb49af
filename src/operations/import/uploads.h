// What people upload, until it is imported: in one of the stores, sealed, never on the service's own disk.
//
//   _uploads/<id>/head                 JSON, wrapped by the master key: who, what, how large, the key of the
//   pieces _uploads/<id>/<offset, 16 digits>  encrypt(key, offset (8, little-endian) || bytes): see
//   crypto/cipher.h
//
// A piece holds up to 8 MiB. One that a broken connection cut short is a piece as well, so that
// nothing that came is sent twice. Because the stores hold it, an upload outlives the process that takes it,
// any worker can read it, and read it again.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "crypto/cipher.h"
#include "crypto/master_key.h"
#include "io/byte_stream.h"
#include "stores/object_store.h"

namespace skyhold {

struct Upload {
  std::string id;  // "up_…"
  std::string project;
  std::string file_name;
  std::uint64_t size_bytes = 0;
  std::uint64_t received_bytes = 0;
  std::string created_by;
  Instant created_at;

  [[nodiscard]] bool complete() const { return received_bytes == size_bytes; }
};

// Thread-safe.
class Uploads {
 public:
  static constexpr std::chrono::hours kLifetime{48};
  static constexpr std::size_t kPieceBytes = std::size_t{8} << 20;
  static constexpr std::uint64_t kMostUploadBytes = std::uint64_t{16} << 40;

  // Goes to the first of `stores` (their roots) that takes it, and is looked for in all. `master_key` and
  // `clock` outlive it.
  Uploads(std::vector<ObjectStorePtr> stores, const MasterKey& master_key, const Clock& clock)
      : stores_(std::move(stores)), master_key_(master_key), clock_(clock) {}

  // Of `upload` the id, what was received and the time are set here. kInvalidArgument for a name or
  // size that cannot be.
  Result<Upload> begin(Upload upload);
  // kNotFound: there is none of this id in this project, or it is over.
  Result<Upload> find(std::string_view project, std::string_view id);
  // The project's that are not over, complete or not, newest first. One listing of all pieces of all
  // projects in these stores.
  Result<std::vector<Upload>> list(std::string_view project);
  // kBusy unless `offset` is how much there is: somebody else sends as well, or the caller is mistaken.
  // kInvalidArgument for more bytes than were announced. What came before an error is kept.
  Result<Upload> receive(std::string_view project, std::string_view id, std::uint64_t offset,
                         ByteSource& bytes);
  // From its beginning; it must be complete (kInvalidArgument). kCorrupt for a damaged piece.
  Result<std::unique_ptr<ByteSource>> open(std::string_view project, std::string_view id);
  Status remove(std::string_view project, std::string_view id);
  // Removes those whose time is over.
  Status sweep();

 private:
  struct Found;
  Result<Found> look(std::string_view project, std::string_view id);
  Result<Found> find_head(std::string_view project, std::string_view id);
  Result<Found> read_head(const ObjectStorePtr& store, std::string_view id);
  [[nodiscard]] bool is_over(const Upload& upload) const;

  const std::vector<ObjectStorePtr> stores_;
  const MasterKey& master_key_;
  const Clock& clock_;
};

}  // namespace skyhold
