#include "operations/verify/copy_check.h"

#include <fmt/format.h>

#include "crypto/hash.h"
#include "operations/verify/pack_check.h"
#include "repository/key_file.h"
#include "repository/pack.h"
#include "repository/unpacked_file.h"

namespace skyhold {
namespace {

constexpr std::size_t kMaxFindings = 1000;

}  // namespace

CopyCheck::CopyCheck(ObjectStorePtr store, const VerifyOptions& options, IndexCache& cache,
                     const CancelToken& cancel)
    : store_(std::move(store)), options_(options), cache_(cache), cancel_(cancel) {
  report_.location = store_->location();
}

void CopyCheck::add_finding(std::string object, std::string problem) {
  const std::scoped_lock lock(mutex_);
  if (report_.findings.size() + 1 < kMaxFindings) {
    report_.findings.push_back({std::move(object), std::move(problem)});
  } else {
    ++findings_left_out_;
  }
}

CopyReport CopyCheck::take_report() {
  const std::scoped_lock lock(mutex_);
  if (findings_left_out_ > 0) {
    report_.findings.push_back({"", fmt::format("and {} more problems", findings_left_out_)});
  }
  report_.good = report_.findings.empty();
  report_.bytes_read = bytes_read_;
  return std::move(report_);
}

Status CopyCheck::open() {
  if (options_.master_key == nullptr) return {};
  auto opened = Repository::open({store_}, *options_.master_key);
  if (opened) {
    repository_ = std::move(*opened);
    return {};
  }
  open_error_ = opened.error();
  usable_ = false;
  add_finding("", fmt::format("cannot be opened: {}", open_error_->message));
  return {};
}

// Snapshots first, packs last: what a running backup has made visible by then is complete.
Status CopyCheck::list() {
  for (const FileKind kind : {FileKind::kSnapshot, FileKind::kIndex, FileKind::kKey, FileKind::kPack}) {
    TRY(cancel_.check());
    if (!usable_) return {};
    const Status listed = list_kind(kind);
    if (listed) continue;
    add_finding("", fmt::format("{} cannot be listed: {}", directory_of(kind), listed.error().message));
    usable_ = false;
  }
  const Result<ObjectInfo> config = store_->stat(kConfigName);
  if (config) {
    objects_.emplace(kConfigName, config->size_bytes);
  } else {
    add_finding(std::string(kConfigName), config.error().message);
  }
  for (const auto& [name, size_bytes] : objects_) {
    ++report_.objects;
    report_.bytes += size_bytes;
  }
  return {};
}

Status CopyCheck::list_kind(FileKind kind) {
  return store_->list(directory_of(kind), [&](const ObjectInfo& object) -> Status {
    // Other programs leave temporary files there.
    if (id_of_object(kind, object.name)) objects_.emplace(object.name, object.size_bytes);
    return {};
  });
}

Status CopyCheck::check_small_files() {
  if (!usable_) return {};
  const auto read_key_file = [](const Id&, ByteView stored) -> Status {
    TRY(decode_key_file(stored));
    return {};
  };
  TRY(check_kind(FileKind::kKey, read_key_file));
  TRY(check_kind(FileKind::kSnapshot,
                 [this](const Id& id, ByteView stored) { return read_snapshot(id, stored); }));
  return check_kind(FileKind::kIndex,
                    [this](const Id& id, ByteView stored) { return read_index_file(id, stored); });
}

Status CopyCheck::check_kind(FileKind kind, const std::function<Status(const Id&, ByteView)>& check) {
  const std::string directory(directory_of(kind));
  for (auto at = objects_.lower_bound(directory); at != objects_.end() && at->first.starts_with(directory);
       ++at) {
    TRY(cancel_.check());
    const Id id = TRY(id_of_object(kind, at->first));
    if (kind == FileKind::kSnapshot) ++report_.snapshots;
    const Status checked = check_small_file(at->first, id, check);
    if (!checked) add_finding(at->first, checked.error().message);
  }
  return {};
}

Status CopyCheck::check_small_file(const std::string& name, const Id& id,
                                   const std::function<Status(const Id&, ByteView)>& check) {
  const Result<Bytes> stored = store_->get(name);
  if (!stored) {
    // Without a lock, forget or prune may take a file away under us.
    if (repository_ == nullptr && stored.error().code == ErrorCode::kNotFound) return {};
    return fail(stored.error());
  }
  bytes_read_ += stored->size();
  if (sha256(*stored) != id) return fail(ErrorCode::kCorrupt, "content does not match its name");
  return check(id, *stored);
}

Status CopyCheck::read_snapshot(const Id& id, ByteView stored) {
  if (repository_ == nullptr) return {};
  const Bytes json = TRY(decode_unpacked(repository_->key(), stored));
  snapshots_.push_back(TRY(decode_snapshot(id, json)));
  return {};
}

Status CopyCheck::read_index_file(const Id& id, ByteView stored) {
  if (repository_ == nullptr) return {};
  TRY(cache_.file(id, [&] { return decode_unpacked(repository_->key(), stored); }));
  index_files_.push_back(id);  // ascending, for objects_ is ordered
  return {};
}

Status CopyCheck::check_snapshots() {
  if (!usable_ || repository_ == nullptr) return {};
  table_ = cache_.table(index_files_);
  for (const VerifyFinding& finding : table_->findings) add_finding(finding.object, finding.problem);
  check_indexed_packs();
  TreeWalk walk(*this);
  for (const Snapshot& snapshot : snapshots_) {
    walked_ = object_name(FileKind::kSnapshot, snapshot.id);
    TRY(walk.from(snapshot.tree, cancel_));
  }
  return {};
}

std::uint64_t CopyCheck::size_of(const Id& pack) const {
  const auto found = objects_.find(object_name(FileKind::kPack, pack));
  return found == objects_.end() ? 0 : found->second;
}

void CopyCheck::check_indexed_packs() {
  for (const auto& [id, pack] : table_->packs) {
    const std::string name = object_name(FileKind::kPack, id);
    const std::uint64_t expected = pack_file_bytes(pack->blobs);
    const auto found = objects_.find(name);
    if (found == objects_.end()) {
      missing_packs_.insert(name);
    } else if (found->second != expected) {
      add_finding(name, fmt::format("has {} bytes, {} by the index", found->second, expected));
    }
  }
  const std::string directory(directory_of(FileKind::kPack));
  for (auto at = objects_.lower_bound(directory); at != objects_.end() && at->first.starts_with(directory);
       ++at) {
    const Result<Id> id = id_of_object(FileKind::kPack, at->first);
    if (id && !table_->packs.contains(*id)) ++report_.unreferenced_packs;
  }
}

Result<Tree> CopyCheck::load(const Id& tree) {
  const auto location = table_->blobs.find({BlobType::kTree, tree});
  if (!location) return fail(ErrorCode::kNotFound, "in no index");
  const Bytes stored = TRY(store_->get_range(object_name(FileKind::kPack, location->pack),
                                             location->blob.offset, location->blob.length));
  if (!options_.read_data) bytes_read_ += stored.size();  // else it is counted with its pack
  const Bytes json = TRY(decode_blob(repository_->key(), location->blob, stored));
  return decode_tree(json);
}

Status CopyCheck::needs(const BlobHandle& blob) {
  if (table_->blobs.contains(blob) || !missing_blobs_.insert(blob).second) return {};
  add_finding(walked_,
              fmt::format("needs {} {}, which {}",
                          blob.type == BlobType::kTree ? "directory listing" : "blob", blob.id.hex(),
                          table_->marked_blobs.contains(blob)
                              ? "lies only in packs that are marked for deletion; prune recovers them"
                              : "is in no index"));
  return {};
}

Status CopyCheck::broken(const Id& tree, const Error& error) {
  const auto location = table_->blobs.find({BlobType::kTree, tree});
  if (!location) return {};  // needs() has told
  const std::string pack = object_name(FileKind::kPack, location->pack);
  if (missing_packs_.contains(pack)) return {};
  add_finding(pack, fmt::format("directory listing {}, which {} needs, cannot be read: {}", tree.hex(),
                                walked_, error.message));
  return {};
}

std::vector<Id> CopyCheck::packs_to_read() const {
  std::vector<Id> packs;
  if (!usable_ || !options_.read_data) return packs;
  const std::string directory(directory_of(FileKind::kPack));
  for (auto at = objects_.lower_bound(directory); at != objects_.end() && at->first.starts_with(directory);
       ++at) {
    const Result<Id> id = id_of_object(FileKind::kPack, at->first);
    // What no index names, nothing reads.
    if (!id || !options_.share.holds(*id)) continue;
    if (table_ == nullptr || table_->packs.contains(*id)) packs.push_back(*id);
  }
  return packs;
}

Status CopyCheck::read_pack(const Id& id) {
  TRY(cancel_.check());
  const std::string name = object_name(FileKind::kPack, id);
  const Result<Bytes> pack = store_->get(name);
  if (!pack) {
    if (repository_ != nullptr || pack.error().code != ErrorCode::kNotFound)
      add_finding(name, pack.error().message);
    return {};
  }
  bytes_read_ += pack->size();
  Status checked = check_pack_name(id, *pack);
  if (checked && table_ != nullptr) {
    checked = check_pack_content(repository_->key(), table_->packs.at(id)->blobs, *pack);
  }
  if (!checked) add_finding(name, checked.error().message);
  return {};
}

}  // namespace skyhold
