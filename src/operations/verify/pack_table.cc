#include "operations/verify/pack_table.h"

#include <algorithm>

#include "repository/names.h"

namespace skyhold {
namespace {

void join(PackTable& table, const IndexedPack& pack) {
  const auto [known, added] = table.packs.emplace(pack.id, &pack);
  if (added) {
    table.blobs.add_pack(pack.id, pack.blobs);
  } else if (!same_blobs(in_pack_order(known->second->blobs), in_pack_order(pack.blobs))) {
    table.findings.push_back(
        {object_name(FileKind::kPack, pack.id), "two index files tell different things of this pack"});
  }
}

}  // namespace

Result<IndexFilePtr> IndexCache::file(const Id& id, const std::function<Result<Bytes>()>& json) {
  {
    const std::scoped_lock lock(mutex_);
    const auto known = files_.find(id);
    if (known != files_.end()) return known->second;
  }
  const Bytes text = TRY(json());
  auto packs = std::make_shared<const std::vector<IndexedPack>>(TRY(decode_index(text)));
  const std::scoped_lock lock(mutex_);
  return files_.emplace(id, std::move(packs)).first->second;
}

std::shared_ptr<const PackTable> IndexCache::table(const std::vector<Id>& files) {
  const std::scoped_lock lock(mutex_);
  auto& table = tables_[files];
  if (table != nullptr) return table;
  auto made = std::make_shared<PackTable>();
  for (const Id& id : files) made->files.push_back(files_.at(id));
  for (const IndexFilePtr& file : made->files) {
    for (const IndexedPack& pack : *file) {
      if (!pack.marked_at) join(*made, pack);
    }
  }
  for (const IndexFilePtr& file : made->files) {
    for (const IndexedPack& pack : *file) {
      if (!pack.marked_at || made->packs.contains(pack.id)) continue;
      if (made->marked.emplace(pack.id, &pack).second) made->marked_blobs.add_pack(pack.id, pack.blobs);
    }
  }
  table = std::move(made);
  return table;
}

std::vector<PackedBlob> in_pack_order(std::vector<PackedBlob> blobs) {
  std::sort(blobs.begin(), blobs.end(),
            [](const PackedBlob& a, const PackedBlob& b) { return a.offset < b.offset; });
  return blobs;
}

bool same_blobs(const std::vector<PackedBlob>& a, const std::vector<PackedBlob>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const PackedBlob& one, const PackedBlob& other) {
                      return one.handle == other.handle && one.offset == other.offset &&
                             one.length == other.length && one.raw_length == other.raw_length;
                    });
}

}  // namespace skyhold
