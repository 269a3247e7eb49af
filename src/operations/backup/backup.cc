#include "operations/backup/backup.h"

#include <algorithm>
#include <future>
#include <mutex>
#include <thread>
#include <type_traits>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/human.h"
#include "base/memory.h"
#include "base/version.h"
#include "capture/odoo/attachments.h"
#include "operations/backup/file_capture.h"
#include "operations/backup/file_types.h"
#include "operations/backup/recovery_files.h"
#include "operations/backup/snapshot_tree.h"
#include "operations/backup/streamed_capture.h"
#include "operations/backup/table_capture.h"
#include "repository/lock.h"
#include "repository/unpacked_file.h"

namespace skyhold {
namespace {

constexpr int kCaptureAttempts = 3;
constexpr std::uint32_t kFileMode = 0600;
constexpr std::uint32_t kScriptMode = 0700;

// What earlier backups give to this one.
struct Earlier {
  std::optional<Snapshot> parent;
  std::vector<Snapshot> newest_first;
};

struct RequiredFiles {
  bool from_attachments = false;
  std::vector<RequiredFile> files;
  Mimetypes mimetypes;  // what the files' numbers mean
  std::vector<MissingFile> missing;
};

struct Captured {
  DatabaseFacts database;
  OdooFacts odoo;
  Instant point_in_time;
  CapturedTables tables;
  CapturedFile schema_dump;
  CapturedFile rest_dump;
  RequiredFiles required;
  CapturedFiles files;
};

// The database, held at one instant, and what is known of it before its contents are read.
struct Source {
  DatabaseSnapshot snapshot;
  // Started early: they read the catalogs for a while before they have anything to say.
  ClientProcess schema_dump;
  ClientProcess rest_dump;
  Captured captured;
};

// The repository, locked, and what it holds.
struct Target {
  std::unique_ptr<RepositoryLock> lock;
  Earlier earlier;
  std::unique_ptr<BlobWriter> writer;
};

// One backup from lock to snapshot. Reads as its phases; each is a step of run().
class Backup {
 public:
  Backup(Repository& repository, const BackupOptions& options, ProgressSink& progress,
         const CancelToken& cancel)
      : repository_(repository), options_(options), progress_(progress), cancel_(cancel) {}

  Result<BackupResult> run() {
    const double started = monotonic_seconds();
    result_.manifest.started_at = SystemClock().now();
    // Both at once: a lock is only trusted some time after it was written, and catalogs may be cold.
    // The source in this thread: its dumps do not outlive the one that starts them (io/child_process.h).
    std::future<Result<Target>> opening = std::async(std::launch::async, [this] { return open_target(); });
    Result<Source> source = open_source();
    const Target target = TRY(opening.get());
    BlobWriter& writer = *target.writer;
    Captured captured = TRY(capture_with_retries(writer, target.earlier, std::move(source)));
    give_back_freed_memory();
    fill_manifest(captured);
    if (options_.review) TRY(options_.review(result_.manifest));
    const Id tree = TRY(stage("trees", [&] { return store_tree(writer, captured); }));
    TRY(cancel_.check());
    TRY(stage("finish uploads", [&] { return finish_uploads(writer); }));
    // A copy whose lock was taken from us may have been pruned under us.
    TRY(target.lock->confirm());
    TRY(write_snapshot(tree, target.earlier, writer, captured));
    fill_result(writer, captured, monotonic_seconds() - started);
    return std::move(result_);
  }

 private:
  template <typename Work>
  std::invoke_result_t<Work> stage(const std::string& name, const Work& work) {
    const double start = monotonic_seconds();
    auto outcome = work();
    record_stage(name, monotonic_seconds() - start);
    return outcome;
  }
  void record_stage(const std::string& name, double seconds) {
    const std::scoped_lock lock(stages_mutex_);
    for (StageTime& known : result_.stages) {
      if (known.stage != name) continue;
      known.seconds += seconds;
      return;
    }
    result_.stages.push_back({name, seconds});
  }

  [[nodiscard]] std::string copies_in_words() {
    const std::size_t copies = repository_.copies().size();
    return copies == 1 ? "one copy" : fmt::format("{} copies", copies);
  }

  Result<Target> open_target() {
    Target target;
    target.lock = TRY(RepositoryLock::acquire(repository_.copies(), repository_.key(), LockMode::kShared));
    target.earlier = TRY(stage("prepare", [&] { return find_earlier(); }));
    BlobWriterOptions writing;
    writing.pack_target_bytes = options_.pack_target_bytes;
    target.writer = TRY(BlobWriter::start(repository_, writing));
    return target;
  }

