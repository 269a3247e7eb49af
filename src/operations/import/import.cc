#include "operations/import/import.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.h"
#include "capture/odoo/attachments.h"
#include "crypto/hash.h"
#include "operations/import/archive_files.h"
#include "operations/import/database_look.h"
#include "operations/import/import_database.h"
#include "operations/import/import_watch.h"
#include "operations/import/single_dump.h"
#include "operations/import/snapshot_load.h"

namespace skyhold {
namespace {

constexpr std::string_view kMissingWords = "attachments of the database have no good file in the archive";

// What the database says it needs; nothing when it is no Odoo.
Result<std::optional<std::vector<RequiredFile>>> needed_files(const PgTarget& database) {
  DatabaseSnapshot snapshot = TRY(DatabaseSnapshot::open(database, {}));
  std::vector<MissingFile> refused;  // the capture tells of them
  Mimetypes mimetypes;
  return required_attachments(snapshot, refused, mimetypes);
}

// So that no way out lacks its finding.
void note_error(const Error& error, ImportReport& report) {
  if (report.has(ImportSeverity::kRefused) || error.code == ErrorCode::kCancelled) return;
  std::string_view code = "server";
  switch (error.code) {
    case ErrorCode::kCorrupt: code = "broken_archive"; break;
    case ErrorCode::kUnsupported: code = "unknown_format"; break;
    case ErrorCode::kNoSpace: code = "too_large"; break;
    case ErrorCode::kPermissionDenied: code = "server_rights"; break;
    default: break;
  }
  report.add(ImportSeverity::kRefused, code, error.message);
}

}  // namespace

// Reads as its phases; each is a step of load().
struct Import::State {
  State(const ImportRequest& request_, ImportReport& report_) : request(request_), report(report_) {}

  Status load(ProgressSink& progress, const CancelToken& cancel) {
    auto archive = TRY(OpenedArchive::open(request, report, progress, cancel));
    if (archive->kind() == ContentKind::kSkyholdTar) TRY(read_source_manifest(*archive));
    TRY(make_database());
    const ReopenArchive reopen = [&]() -> Result<std::unique_ptr<OpenedArchive>> {
      return OpenedArchive::open(request, report, progress, cancel);
    };
    LoadedArchive loaded = TRY(fill_database(std::move(archive), reopen, cancel));
    TRY(look_at_database(database->target(), {request, loaded.odoo_manifest}, report));
    return find_files(std::move(loaded));
  }

  Status read_source_manifest(OpenedArchive& archive) {
    const auto entry = TRY(archive.reader().next());
    if (!entry || entry->name != Manifest::kPath) {
      return fail(ErrorCode::kCorrupt, "the archive does not begin with its manifest.json");
    }
    constexpr std::uint64_t kMaxBytes = std::uint64_t{2} << 30;
    const Bytes json = TRY(read_whole(archive.reader(), kMaxBytes, "the archive's manifest.json"));
    source_manifest = TRY(decode_manifest(json));
    report.database = source_manifest->database.name;
    report.server_version = source_manifest->database.server_version;
    return {};
  }

  Status make_database() {
    ImportDatabaseOptions options;
    options.server = request.server;
    options.valid_for = request.limits.load_time * 2;
    options.max_temporary_bytes = request.limits.max_database_bytes;
    if (source_manifest) options.like = source_manifest->database;
    database = TRY(ImportDatabase::make(options));
    if (!database->locale_kept()) {
      report.add(ImportSeverity::kNote, "locale",
                 "the server lacks the locale of the database; it is restored with C");
    }
    return {};
  }

  Result<LoadedArchive> fill_database(std::unique_ptr<OpenedArchive> archive, const ReopenArchive& reopen,
                                      const CancelToken& cancel) {
    const StatementGate gate(request.more_extensions);
    const auto watch = TRY(
        ImportWatch::start(*database, {request.limits.max_database_bytes, request.limits.load_time}, cancel));
    const auto loader =
        TRY(DumpLoader::open(*database, *watch, gate,
                             {request.limits.max_statement_bytes, request.limits.statement_time}, report));
    const LoadContext context{request, report, *loader, cancel};
    Result<LoadedArchive> loaded = load_by_kind(context, std::move(archive), reopen);
    if (const Status ended = watch->verdict(); !ended) {
      const bool late = ended.error().code == ErrorCode::kUnavailable;
      if (late) report.add(ImportSeverity::kRefused, "too_long", ended.error().message);
      return fail(ended.error());
    }
    if (!loaded) return loaded;
    TRY(loader->finish());
    return loaded;
  }

