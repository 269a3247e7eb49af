// The filestore inside an archive, as the files that the database needs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "archive/keyed_hash_set.h"
#include "capture/filestore.h"
#include "capture/streamed_files.h"
#include "operations/import/opened_archive.h"

namespace skyhold {

inline constexpr std::string_view kFilestorePrefix = "filestore/";

class ArchiveFiles final : public StreamedFiles {
 public:
  // `first` is the entry that the archive stands at, if it has been asked for already. `needed`
  // nothing: every file is wanted.
  ArchiveFiles(std::unique_ptr<OpenedArchive> archive, std::optional<ArchiveEntry> first,
               std::optional<std::vector<RequiredFile>> needed, ImportReport& report);

  Result<std::optional<StreamedFile>> next() override;
  Result<std::size_t> read(MutableByteView out) override;

  [[nodiscard]] bool at_end() const { return at_end_; }
  [[nodiscard]] const std::string& odoo_manifest() const { return odoo_manifest_; }
  // Of what the database needs, that which next() has not given.
  [[nodiscard]] std::vector<std::string> not_delivered() const;
  [[nodiscard]] std::uint64_t needed_count() const { return needed_ ? needed_->size() : 0; }

 private:
  Result<std::optional<ArchiveEntry>> next_entry();
  tl::unexpected<Error> broken(Error error);
  // The name below the filestore, if the entry is a file that is wanted.
  std::optional<std::string> wanted(const ArchiveEntry& entry);

  std::unique_ptr<OpenedArchive> archive_;
  std::optional<ArchiveEntry> first_;
  std::optional<std::vector<RequiredFile>> needed_;
  KeyedHashSet needed_names_;
  KeyedHashSet delivered_;
  ImportReport& report_;
  std::string odoo_manifest_;
  bool at_end_ = false;
};

// Names of a dump and of Odoo's manifest in an archive.
bool is_dump_entry(std::string_view name);
inline constexpr std::string_view kManifestEntry = "manifest.json";
inline constexpr std::uint64_t kMaxManifestBytes = std::uint64_t{16} << 20;

}  // namespace skyhold
