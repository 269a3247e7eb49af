#include "operations/restore/restore.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/clock.h"
#include "operations/restore/backup_source.h"
#include "operations/restore/database_load.h"
#include "operations/restore/file_restore.h"
#include "operations/restore/hidden.h"
#include "operations/restore/hooked_swap.h"
#include "operations/restore/linked_cancel.h"
#include "operations/restore/neutralize_phase.h"
#include "operations/restore/preflight.h"
#include "operations/restore/restore_from.h"
#include "operations/restore/restore_names.h"
#include "operations/restore/server_databases.h"
#include "operations/restore/swap.h"

namespace skyhold {
namespace {

std::uint64_t part_count(const Manifest& manifest) {
  std::uint64_t count = 0;
  for (const TableEntry& table : manifest.tables) count += table.parts.size();
  return count;
}

// One session more than cores: while one waits for the store or for a lock, the others work.
int default_workers() {
  return std::max(3, static_cast<int>(std::thread::hardware_concurrency()) + 1);
}

// What reading had to pass over, once a copy: a store that is gone fails thousands of reads.
class Complaints {
 public:
  Complaints(Copies& copies, ProgressSink& progress) : copies_(copies) {
    copies_.on_complaint([this, &progress](const std::string& location, const Error& error) {
      const std::scoped_lock lock(mutex_);
      const bool is_new = first_.try_emplace(location, error.message).second;
      if (is_new) progress.warn(fmt::format("{}: {}; reading on from another copy", location, error.message));
    });
  }
  ~Complaints() { copies_.on_complaint(nullptr); }
  Complaints(const Complaints&) = delete;
  Complaints& operator=(const Complaints&) = delete;

  void add_to(std::vector<std::string>& notices) {
    const std::scoped_lock lock(mutex_);
    for (const auto& [location, message] : first_) {
      notices.push_back(
          fmt::format("the copy {} was passed over where it failed, first: {}", location, message));
    }
  }

 private:
  Copies& copies_;
  std::mutex mutex_;
  std::map<std::string, std::string> first_;
};

class Restore {
 public:
  Restore(BackupSource& source, const Manifest& manifest, const RestoreOptions& options, ProgressSink& sink,
          const CancelToken& cancel)
      : source_(source),
        manifest_(manifest),
        options_(options),
        cancel_(cancel),
        progress_(sink, manifest.table_bytes() + manifest.filestore.bytes,
                  part_count(manifest) + manifest.filestore.files.size()),
        token_(new_restore_token()),
        suffix_(replaced_suffix(SystemClock().now(), token_)),
        workers_(options.workers > 0 ? options.workers : default_workers()) {}

  Result<RestoreResult> run() {
    TRY(resolve());
    lock_.emplace(TRY(BranchLock::take(options_.database)));
    TRY(clear_leftovers(*lock_, options_.database, filestore_));
    const Preflight preflight =
        TRY(check_before_restore(*lock_, manifest_, options_, filestore_, result_.notices));
    TRY(make_hidden(preflight));
    TRY(load(preflight));
    TRY(neutralize());
    TRY(apply_facts(preflight));
    TRY(swap());
    drop_older();
    return summary();
  }

 private:
  Status resolve() {
    TRY(check_restore_target(options_.database.database()));
    if (!options_.filestore) return {};
    if (!manifest_.filestore.captured) {
      result_.notices.push_back(
          fmt::format("the backup holds no filestore; {} was left as it is", options_.filestore->string()));
      return {};
    }
    filestore_ = TRY(resolve_filestore(*options_.filestore));
    if (const auto& missing = manifest_.filestore.missing; !missing.empty()) {
      result_.notices.push_back(
          fmt::format("{} file(s) were missing already when this backup was taken, the first: {} ({})",
                      missing.size(), missing.front().name, missing.front().reason));
    }
    return {};
  }

  Status make_hidden(const Preflight& preflight) {
    const auto lap = clock_.enter("before the data");
    const std::string name = hidden_database_name(options_.database.database(), token_);
    database_.emplace(TRY(HiddenDatabase::make(*lock_, name, manifest_.database, preflight.ownership.role)));
    // For pg_restore, whose sessions are not ours to set up. Taken back in apply_facts().
    TRY(lock_->session().execute(
        fmt::format("ALTER DATABASE {} SET synchronous_commit = off", quote_identifier(name))));
    if (filestore_) directory_.emplace(TRY(HiddenDirectory::make(hidden_directory(*filestore_, token_))));
    return {};
  }

  // The database and the files at once; when one fails, the other stops.
  Status load(const Preflight& preflight) {
    LinkedCancel either(cancel_);
    Status files;
    std::thread beside;
    if (filestore_) {
      beside = std::thread([&] {
        files = fetch_files(either.token());
        if (!files) either.cancel();
      });
    }
    const DatabaseLoad load{source_,
                            manifest_,
                            options_.database.with_database(database_->name()),
                            preflight.ownership,
                            preflight.pg_restore,
                            workers_,
                            options_.check};
    const Status database = load_database(load, progress_, clock_, either.token(), result_.notices);
    if (!database) either.cancel();
    if (beside.joinable()) beside.join();
    result_.notices.insert(result_.notices.end(), file_notices_.begin(), file_notices_.end());
    // The one that failed by itself, not the one that was stopped for it.
    const bool files_failed_first = !files && files.error().code != ErrorCode::kCancelled;
    return files_failed_first || database ? files : database;
  }

