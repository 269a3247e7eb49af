// A project's repository, held as equal copies in several stores.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/cancel.h"
#include "crypto/cipher.h"
#include "crypto/master_key.h"
#include "io/byte_stream.h"
#include "model/manifest.h"
#include "repository/blob_index.h"
#include "repository/copies.h"
#include "repository/read_ahead.h"
#include "repository/snapshot.h"
#include "repository/tree.h"

namespace skyhold {

struct RepositoryConfig {
  int version = 2;
  Id id;
  std::string chunker_polynomial;  // hex; only restic's own chunker uses it
};

struct NewRepository {
  RepositoryConfig config;
  std::string recovery_password;  // opens the second key file; for the recovery kit
};

// Which copies' index files name a pack, and how large its file must be.
struct PackPresence {
  std::uint64_t copies = 0;  // a bit a copy
  std::uint64_t size_bytes = 0;
};

// Thread-safe once load_index() has returned, but for load_index() itself.
class Repository {
 public:
  // Makes the repository in every store. kAlreadyExists when one of them holds a
  // repository already: nothing is written then.
  static Result<NewRepository> init(const std::vector<ObjectStorePtr>& stores, const MasterKey& master_key,
                                    const std::string& project);
  // Opens with the platform's key file. Copies that do not answer are marked failed;
  // an error only when none does. kWrongKey when the master key wraps no key of this
  // repository; kInvalidArgument when the stores hold different repositories.
  static Result<std::unique_ptr<Repository>> open(const std::vector<ObjectStorePtr>& stores,
                                                  const MasterKey& master_key);
  // The password of the platform's key file, as restic wants it.
  static Result<std::string> platform_password(ObjectStore& store, const MasterKey& master_key);

  [[nodiscard]] const CipherKey& key() const { return key_; }
  [[nodiscard]] const RepositoryConfig& config() const { return config_; }
  [[nodiscard]] const std::string& project() const { return project_; }
  [[nodiscard]] Copies& copies() { return copies_; }
  [[nodiscard]] const BlobIndex& index() const { return index_; }

  // Every pack that an index names (after load_index()).
  [[nodiscard]] const std::unordered_map<Id, PackPresence>& packs() const { return pack_copies_; }

  // Reads every index file of every healthy copy. Needed before blobs are read.
  Status load_index();

  // Every snapshot that any healthy copy has, oldest first. Files that cannot be read
  // from any copy are named in `unreadable` (when given), or are an error.
  Result<std::vector<Snapshot>> snapshots(std::vector<std::string>* unreadable = nullptr);
  // By full id, unique prefix (4 digits or more), or "latest". kNotFound / kInvalidArgument
  // (ambiguous) with the candidates in the hint.
  Result<Snapshot> find_snapshot(const std::string& text);

  // Says that these files will be read, so that what lies close together comes in one
  // request.
  void expect_reads(const std::vector<Node>& files);
  // `length` bytes of a pack through `accept`, as Copies::get_range(), read ahead of what is
  // expected.
  Result<Bytes> read_pack(const Id& pack, BlobType type, std::uint64_t offset, std::uint64_t length,
                          const std::function<Result<Bytes>(ByteView)>& accept);

  // A blob's plaintext, checked, from whichever copy has it right.
  Result<Bytes> load_blob(const BlobHandle& handle);
  Result<Tree> load_tree(const Id& id);
  // The node at "database/schema.dump" below a snapshot's root. kNotFound.
  Result<Node> find_node(const Snapshot& snapshot, std::string_view path);
  Result<Manifest> load_manifest(const Snapshot& snapshot);
  // A whole small file; kNoSpace beyond max_bytes.
  Result<Bytes> read_small_file(const Node& file, std::uint64_t max_bytes);
  // A file's bytes as a stream, in reads of up to 4 MiB. The repository must outlive it.
  std::unique_ptr<ByteSource> open_file(const Node& file);

 private:
  explicit Repository(std::vector<ObjectStorePtr> stores) : copies_(std::move(stores)) {}

  Copies copies_;
  CipherKey key_;
  RepositoryConfig config_;
  std::string project_;
  BlobIndex index_;
  std::unordered_map<Id, PackPresence> pack_copies_;
  ReadAhead read_ahead_{copies_};
};

}  // namespace skyhold
