// Import: a dump or archive from outside, loaded where it can do no harm.
//
//   auto import = TRY(Import::load(request, report, progress, cancel));
//   either  TRY(import->inspect(…)):  the report alone; nothing is kept
//   or      a backup of kind imported, with database(), files() and review():
//             options.database = import->database();
//             options.streamed_files = import->files();
//             options.review = [&](Manifest& manifest) { return import->review(manifest, decide); };
//
// The archive is read once, from front to end, in bounded memory and without a copy on disk: the
// dump goes into a scratch database, and the files that follow it go where the caller takes them.
// Only when files lie before the dump is the archive opened anew.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "archive/archive_limits.h"
#include "base/cancel.h"
#include "capture/pg_target.h"
#include "capture/streamed_files.h"
#include "model/manifest.h"
#include "model/progress.h"
#include "operations/import/import_report.h"

namespace skyhold {

struct ImportLimits {
  ArchiveLimits archive;
  std::uint64_t max_database_bytes = std::uint64_t{500} << 30;
  std::size_t max_statement_bytes = std::size_t{64} << 20;  // rows of COPY are not statements
  std::chrono::seconds statement_time{std::chrono::hours(1)};
  std::chrono::seconds load_time{std::chrono::hours(12)};
};

struct ImportRequest {
  // Opens the archive from its beginning.
  std::function<Result<std::unique_ptr<ByteSource>>()> open_archive;
  bool can_open_again = true;  // false: standard input
  // The server to load it on, by a role with CREATEDB and CREATEROLE (README.md); of the database
  // that it names nothing is touched.
  PgTarget server;
  // What the branch has that it is meant for; empty: not compared.
  std::string odoo_version;  // "17.0"
  std::vector<std::filesystem::path> addons_paths;
  std::set<std::string> more_extensions;  // beside the usual ones, such as postgis
  ImportLimits limits;
};

class Import {
 public:
  // Removes what dead imports left on the server, then loads. On errors too `report` says what was
  // found until then; it must outlive the import. What comes from outside and is not taken is kCorrupt,
  // kUnsupported, kNoSpace or kInvalidArgument, and a refused finding.
  static Result<std::unique_ptr<Import>> load(const ImportRequest& request, ImportReport& report,
                                              ProgressSink& progress, const CancelToken& cancel);
  ~Import();  // drops the scratch database and its role
  Import(const Import&) = delete;
  Import& operator=(const Import&) = delete;

  // The loaded database, by the role that owns what is in it and nothing else.
  [[nodiscard]] const PgTarget& database() const;
  // Those that the database needs; null when the archive has no filestore. To be read once.
  [[nodiscard]] StreamedFiles* files();

  // Reads the files to the end and completes the report.
  Status inspect(const CancelToken& cancel);

  // Whether an import with these findings is to be kept: a person's word, or a setting.
  using Decide = std::function<Status(const ImportReport&)>;
  // What was captured, before anything of it can be seen: completes the report, asks `decide`, and has the
  // manifest say nothing of the scratch database but its role: no server has that, so that no restore
  // keeps it as an owner.
  Status review(Manifest& manifest, const Decide& decide);

 private:
  struct State;
  explicit Import(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// kInvalidArgument, with the findings in words, unless there is no warning.
Status refuse_warnings(const ImportReport& report);

}  // namespace skyhold