  // After the check, for it changes what the manifest says, and before anyone can connect.
  Status neutralize() {
    const auto lap = clock_.enter("neutralize");
    TRY(cancel_.check());
    if (options_.neutralize) progress_.start_phase("Neutralizing");
    result_.neutralization =
        TRY(neutralize_hidden(options_.database.with_database(database_->name()), options_, cancel_));
    if (result_.neutralization && !result_.neutralization->odoo) {
      result_.notices.emplace_back(
          "this is not an Odoo database: nothing was neutralized, and it has no identity to renew");
    }
    return {};
  }

  Status fetch_files(const CancelToken& cancel) {
    const auto lap = clock_.enter("files");
    const FileRestore restore{source_, manifest_, *filestore_, directory_->path(), workers_};
    const FileRestoreResult done = TRY(restore_files(restore, progress_, cancel));
    result_.files_fetched = done.fetched;
    result_.files_linked = done.linked;
    result_.file_bytes = done.bytes;
    file_notices_ = done.notices;
    return {};
  }

  Status apply_facts(const Preflight& preflight) {
    const std::string& name = database_->name();
    TRY(lock_->session().execute(fmt::format("ALTER DATABASE {} RESET ALL", quote_identifier(name))));
    return apply_database_facts(lock_->session(), name, manifest_.database, preflight.ownership,
                                result_.notices);
  }

  Status swap() {
    const auto lap = clock_.enter("swap");
    SwapPlan plan{options_.database, database_->name(), suffix_, token_, filestore_, std::nullopt};
    if (directory_) plan.incoming_directory = directory_->path();
    auto outcome = swap_between_hooks(*lock_, plan, hooks(), cancel_, result_.hooks,
                                      [this](const std::string& phase) { progress_.start_phase(phase); });
    // After a failure the hidden ones are dropped only if it is certain that they still are hidden.
    const auto still_hidden =
        outcome ? Result<bool>(false) : database_exists(lock_->session(), database_->name());
    if (!still_hidden || !*still_hidden) {
      database_->keep();
      if (directory_) directory_->keep();
    }
    if (!outcome) return fail(std::move(outcome).error());
    result_.replaced_database = outcome->replaced_database;
    result_.replaced_filestore = outcome->replaced_filestore;
    if (result_.degraded()) {
      result_.notices.push_back(fmt::format("the restore is done, but {}; start what it should have started",
                                            result_.hooks.back().error->message));
    }
    return {};
  }

  [[nodiscard]] RestoreHooks hooks() const {
    RestoreHooks all = options_.hooks;
    if (all.project.empty()) all.project = manifest_.project;
    if (all.operation.empty()) all.operation = "restore";
    return all;
  }

  // One generation is kept for undo. The restore is done: what goes wrong here is a notice.
  void drop_older() {
    if (result_.replaced_database.empty()) return;
    const Status dropped = drop_replaced(*lock_, options_.database, filestore_, suffix_);
    if (!dropped) {
      result_.notices.push_back("what an earlier restore had replaced could not be dropped: " +
                                dropped.error().message);
    }
  }

  RestoreResult summary() {
    result_.database = options_.database.database();
    result_.tables = manifest_.tables.size();
    result_.rows = manifest_.table_rows();
    result_.table_bytes = manifest_.table_bytes();
    result_.stages = clock_.stages();
    result_.how_to_undo = how_to_undo();
    return std::move(result_);
  }

  [[nodiscard]] std::string how_to_undo() const {
    if (result_.replaced_database.empty() && result_.replaced_filestore.empty()) return "";
    std::string kept;
    if (!result_.replaced_database.empty()) kept = fmt::format("database {}", result_.replaced_database);
    if (!result_.replaced_filestore.empty()) {
      kept += fmt::format("{}filestore {}", kept.empty() ? "" : " and ", result_.replaced_filestore);
    }
    return fmt::format(
        "`skyhold repo undo-restore` with the same --database{} puts back what was replaced: {}",
        result_.replaced_filestore.empty() ? "" : " and --filestore", kept);
  }

  BackupSource& source_;
  const Manifest& manifest_;
  const RestoreOptions& options_;
  const CancelToken& cancel_;
  RestoreProgress progress_;
  StageClock clock_;
  const std::string token_;
  const std::string suffix_;
  const int workers_;
  std::optional<std::filesystem::path> filestore_;
  std::optional<BranchLock> lock_;  // outlives the hidden ones, which are dropped under it
  std::optional<HiddenDatabase> database_;
  std::optional<HiddenDirectory> directory_;
  RestoreResult result_;
  std::vector<std::string> file_notices_;  // of the thread of the files, until it has ended
};

}  // namespace

Result<RestoreResult> restore_from(BackupSource& source, const Manifest& manifest,
                                   const RestoreOptions& options, ProgressSink& progress,
                                   const CancelToken& cancel) {
  const double start = monotonic_seconds();
  RestoreResult result = TRY(Restore(source, manifest, options, progress, cancel).run());
  result.seconds = monotonic_seconds() - start;
  return result;
}

Result<RestoreResult> run_restore(Repository& repository, const Snapshot& snapshot,
                                  const RestoreOptions& options, ProgressSink& progress,
                                  const CancelToken& cancel) {
  Complaints complaints(repository.copies(), progress);
  if (repository.index().size() == 0) TRY(repository.load_index());
  const Manifest manifest = TRY(repository.load_manifest(snapshot));
  SnapshotSource source(repository, snapshot);
  RestoreResult result = TRY(restore_from(source, manifest, options, progress, cancel));
  complaints.add_to(result.notices);
  return result;
}

}  // namespace skyhold
