// One copy, judged as if it were the only one.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_set>

#include "operations/verify/pack_table.h"
#include "repository/repository.h"
#include "repository/tree_walk.h"

namespace skyhold {

// Call in the order of the declarations; each returns an error only when cancelled. Once a
// copy cannot be listed or opened it is not usable() and the rest does nothing.
class CopyCheck final : private TreeVisitor {
 public:
  CopyCheck(ObjectStorePtr store, const VerifyOptions& options, IndexCache& cache, const CancelToken& cancel);

  // With a key: the key files and config. Its error is a finding already.
  Status open();
  Status list();
  Status check_small_files();
  // With a key.
  Status check_snapshots();
  // Packs to be read whole, by name; none unless asked for.
  [[nodiscard]] std::vector<Id> packs_to_read() const;
  Status read_pack(const Id& id);  // thread-safe

  // Thread-safe.
  void add_finding(std::string object, std::string problem);
  CopyReport take_report();

  [[nodiscard]] bool usable() const { return usable_; }
  [[nodiscard]] const ObjectStorePtr& store() const { return store_; }
  [[nodiscard]] const std::optional<Error>& open_error() const { return open_error_; }
  [[nodiscard]] const Repository* repository() const { return repository_.get(); }
  [[nodiscard]] bool has_object(const std::string& name) const { return objects_.contains(name); }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& objects() const {
    return objects_;
  }  // name, size
  [[nodiscard]] std::uint64_t size_of(const Id& pack) const;
  // Names that were found to be in the index and not in data/.
  [[nodiscard]] const std::set<std::string>& missing_packs() const { return missing_packs_; }

 private:
  Status list_kind(FileKind kind);
  Status check_kind(FileKind kind, const std::function<Status(const Id&, ByteView)>& check);
  Status check_small_file(const std::string& name, const Id& id,
                          const std::function<Status(const Id&, ByteView)>& check);
  Status read_snapshot(const Id& id, ByteView stored);
  Status read_index_file(const Id& id, ByteView stored);
  void check_indexed_packs();

  Result<Tree> load(const Id& tree) override;
  Status needs(const BlobHandle& blob) override;
  Status broken(const Id& tree, const Error& error) override;

  const ObjectStorePtr store_;
  const VerifyOptions& options_;
  IndexCache& cache_;
  const CancelToken& cancel_;

  bool usable_ = true;
  std::unique_ptr<Repository> repository_;
  std::optional<Error> open_error_;
  std::map<std::string, std::uint64_t> objects_;
  std::vector<Snapshot> snapshots_;
  std::vector<Id> index_files_;
  std::shared_ptr<const PackTable> table_;
  std::set<std::string> missing_packs_;
  std::unordered_set<BlobHandle> missing_blobs_;
  std::string walked_;  // the snapshot whose trees are read now

  std::atomic<std::uint64_t> bytes_read_{0};
  std::mutex mutex_;  // of what follows
  CopyReport report_;
  std::uint64_t findings_left_out_ = 0;
};

}  // namespace skyhold
