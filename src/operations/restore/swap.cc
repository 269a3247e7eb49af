#include "operations/restore/swap.h"

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "io/file_descriptor.h"
#include "operations/restore/directory_swap.h"
#include "operations/restore/file_restore.h"
#include "operations/restore/restore_names.h"
#include "operations/restore/server_databases.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

// Each attempt lets the server wait 5 s for the connections to end.
constexpr int kRenameAttempts = 3;
constexpr std::chrono::milliseconds kTerminateInterval{100};

// While another session waits in ALTER DATABASE, ends what it waits for: clients that are
// ended connect again at once, until the rename holds the database's lock.
class Terminator {
 public:
  Terminator(PgSession& session, std::string database) : session_(session), database_(std::move(database)) {
    thread_ = std::thread([this] { run(); });
  }
  ~Terminator() {
    stop_ = true;
    thread_.join();
  }
  Terminator(const Terminator&) = delete;
  Terminator& operator=(const Terminator&) = delete;

  [[nodiscard]] bool refused() const { return refused_; }

 private:
  void run() {
    while (!stop_) {
      if (!terminate_connections(session_, database_)) {
        refused_ = true;  // the rename then fails, and tells who is connected
        return;
      }
      std::this_thread::sleep_for(kTerminateInterval);
    }
  }
  PgSession& session_;
  const std::string database_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> refused_{false};
  std::thread thread_;
};

std::string rename_sql(const std::string& from, const std::string& to) {
  return fmt::format("ALTER DATABASE {} RENAME TO {}", quote_identifier(from), quote_identifier(to));
}

struct Rename {
  std::string live;
  std::string incoming;
  std::string replaced;  // empty: there is no live one
};

Status rename_once(PgSession& session, const Rename& rename) {
  // The commit makes all that was loaded durable, whatever the sessions that did it waited for.
  TRY(session.execute("BEGIN; SET LOCAL synchronous_commit = on"));
  Status done;
  if (!rename.replaced.empty()) done = session.execute(rename_sql(rename.live, rename.replaced));
  if (done) done = session.execute(rename_sql(rename.incoming, rename.live));
  if (done) return session.execute("COMMIT");
  TRY(session.execute("ROLLBACK"));
  return done;
}

Status still_connected(PgSession& session, const Rename& rename, const Error& error) {
  auto who = describe_connections(session, rename.live);
  const std::string names = who && !who->empty() ? ": " + *who : "";
  return fail(
      ErrorCode::kBusy,
      fmt::format("database \"{}\" cannot be replaced while it is in use{} ({})", rename.live, names,
                  error.message),
      "stop what is connected, or let the connected role end it (GRANT pg_signal_backend), and run again");
}

Status rename_databases(BranchLock& lock, const Rename& rename, const CancelToken& cancel) {
  PgSession other = TRY(lock.connect_again());
  Status done;
  for (int attempt = 0; attempt < kRenameAttempts; ++attempt) {
    TRY(cancel.check());
    const Terminator terminator(other, rename.live);
    done = rename_once(lock.session(), rename);
    if (done || done.error().code != ErrorCode::kBusy || terminator.refused()) break;
  }
  if (done) return {};
  if (done.error().code == ErrorCode::kBusy) return still_connected(other, rename, done.error());
  // The answer to a COMMIT may have been lost on its way.
  const auto incoming_is_there = database_exists(other, rename.incoming);
  const bool committed =
      done.error().code == ErrorCode::kUnavailable && incoming_is_there && !*incoming_is_there;
  return committed ? Status{} : done;
}

// What the replaced database refers to of `extras`; all of them when that cannot be told.
ExtrasInUse extras_in_use(const PgTarget& target, const std::string& replaced_database) {
  return [&target,
          replaced_database](const std::vector<std::string>& extras) -> Result<std::set<std::string>> {
    if (extras.empty() || replaced_database.empty()) return std::set<std::string>{};
    PgSession session = TRY(PgSession::connect(target.with_database(replaced_database)));
    const std::string known = TRY(session.query_value(
        "SELECT count(*) FROM pg_catalog.pg_attribute WHERE attrelid = "
        "pg_catalog.to_regclass('public.ir_attachment') AND attname = 'store_fname' AND NOT attisdropped"));
    std::set<std::string> used;
    if (known == "0") return used;
    const std::set<std::string> wanted(extras.begin(), extras.end());
    for (const PgRow& row : TRY(session.query("SELECT DISTINCT store_fname FROM public.ir_attachment WHERE "
                                              "store_fname IS NOT NULL"))) {
      if (wanted.contains(*row.at(0))) used.insert(*row.at(0));
    }
    return used;
  };
}

std::string replaced_suffix_of(const SwapRecord& record, const fs::path& filestore) {
  return suffix_of_replaced_directory(filestore, record.replaced_directory).value_or("");
}

// Whether the databases were renamed shows in which of them has the live name.
Status settle_record(BranchLock& lock, const PgTarget& target, const fs::path& filestore,
                     const fs::path& path) {
  const DirectorySwap swap{filestore, path};
  const SwapRecord record = TRY(read_swap_record(path));
  const bool committed = TRY(database_oid(lock.session(), target.database())) == record.incoming_oid;
  if (!committed) return abandon_directory_swap(swap, record);
  std::string replaced = replaced_database_name(target.database(), replaced_suffix_of(record, filestore));
  if (!TRY(database_exists(lock.session(), replaced))) replaced.clear();
  return finish_directory_swap(swap, record, extras_in_use(target, replaced));
}

