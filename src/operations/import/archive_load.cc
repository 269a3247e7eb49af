#include "operations/import/archive_load.h"

#include "operations/import/archive_files.h"
#include "operations/import/directory_dump.h"
#include "operations/import/single_dump.h"

namespace skyhold {
namespace {

class ArchiveLoader {
 public:
  ArchiveLoader(const LoadContext& context, std::unique_ptr<OpenedArchive> archive,
                const ReopenArchive& reopen)
      : context_(context), archive_(std::move(archive)), reopen_(reopen) {}

  Result<LoadedArchive> run() {
    while (!ended_) {
      auto entry = TRY(archive_->reader().next());
      if (!entry) break;
      if (entry->is_directory) continue;
      if (loaded_ && entry->name.starts_with(kFilestorePrefix)) return stop_at(std::move(*entry));
      TRY(take(*entry));
    }
    return finish();
  }

 private:
  Status take(const ArchiveEntry& entry) {
    if (entry.name.starts_with(kFilestorePrefix)) {
      files_before_dump_ = true;
      return {};
    }
    if (is_dump_entry(entry.name)) return load_dump(entry);
    if (entry.name == kManifestEntry) {
      const Bytes text =
          TRY(read_whole(archive_->reader(), kMaxManifestBytes, "the archive's manifest.json"));
      odoo_manifest_ = as_text(text);
      return {};
    }
    if (is_directory_toc(entry.name)) return load_directory(entry);
    if (is_directory_data(entry.name)) {
      data_before_toc_ = true;
      return {};
    }
    context_.report.add(ImportSeverity::kNote, "other_entries",
                        "the archive has entries that an import has no use for", entry.name);
    return {};
  }

  Status load_dump(const ArchiveEntry& entry) {
    if (loaded_) {
      return refuse_import(
          context_.report, "no_dump",
          {ErrorCode::kInvalidArgument, "the archive holds a second dump: " + entry.name, ""});
    }
    const auto incoming = TRY(Incoming::open(archive_->reader(), context_.request.limits.archive));
    TRY(load_single_dump(context_, incoming->kind(), incoming->stream()));
    // The entry's own end has its checksum.
    TRY(read_to_end(archive_->reader()));
    loaded_ = true;
    return {};
  }

  // What lies before the table of contents is read in another pass.
  Status load_directory(const ArchiveEntry& entry) {
    if (loaded_)
      return refuse_import(
          context_.report, "no_dump",
          {ErrorCode::kInvalidArgument, "the archive holds a second dump: " + entry.name, ""});
    DirectoryDump dump = TRY(DirectoryDump::open(context_, archive_->reader()));
    TRY(dump.load_definitions());
    if (data_before_toc_) archive_ = TRY(reopened());
    while (auto data = TRY(archive_->reader().next())) {
      if (!data->is_directory && is_directory_data(data->name))
        TRY(dump.load_data(data->name, archive_->reader()));
    }
    TRY(dump.finish());
    loaded_ = ended_ = true;
    return {};
  }

  Result<std::unique_ptr<OpenedArchive>> reopened() {
    if (context_.request.can_open_again) return reopen_();
    return refuse_import(context_.report, "no_dump",
                         {ErrorCode::kUnsupported,
                          "the archive has other entries before its dump, and a stream cannot be read twice",
                          "give a file in the place of standard input"});
  }

  LoadedArchive stop_at(ArchiveEntry entry) {
    return {std::move(archive_), std::move(entry), std::move(odoo_manifest_)};
  }

  Result<LoadedArchive> finish() {
    if (!loaded_) {
      return refuse_import(
          context_.report, "no_dump",
          {ErrorCode::kInvalidArgument, "the archive holds no dump",
           "Odoo's zip has dump.sql or dump.dump at its top; a pg_dump directory has toc.dat"});
    }
    LoadedArchive loaded{nullptr, std::nullopt, std::move(odoo_manifest_)};
    if (files_before_dump_) loaded.archive = TRY(reopened());
    return loaded;
  }

  const LoadContext& context_;
  std::unique_ptr<OpenedArchive> archive_;
  const ReopenArchive& reopen_;
  std::string odoo_manifest_;
  bool loaded_ = false;
  bool files_before_dump_ = false;
  bool data_before_toc_ = false;  // of a pg_dump directory
  bool ended_ = false;
};

}  // namespace

Result<LoadedArchive> load_archive(const LoadContext& context, std::unique_ptr<OpenedArchive> archive,
                                   const ReopenArchive& reopen) {
  return ArchiveLoader(context, std::move(archive), reopen).run();
}

}  // namespace skyhold