  // Snapshots before the index: what a snapshot names, an index that is read later knows.
  Result<Earlier> find_earlier() {
    std::vector<std::string> unreadable;
    Earlier earlier;
    earlier.newest_first = TRY(repository_.snapshots(&unreadable));
    for (const std::string& damage : unreadable)
      progress_.warn("an earlier backup cannot be read: " + damage);
    std::reverse(earlier.newest_first.begin(), earlier.newest_first.end());
    for (const Snapshot& snapshot : earlier.newest_first) {
      if (!earlier.parent) earlier.parent = snapshot;
      if (snapshot.tag("branch") != options_.branch) continue;
      earlier.parent = snapshot;
      break;
    }
    TRY(repository_.load_index());
    return earlier;
  }

  // A filestore comes with it, from a directory or out of an archive.
  [[nodiscard]] bool has_files() const { return options_.filestore || options_.streamed_files != nullptr; }

  // A lock that is queued between our coordinator and a reader ends an attempt, not the
  // backup: what was read is stored and costs little to read again.
  Result<Captured> capture_with_retries(BlobWriter& writer, const Earlier& earlier, Result<Source> source) {
    // An archive can be read once.
    const int attempts = options_.streamed_files == nullptr ? kCaptureAttempts : 1;
    for (int attempt = 1;; ++attempt) {
      Result<Captured> captured = capture(writer, earlier, std::move(source));
      if (captured || captured.error().code != ErrorCode::kBusy || attempt == attempts) return captured;
      progress_.warn(fmt::format("{}; trying again", captured.error().message));
      source = open_source();
    }
  }

  Result<Source> open_source() {
    if (options_.filestore) TRY(check_filestore(*options_.filestore));
    DatabaseSnapshot snapshot = TRY(
        stage("lock tables", [&] { return DatabaseSnapshot::open(options_.database, CaptureOptions{}); }));
    ClientProcess schema_dump = TRY(snapshot.start_dump(DatabaseSnapshot::DumpPart::kSchema));
    ClientProcess rest_dump = TRY(snapshot.start_dump(DatabaseSnapshot::DumpPart::kRest));
    Captured captured;
    captured.database = snapshot.facts();
    captured.point_in_time = snapshot.point_in_time();
    captured.odoo = TRY(odoo_facts(snapshot));
    captured.required = TRY(required_files(snapshot));
    return Source{std::move(snapshot), std::move(schema_dump), std::move(rest_dump), std::move(captured)};
  }

  Result<Captured> capture(BlobWriter& writer, const Earlier& earlier, Result<Source> opened) {
    Source source = TRY(std::move(opened));
    TRY(capture_streams(writer, earlier, source));
    // Had the coordinator lost its connection, its locks would be gone and a table that was
    // truncated since would have been read as empty.
    TRY(source.snapshot.confirm_held());
    return std::move(source.captured);
  }

  Result<RequiredFiles> required_files(DatabaseSnapshot& snapshot) {
    RequiredFiles required;
    if (!has_files()) return required;
    auto attachments = TRY(required_attachments(snapshot, required.missing, required.mimetypes));
    required.from_attachments = attachments.has_value();
    if (attachments) {
      required.files = std::move(*attachments);
    } else if (options_.filestore) {
      required.files = TRY(walk_filestore(*options_.filestore, required.missing));
    }
    return required;
  }

  // Tables, the two dumps and the files, all at once: the server's formatting of rows is
  // the bottleneck, so everything else overlaps it.
  Status capture_streams(BlobWriter& writer, const Earlier& earlier, Source& source) {
    DatabaseSnapshot& snapshot = source.snapshot;
    Captured& captured = source.captured;
    const std::vector<TableRead> reads = plan_table_reads(snapshot.tables());
    CaptureProgress progress(progress_);
    progress.set_phase("Reading the database and files");
    for (const TableRead& read : reads) progress.expect(read.weight);
    for (const RequiredFile& file : captured.required.files) progress.expect(file.size_bytes);

    TaskGroup group;
    const CaptureContext context{repository_, writer, progress, cancel_, group.stopping()};
    const int readers = reader_count();
    group.run([&]() -> Status {
      captured.schema_dump = TRY(stage(
          "schema dump", [&] { return capture_dump(context, source.schema_dump, "database/schema.dump"); }));
      return {};
    });
    group.run([&]() -> Status {
      captured.rest_dump = TRY(
          stage("rest dump", [&] { return capture_dump(context, source.rest_dump, "database/rest.dump"); }));
      return {};
    });
    group.run([&]() -> Status {
      captured.tables =
          TRY(stage("tables", [&] { return capture_tables(context, snapshot, reads, readers); }));
      return {};
    });
    if (options_.filestore) {
      const FileCaptureOptions file_options{*options_.filestore, options_.reread_files, readers,
                                            earlier.parent, earlier.newest_first};
      group.run([&, file_options]() -> Status {
        captured.files = TRY(
            stage("files", [&] { return capture_files(context, captured.required.files, file_options); }));
        return {};
      });
    }
    if (options_.streamed_files != nullptr) {
      group.run([&]() -> Status {
        captured.files = TRY(stage("files", [&] { return capture_archive(context, earlier, captured); }));
        return {};
      });
    }
    return group.wait();
  }

