// A snapshot file: the root of one backup.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"

namespace skyhold {

// restic 0.17 and later show these; older ones ignore them.
struct SnapshotSummary {
  Instant backup_start;
  Instant backup_end;
  std::uint64_t files_new = 0;
  std::uint64_t files_unmodified = 0;
  std::uint64_t data_blobs = 0;         // new ones
  std::uint64_t tree_blobs = 0;         // new ones
  std::uint64_t data_added = 0;         // plaintext bytes of new blobs
  std::uint64_t data_added_packed = 0;  // stored bytes of new blobs
  std::uint64_t total_files_processed = 0;
  std::uint64_t total_bytes_processed = 0;
};

struct Snapshot {
  Id id;  // of the file: the SHA-256 of its stored bytes; not inside it
  Instant time;
  Id tree;
  std::optional<Id> parent;
  std::vector<std::string> paths;  // one: "/<project>/<branch>"; restic's forget groups by it
  std::string hostname;            // "skyhold"; restic's forget groups by it
  std::string username;
  std::vector<std::string> tags;  // "project:…", "branch:…", "kind:…"
  std::string program_version;    // "skyhold 0.1.0"
  std::optional<SnapshotSummary> summary;

  // The value of the first tag "key:value"; empty when there is none.
  [[nodiscard]] std::string tag(std::string_view key) const;
};

Bytes encode_snapshot(const Snapshot& snapshot);  // JSON
Result<Snapshot> decode_snapshot(const Id& id, ByteView json);

}  // namespace skyhold