Result<std::vector<std::string>> names_beside(const fs::path& filestore) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(filestore.parent_path(), error)) {
    names.push_back(entry.path().filename());
  }
  if (error) {
    return fail(error_from_errno(error.value(),
                                 fmt::format("cannot read directory {}", filestore.parent_path().string())));
  }
  return names;
}

// A restore holds a lock on its directory (hidden.h), which ends with its process.
Status remove_dead_directory(const fs::path& path) {
  const FileDescriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (directory.is_open() && ::flock(directory.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return fail(ErrorCode::kBusy, fmt::format("another restore writes {}", path.string()),
                "wait until it has ended; each branch needs a filestore of its own");
  }
  return remove_directory(path);
}

}  // namespace

Result<SwapOutcome> swap_in(BranchLock& lock, const SwapPlan& plan, const CancelToken& cancel) {
  const std::string& live = plan.target.database();
  Rename rename{live, plan.incoming_database, ""};
  if (TRY(database_exists(lock.session(), live))) rename.replaced = replaced_database_name(live, plan.suffix);
  SwapOutcome outcome{rename.replaced, ""};
  if (!plan.filestore || !plan.incoming_directory) {
    TRY(rename_databases(lock, rename, cancel));
    return outcome;
  }
  const DirectorySwap swap{*plan.filestore, swap_record_path(*plan.filestore, plan.token)};
  const fs::path replaced = replaced_directory(*plan.filestore, plan.suffix);
  const std::uint64_t oid = TRY(database_oid(lock.session(), plan.incoming_database));
  const auto record = prepare_directory_swap(swap, *plan.incoming_directory, replaced, oid);
  const Status renamed = record ? rename_databases(lock, rename, cancel) : Status(fail(record.error()));
  if (!renamed) {
    // What it had written so far tells how to take it back, now or in the next run.
    if (fs::exists(swap.record)) TRY(settle_record(lock, plan.target, *plan.filestore, swap.record));
    return fail(renamed.error());
  }
  const Status finished = finish_directory_swap(swap, *record, extras_in_use(plan.target, rename.replaced));
  if (!finished) {
    Error error = finished.error().in(
        "the new database is in place, and its files too, but the filestores are not exchanged yet");
    error.hint = "mend the cause; the next restore or undo-restore of this branch finishes it";
    return fail(std::move(error));
  }
  if (fs::exists(replaced)) outcome.replaced_filestore = replaced;
  return outcome;
}

Status clear_leftovers(BranchLock& lock, const PgTarget& target, const std::optional<fs::path>& filestore) {
  if (filestore && fs::exists(filestore->parent_path())) {
    for (const std::string& name : TRY(names_beside(*filestore))) {
      if (token_of_swap_record(*filestore, name)) {
        TRY(settle_record(lock, target, *filestore, filestore->parent_path() / name));
      }
    }
    // Only now: a swap that was finished has renamed some of them.
    for (const std::string& name : TRY(names_beside(*filestore))) {
      if (token_of_hidden_directory(*filestore, name))
        TRY(remove_dead_directory(filestore->parent_path() / name));
    }
  }
  for (const std::string& name : TRY(list_databases(lock.session()))) {
    if (token_of_hidden_database(target.database(), name)) TRY(drop_database(lock.session(), name));
  }
  return {};
}

Status drop_replaced(BranchLock& lock, const PgTarget& target, const std::optional<fs::path>& filestore,
                     const std::string& kept_suffix) {
  for (const std::string& name : TRY(list_databases(lock.session()))) {
    const auto suffix = suffix_of_replaced_database(target.database(), name);
    if (suffix && *suffix != kept_suffix) TRY(drop_database(lock.session(), name));
  }
  if (!filestore || !fs::exists(filestore->parent_path())) return {};
  for (const std::string& name : TRY(names_beside(*filestore))) {
    const auto suffix = suffix_of_replaced_directory(*filestore, name);
    if (suffix && *suffix != kept_suffix) TRY(remove_directory(filestore->parent_path() / name));
  }
  return {};
}

Result<fs::path> resolve_filestore(const fs::path& given) {
  std::error_code error;
  fs::path path = fs::weakly_canonical(fs::absolute(given), error);
  if (error) return fail(error_from_errno(error.value(), fmt::format("cannot resolve {}", given.string())));
  if (!path.has_filename()) path = path.parent_path();  // "/srv/files/"
  struct stat here {};
  struct stat above {};
  const bool mounted = ::stat(path.c_str(), &here) == 0 && ::stat(path.parent_path().c_str(), &above) == 0 &&
                       here.st_dev != above.st_dev;
  if (!path.has_filename() || mounted) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("filestore {} is the root of a file system and cannot be replaced by a rename",
                            path.string()),
                "give a directory below it: <data_dir>/filestore/<database>");
  }
  if (::stat(path.parent_path().c_str(), &above) != 0) {
    Error not_there = error_from_errno(errno, fmt::format("cannot look at {}", path.parent_path().string()));
    if (not_there.code == ErrorCode::kNotFound) {
      not_there.hint = "make the directory in which the filestore is to lie, owned by Odoo's user";
    }
    return fail(std::move(not_there));
  }
  return path;
}

}  // namespace skyhold
