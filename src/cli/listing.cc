#include "cli/listing.h"

#include <algorithm>
#include <bit>

namespace skyhold {
namespace {

ListedSnapshot listed(Repository& repository, Snapshot snapshot) {
  ListedSnapshot result;
  result.snapshot = std::move(snapshot);
  const auto manifest = repository.load_manifest(result.snapshot);
  if (manifest) {
    result.facts = facts_of(*manifest);
  } else if (manifest.error().code == ErrorCode::kNotFound && result.snapshot.tag("kind").empty()) {
    result.foreign = true;
  } else {
    result.damage = manifest.error().message;
  }
  return result;
}

}  // namespace

BackupFacts facts_of(const Manifest& manifest) {
  BackupFacts facts;
  facts.branch = manifest.branch;
  facts.kind = manifest.kind;
  facts.note = manifest.note;
  facts.tables = manifest.tables.size();
  facts.rows = manifest.table_rows();
  facts.table_bytes = manifest.table_bytes();
  facts.files = manifest.filestore.files.size();
  facts.file_bytes = manifest.filestore.bytes;
  facts.missing_files = manifest.filestore.missing.size();
  return facts;
}

std::uint64_t SnapshotListing::damaged() const {
  const auto bad =
      std::count_if(snapshots.begin(), snapshots.end(), [](const auto& s) { return !s.damage.empty(); });
  return static_cast<std::uint64_t>(bad) + unreadable.size();
}

Result<SnapshotListing> gather_listing(Repository& repository, const CancelToken& cancel) {
  SnapshotListing listing;
  listing.project = repository.project();
  listing.repository_id = repository.config().id.hex();
  std::vector<Snapshot> snapshots = TRY(repository.snapshots(&listing.unreadable));
  TRY(repository.load_index());
  const std::map<Id, std::uint64_t> in_copies = repository.copies().list_everywhere(FileKind::kSnapshot);
  for (Snapshot& snapshot : snapshots) {
    TRY(cancel.check());
    const auto found = in_copies.find(snapshot.id);
    const int copies = found == in_copies.end() ? 0 : std::popcount(found->second);
    listing.snapshots.push_back(listed(repository, std::move(snapshot)));
    listing.snapshots.back().copies = static_cast<std::uint64_t>(copies);
  }
  for (std::size_t copy = 0; copy < repository.copies().size(); ++copy) {
    listing.copies.push_back({repository.copies().store(copy).location(), repository.copies().failure(copy)});
  }
  return listing;
}

}  // namespace skyhold
