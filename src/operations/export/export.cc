#include "operations/export/export.h"

#include <functional>

#include <fmt/format.h>

#include "archive/age_stream.h"
#include "archive/zstd_sink.h"
#include "operations/export/copy_to_csv.h"
#include "operations/export/export_job.h"
#include "operations/export/odoo_zip.h"
#include "operations/export/pg_dump_archive.h"
#include "operations/export/plain_dump.h"
#include "operations/export/queued_stream.h"
#include "operations/export/snapshot_tar.h"
#include "operations/export/table_rows.h"

namespace skyhold {
namespace {

constexpr int kZstdLevel = 3;

class CountedSink final : public ByteSink {
 public:
  explicit CountedSink(ByteSink& sink) : sink_(sink) {}
  Status write(ByteView bytes) override {
    count_ += bytes.size();
    return sink_.write(bytes);
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  ByteSink& sink_;
  std::uint64_t count_ = 0;
};

Status write_compressed(const ExportJob& job, ByteSink& sink,
                        const std::function<Status(ByteSink&)>& produce) {
  ZstdSink zstd(sink, kZstdLevel, job.options().threads);
  TRY(run_queued(produce, zstd));
  return zstd.finish();
}

Status write_table(ExportJob& job, ByteSink& sink) {
  const TableEntry& table = *TRY(find_table(job.manifest(), job.options().table));
  job.start_phase("Writing the table", table.bytes);
  if (job.options().table_format == TableFormat::kCopy) return write_rows(job, table, sink);
  CsvSink csv(sink);
  TRY(csv.write_header(table.columns));
  TRY(write_rows(job, table, csv));
  return csv.finish();
}

Status write_file(ExportJob& job, ByteSink& sink) {
  const Node file = TRY(job.find("filestore/" + job.options().file));
  job.start_phase("Writing the file", file.size_bytes);
  const std::unique_ptr<ByteSource> source = job.repository().open_file(file);
  return copy_stream(*source, sink, job.cancel());
}

Status write_format(ExportJob& job, ByteSink& sink, ExportResult& result) {
  const std::uint64_t table_bytes = job.manifest().table_bytes();
  switch (job.options().format) {
    case ExportFormat::kOdooZip: return write_odoo_zip(job, sink, result);
    case ExportFormat::kPgDump:
      job.start_phase("Writing the database", table_bytes);
      return write_pg_dump(job, sink);
    case ExportFormat::kSqlZst:
      job.start_phase("Writing the database", table_bytes);
      return write_compressed(job, sink, [&](ByteSink& queue) { return write_plain_dump(job, queue); });
    case ExportFormat::kTarZst:
      return write_compressed(job, sink,
                              [&](ByteSink& queue) { return write_snapshot_tar(job, queue, result); });
    case ExportFormat::kTable: return write_table(job, sink);
    case ExportFormat::kFile: ++result.files; return write_file(job, sink);
  }
  return fail(ErrorCode::kInternal, "an export format without a writer");
}

Result<AgeEncryptor> encryptor_for(const ExportOptions& options) {
  if (!options.recipients.empty()) return AgeEncryptor::to_recipients(options.recipients);
  return AgeEncryptor::with_passphrase(options.passphrase);
}

Status write_export(ExportJob& job, ByteSink& sink, ExportResult& result) {
  if (!job.options().encrypted()) return write_format(job, sink, result);
  AgeSink age(sink, TRY(encryptor_for(job.options())));
  TRY(write_format(job, age, result));
  return age.finish();
}

void count_tables(const Manifest& manifest, const ExportOptions& options, ExportResult& result) {
  if (options.format == ExportFormat::kFile) return;
  for (const TableEntry& table : manifest.tables) {
    if (options.format == ExportFormat::kTable && options.table != table.name &&
        options.table != table.schema + "." + table.name) {
      continue;
    }
    ++result.tables;
    result.rows += table.rows;
  }
}

}  // namespace

Result<ExportResult> run_export(Repository& repository, const Snapshot& snapshot,
                                const ExportOptions& options, ByteSink& sink, ProgressSink& progress,
                                const CancelToken& cancel) {
  const Manifest manifest = TRY(repository.load_manifest(snapshot));
  ExportJob job(repository, snapshot, manifest, options, progress, cancel);
  ExportResult result;
  CountedSink counted(sink);
  TRY(write_export(job, counted, result));
  count_tables(manifest, options, result);
  result.bytes = counted.count();
  return result;
}

}  // namespace skyhold
