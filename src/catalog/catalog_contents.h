// All that recover needs of a catalog, as values and as one JSON text.
//
//   {"format":"skyhold-catalog","version":1,"written_by":"0.1.0","written_at":"…",
//   "values":[
//   {"key":"instance_id","value":"…"}],
//   "projects":[
//   {…},
//   {…}],
//   "branches":[…],"schedules":[…],"backups":[…],"verifications":[…]}
//
// One line a record, so that what did not change between two dumps deduplicates. Secrets are
// as wrapped as in the catalog. Left out: backups that run or are deleted, sizes, runs.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "catalog/catalog.h"

namespace skyhold {

struct CatalogContents {
  static constexpr int kVersion = 1;

  Instant written_at;
  std::vector<std::pair<std::string, std::string>> values;
  std::vector<Project> projects;
  std::vector<Branch> branches;
  std::vector<Schedule> schedules;
  std::vector<BackupRecord> backups;                                         // with copies
  std::vector<std::pair<std::string, Catalog::Verification>> verifications;  // by project
};

Bytes encode_contents(const CatalogContents& contents);
// kCorrupt for what is no such text, or holds what may not be stored; kUnsupported for a newer version.
Result<CatalogContents> decode_contents(ByteView json);

}  // namespace skyhold
