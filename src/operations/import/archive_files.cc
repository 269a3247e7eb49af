#include "operations/import/archive_files.h"

#include <algorithm>
#include <array>

namespace skyhold {

bool is_dump_entry(std::string_view name) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"dump.sql", "dump.dump", "dump.sql.gz", "dump.sql.zst", "dump.sql.bz2"});
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

ArchiveFiles::ArchiveFiles(std::unique_ptr<OpenedArchive> archive, std::optional<ArchiveEntry> first,
                           std::optional<std::vector<RequiredFile>> needed, ImportReport& report)
    : archive_(std::move(archive)), first_(std::move(first)), needed_(std::move(needed)), report_(report) {
  if (!needed_) return;
  for (const RequiredFile& file : *needed_) needed_names_.insert(as_bytes(file.name));
}

Result<std::optional<ArchiveEntry>> ArchiveFiles::next_entry() {
  if (!first_) return archive_->reader().next();
  std::optional<ArchiveEntry> entry = std::move(first_);
  first_.reset();
  return entry;
}

Result<std::optional<StreamedFile>> ArchiveFiles::next() {
  while (!at_end_) {
    auto entry = next_entry();
    if (!entry) return broken(std::move(entry).error());
    at_end_ = !entry->has_value();
    if (at_end_ || (*entry)->is_directory) continue;
    if ((*entry)->name == kManifestEntry && odoo_manifest_.empty()) {
      auto json = read_whole(archive_->reader(), kMaxManifestBytes, "the archive's manifest.json");
      if (!json) return broken(std::move(json).error());
      odoo_manifest_ = as_text(*json);
      continue;
    }
    if (auto name = wanted(**entry)) return StreamedFile{std::move(*name), (*entry)->size_bytes};
  }
  return std::nullopt;
}

Result<std::size_t> ArchiveFiles::read(MutableByteView out) {
  auto got = archive_->reader().read(out);
  if (!got) return broken(std::move(got).error());
  return got;
}

// Where it cannot be read on is a finding of the report, unless that is no fault of the archive.
tl::unexpected<Error> ArchiveFiles::broken(Error error) {
  if (error.code != ErrorCode::kCancelled && error.code != ErrorCode::kUnavailable)
    report_.add(ImportSeverity::kRefused, "broken_archive", error.message);
  return fail(std::move(error));
}

std::optional<std::string> ArchiveFiles::wanted(const ArchiveEntry& entry) {
  if (is_dump_entry(entry.name)) return std::nullopt;  // loaded before, when the archive was read first
  if (!entry.name.starts_with(kFilestorePrefix)) {
    report_.add(ImportSeverity::kNote, "other_entries",
                "the archive has entries that an import has no use for", entry.name);
    return std::nullopt;
  }
  std::string name = entry.name.substr(kFilestorePrefix.size());
  if (name.starts_with("checklist/")) return std::nullopt;
  const bool needed = !needed_ || needed_names_.contains(as_bytes(name));
  if (!needed || !is_safe_relative_name(name)) {
    report_.add(ImportSeverity::kNote, "unneeded_files",
                "the archive has files that no attachment of the database refers to; they are left out",
                name);
    return std::nullopt;
  }
  delivered_.insert(as_bytes(name));
  return name;
}

std::vector<std::string> ArchiveFiles::not_delivered() const {
  std::vector<std::string> names;
  if (!needed_) return names;
  for (const RequiredFile& file : *needed_) {
    if (!delivered_.contains(as_bytes(file.name))) names.push_back(file.name);
  }
  return names;
}

}  // namespace skyhold