  Result<CapturedFiles> capture_archive(const CaptureContext& context, const Earlier& earlier,
                                        const Captured& captured) {
    StreamedCaptureOptions options;
    if (captured.required.from_attachments) options.required = &captured.required.files;
    options.earlier = earlier.newest_first;
    options.workers = reader_count();
    options.modified = captured.point_in_time;
    return capture_streamed_files(context, *options_.streamed_files, options);
  }

  [[nodiscard]] int reader_count() const {
    if (options_.readers > 0) return options_.readers;
    return std::max(2, static_cast<int>(std::thread::hardware_concurrency()));
  }

  static Result<CapturedFile> capture_dump(const CaptureContext& context, ClientProcess& dump,
                                           const std::string& path) {
    constexpr std::size_t kReadBytes = 256U << 10;
    const auto lane = context.writer.open_lane(BlobType::kData);
    StreamWriter file(*lane, kTableChunks, StreamWriter::HashWhole::kYes);
    {
      CheckedSink sink(context, file);
      Bytes buffer(kReadBytes);
      while (const std::size_t got = TRY(dump.process().output().read(buffer))) {
        TRY(sink.write(ByteView(buffer).first(got)));
      }
    }
    const Status ended = dump.process().wait();
    if (!ended) return fail(ended.error().in("pg_dump"));
    StoredFile stored = TRY(file.finish());
    return CapturedFile{path, std::move(stored)};
  }

  void fill_manifest(Captured& captured) {
    Manifest& manifest = result_.manifest;
    manifest.skyhold_version = std::string(kVersion);
    manifest.project = repository_.project();
    manifest.branch = options_.branch;
    manifest.kind = options_.kind;
    manifest.note = options_.note;
    manifest.point_in_time = captured.point_in_time;
    manifest.finished_at = SystemClock().now();
    manifest.database = captured.database;
    manifest.odoo = captured.odoo;
    manifest.tables = std::move(captured.tables.entries);
    FilestoreFacts& filestore = manifest.filestore;
    filestore.captured = has_files();
    filestore.from_attachments = captured.required.from_attachments;
    filestore.bytes = captured.files.bytes;
    const FileList& files = captured.files.files;
    filestore.files.reserve(files.size());
    for (std::size_t file = 0; file < files.size(); ++file)
      filestore.files.push_back({std::string(files.path(file)), files.size_bytes(file)});
    filestore.missing = captured.required.missing;
    filestore.missing.insert(filestore.missing.end(), captured.files.missing.begin(),
                             captured.files.missing.end());
    if (has_files()) {
      const RequiredFiles& required = captured.required;
      filestore.types = count_file_types(filestore.files, required.files, required.mimetypes);
    }
  }

  // All is read by then, and a slow store may be far behind.
  Status finish_uploads(BlobWriter& writer) {
    const std::string phase = fmt::format("Uploading the last of it, to {}", copies_in_words());
    return writer.finish([&](const UploadProgress& uploads) {
      progress_.report({phase, uploads.uploaded_bytes, uploads.total_bytes, 0, 0});
    });
  }