  Result<LoadedArchive> load_by_kind(const LoadContext& context, std::unique_ptr<OpenedArchive> archive,
                                     const ReopenArchive& reopen) {
    if (source_manifest) return load_snapshot(context, *source_manifest, std::move(archive), reopen);
    if (archive->has_entries()) return load_archive(context, std::move(archive), reopen);
    TRY(load_single_dump(context, archive->kind(), archive->stream()));
    return LoadedArchive{};
  }

  Status find_files(LoadedArchive loaded) {
    auto needed = TRY(needed_files(database->target()));
    needed_count = needed ? needed->size() : 0;
    if (loaded.archive == nullptr) {
      if (needed_count == 0) return {};
      ImportFinding& finding = report.add(ImportSeverity::kWarning, "no_filestore",
                                          "the database needs files, and the archive has no filestore");
      finding.count = needed_count;
      return {};
    }
    if (!needed) {
      report.add(ImportSeverity::kWarning, "not_odoo_files",
                 "the archive has a filestore, but the database no attachments: all of its files are kept");
    }
    files = std::make_unique<ArchiveFiles>(std::move(loaded.archive), std::move(loaded.file),
                                           std::move(needed), report);
    return {};
  }

  void note_missing(const std::string& name, const std::string& reason) {
    report.add(ImportSeverity::kWarning, "missing_files", kMissingWords,
               fmt::format("{} ({})", name, reason));
  }

  void complete() {
    report.complete = true;
    report.sort();
  }

  const ImportRequest request;
  ImportReport& report;
  std::optional<Manifest> source_manifest;  // of a snapshot of our own
  std::unique_ptr<ImportDatabase> database;
  std::unique_ptr<ArchiveFiles> files;
  std::uint64_t needed_count = 0;
};

Import::Import(std::unique_ptr<State> state) : state_(std::move(state)) {}
Import::~Import() = default;

Result<std::unique_ptr<Import>> Import::load(const ImportRequest& request, ImportReport& report,
                                             ProgressSink& progress, const CancelToken& cancel) {
  auto state = std::make_unique<State>(request, report);
  const Status loaded = state->load(progress, cancel);
  if (!loaded) {
    note_error(loaded.error(), report);
    report.sort();
    return fail(loaded.error());
  }
  return std::unique_ptr<Import>(new Import(std::move(state)));
}

const PgTarget& Import::database() const {
  return state_->database->target();
}

StreamedFiles* Import::files() {
  return state_->files.get();
}

Status Import::inspect(const CancelToken& cancel) {
  if (state_->files) {
    Bytes chunk(1U << 20);
    while (const auto file = TRY(state_->files->next())) {
      TRY(cancel.check());
      Sha1 hash;
      std::uint64_t bytes = 0;
      while (const std::size_t got = TRY(state_->files->read(chunk))) {
        hash.update(ByteView(chunk).first(got));
        bytes += got;
      }
      if (is_sha1_name(file->name) && hex_encode(hash.finish()) != file->name.substr(3)) {
        state_->note_missing(file->name, "content does not match its name");
        continue;
      }
      ++state_->report.files;
      state_->report.file_bytes += bytes;
    }
    for (const std::string& name : state_->files->not_delivered())
      state_->note_missing(name, "not in the archive");
  }
  state_->complete();
  return {};
}

Status Import::review(Manifest& manifest, const Decide& decide) {
  ImportReport& report = state_->report;
  if (state_->source_manifest) TRY(compare_tables(*state_->source_manifest, manifest, report));
  manifest.database.name = report.database.empty() ? "imported" : report.database;
  manifest.database.owner.clear();
  manifest.database.acl.clear();
  manifest.database.roles = {state_->database->name()};
  report.files = manifest.filestore.files.size();
  report.file_bytes = manifest.filestore.bytes;
  for (const MissingFile& file : manifest.filestore.missing) state_->note_missing(file.name, file.reason);
  state_->complete();
  return decide(report);
}

Status refuse_warnings(const ImportReport& report) {
  if (!report.has(ImportSeverity::kWarning)) return {};
  std::string words;
  for (const ImportFinding& finding : report.findings) {
    if (finding.severity != ImportSeverity::kWarning) continue;
    words += fmt::format("{}{} ({})", words.empty() ? "" : "; ", finding.words, finding.count);
  }
  return fail(ErrorCode::kInvalidArgument, "the import needs a decision: " + words,
              "look at the report, and accept its warnings if the import is wanted all the same");
}

}  // namespace skyhold
