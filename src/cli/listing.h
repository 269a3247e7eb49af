// What `repo list` gathers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "repository/repository.h"

namespace skyhold {

// The part of a manifest that a list shows.
struct BackupFacts {
  std::string branch;
  BackupKind kind = BackupKind::kManual;
  std::string note;
  std::uint64_t tables = 0;
  std::uint64_t rows = 0;
  std::uint64_t table_bytes = 0;
  std::uint64_t files = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t missing_files = 0;  // at the source
};

BackupFacts facts_of(const Manifest& manifest);

struct ListedSnapshot {
  Snapshot snapshot;
  std::optional<BackupFacts> facts;  // none: see below
  bool foreign = false;              // has no manifest: another program made it
  std::string damage;                // why its manifest cannot be read
  std::uint64_t copies = 0;          // stores that have its snapshot file
};

struct ListedCopy {
  std::string location;
  std::optional<Error> failure;
};

struct SnapshotListing {
  std::string project;
  std::string repository_id;
  std::vector<ListedSnapshot> snapshots;  // oldest first
  std::vector<std::string> unreadable;    // snapshot files that no copy has right
  std::vector<ListedCopy> copies;

  [[nodiscard]] std::uint64_t damaged() const;  // snapshots that cannot be relied on
};

Result<SnapshotListing> gather_listing(Repository& repository, const CancelToken& cancel);

}  // namespace skyhold