  // Moves the lists of chunks into the tree: of a large database, two of them take too much memory.
  Result<Id> store_tree(BlobWriter& writer, Captured& captured) {
    const Instant modified = captured.point_in_time;
    SnapshotTree tree;
    {
      const auto lane = writer.open_lane(BlobType::kData);
      const auto add_text = [&](const std::string& path, ByteView content, std::uint32_t mode) -> Status {
        StreamWriter file(*lane, kTableChunks, StreamWriter::HashWhole::kNo);
        TRY(file.write(content));
        tree.add_file(path, file_node(TRY(file.finish()), modified, mode));
        return {};
      };
      TRY(add_text(std::string(Manifest::kPath), encode_manifest(result_.manifest), kFileMode));
      TRY(add_text("README", as_bytes(recovery_readme(result_.manifest)), kFileMode));
      TRY(add_text("restore.sh", as_bytes(recovery_script(result_.manifest)), kScriptMode));
    }
    tree.add_directory("database/tables");
    for (CapturedFile* dump : {&captured.schema_dump, &captured.rest_dump}) {
      tree.add_file(dump->path, file_node(std::move(dump->stored), modified, kFileMode));
    }
    for (CapturedFile& table : captured.tables.files) {
      tree.add_file(table.path, file_node(std::move(table.stored), modified, kFileMode));
    }
    const auto lane = writer.open_lane(BlobType::kTree);
    if (has_files()) tree.add_stored("filestore", TRY(store_directories(captured.files.files, *lane)));
    return tree.store(*lane);
  }

  Status write_snapshot(const Id& tree, const Earlier& earlier, const BlobWriter& writer,
                        const Captured& captured) {
    const WriteTotals totals = writer.totals();
    const Manifest& manifest = result_.manifest;
    Snapshot& snapshot = result_.snapshot;
    snapshot.time = captured.point_in_time;
    snapshot.tree = tree;
    if (earlier.parent) snapshot.parent = earlier.parent->id;
    snapshot.paths = {fmt::format("/{}/{}", manifest.project, manifest.branch)};
    snapshot.hostname = "skyhold";
    snapshot.username = "skyhold";
    snapshot.tags = {"project:" + manifest.project, "branch:" + manifest.branch,
                     fmt::format("kind:{}", to_string(manifest.kind))};
    snapshot.program_version = fmt::format("skyhold {}", kVersion);
    snapshot.summary = SnapshotSummary{manifest.started_at,
                                       manifest.finished_at,
                                       captured.files.read_count,
                                       captured.files.reused_count,
                                       totals.data_blobs_new,
                                       totals.tree_blobs_new,
                                       totals.plain_bytes_new,
                                       totals.stored_bytes_new,
                                       manifest.filestore.files.size() + captured.tables.files.size() + 2,
                                       source_bytes(captured)};
    const Bytes stored = encode_unpacked(repository_.key(), encode_snapshot(snapshot), Compress::kYes);
    snapshot.id = sha256(stored);
    return repository_.copies().put_everywhere(object_name(FileKind::kSnapshot, snapshot.id), stored);
  }

  [[nodiscard]] std::uint64_t source_bytes(const Captured& captured) const {
    return result_.manifest.table_bytes() + captured.schema_dump.stored.bytes +
           captured.rest_dump.stored.bytes + captured.files.bytes;
  }

  void fill_result(const BlobWriter& writer, const Captured& captured, double seconds) {
    const WriteTotals totals = writer.totals();
    result_.source_bytes = source_bytes(captured);
    result_.reused_bytes = totals.plain_bytes_reused + captured.files.reused_bytes;
    result_.added_bytes = totals.stored_bytes_new;
    result_.added_objects = totals.objects_new + 1;
    result_.files_read = captured.files.read_count;
    result_.files_reused = captured.files.reused_count;
    result_.files_recovered = captured.files.recovered_count;
    result_.seconds = seconds;
    result_.stages.push_back({"hash (all threads)", totals.hash_seconds});
    result_.stages.push_back({"compress, encrypt, prove (all threads)", totals.encode_seconds});
    result_.stages.push_back({"close packs (all threads)", totals.pack_seconds});
    result_.stages.push_back({"wait for a copy (all threads)", totals.wait_seconds});
    result_.stages.push_back({"write packs (all copies)", totals.upload_seconds});
    Copies& copies = repository_.copies();
    for (std::size_t copy = 0; copy < copies.size(); ++copy) {
      const std::string location = copies.store(copy).location();
      if (const auto failure = copies.failure(copy)) {
        result_.failed_copies.emplace_back(location, *failure);
      } else {
        result_.complete_copies.push_back(location);
      }
    }
  }

  Repository& repository_;
  const BackupOptions& options_;
  ProgressSink& progress_;
  const CancelToken& cancel_;
  std::mutex stages_mutex_;
  BackupResult result_;
};

}  // namespace

Result<BackupResult> run_backup(Repository& repository, const BackupOptions& options, ProgressSink& progress,
                                const CancelToken& cancel) {
  return Backup(repository, options, progress, cancel).run();
}

}  // namespace skyhold
