#include "operations/backup/table_capture.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cctype>
#include <functional>
#include <numeric>

#include <fmt/format.h>

namespace skyhold {
namespace {

constexpr std::uint64_t kPartBytes = 64U << 20;
constexpr std::size_t kMaxNameBytes = 200;
// A larger table has a directory of its own, also with one part: a listing is held in memory as a whole, and
// lists every chunk of the files in it.
constexpr std::uint64_t kOwnDirectoryBytes = 4U << 20;

std::string percent_encode(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-') {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::uint64_t bytes_of(const SourceTable& table) {
  return table.heap_bytes + table.toast_bytes;
}

std::uint64_t bytes_of(const std::vector<SourceTable>& tables) {
  return std::transform_reduce(tables.begin(), tables.end(), std::uint64_t{0}, std::plus<>(),
                               [](const SourceTable& table) { return bytes_of(table); });
}

std::uint64_t pages_per_part(const SourceTable& table) {
  const std::uint64_t bytes = bytes_of(table);
  if (!table.splittable || table.heap_pages == 0 || bytes <= kPartBytes * 3 / 2) return UINT64_MAX;
  // A power of two, so that the parts of a growing table keep their borders between nights.
  const std::uint64_t bytes_per_page = std::max<std::uint64_t>(1, bytes / table.heap_pages);
  return std::bit_floor(std::max<std::uint64_t>(1, kPartBytes / bytes_per_page));
}

struct ReadOutcome {
  StoredFile file;
  TableReadResult read;
};

// One reader: a session and a lane of its own, taking the next table until none is left.
class Reader {
 public:
  Reader(const CaptureContext& context, const DatabaseSnapshot& snapshot, const std::vector<TableRead>& reads,
         std::vector<ReadOutcome>& outcomes, std::atomic<std::size_t>& next)
      : context_(context),
        snapshot_(snapshot),
        database_bytes_(bytes_of(snapshot.tables())),
        reads_(reads),
        outcomes_(outcomes),
        next_(next) {}

  Status run() {
    PgSession session = TRY(snapshot_.open_reader());
    const auto lane = context_.writer.open_lane(BlobType::kData);
    for (std::size_t i = next_++; i < reads_.size(); i = next_++) {
      TRY(context_.cancel.check());
      TRY(context_.stopping.check());
      outcomes_[i] = TRY(read_one(session, *lane, reads_[i]));
    }
    return {};
  }

 private:
  Result<ReadOutcome> read_one(PgSession& session, BlobWriter::Lane& lane, const TableRead& read) {
    const SourceTable& table = snapshot_.tables()[read.table];
    StreamWriter file(lane, table_chunks({bytes_of(table), database_bytes_}), StreamWriter::HashWhole::kYes);
    ReadOutcome outcome;
    {
      CheckedSink sink(context_, file);
      Result<TableReadResult> result = read_table(session, table, read.range, sink, context_.stopping);
      if (!result) return fail(result.error().in(fmt::format("table {}.{}", table.schema, table.name)));
      outcome.read = *result;
    }
    outcome.file = TRY(file.finish());
    return outcome;
  }

  const CaptureContext& context_;
  const DatabaseSnapshot& snapshot_;
  const std::uint64_t database_bytes_;
  const std::vector<TableRead>& reads_;
  std::vector<ReadOutcome>& outcomes_;
  std::atomic<std::size_t>& next_;
};

CapturedTables assemble(const std::vector<SourceTable>& tables, const std::vector<TableRead>& reads,
                        std::vector<ReadOutcome>& outcomes) {
  CapturedTables captured;
  std::vector<RowDigest> digests(tables.size());
  for (const SourceTable& table : tables) {
    captured.entries.push_back({table.schema, table.name, table.columns, 0, 0, {}, {}});
  }
  for (std::size_t i = 0; i < reads.size(); ++i) {
    TableEntry& entry = captured.entries[reads[i].table];
    const TableReadResult& read = outcomes[i].read;
    entry.rows += read.rows;
    entry.bytes += read.bytes;
    digests[reads[i].table].add(read.digest);
    if (read.rows == 0) continue;  // pages, but nothing that this snapshot sees
    entry.parts.push_back({reads[i].path, read.rows, read.bytes, outcomes[i].file.sha256});
    captured.files.push_back({reads[i].path, std::move(outcomes[i].file)});
  }
  for (std::size_t i = 0; i < tables.size(); ++i) {
    TableEntry& entry = captured.entries[i];
    entry.row_digest = digests[i].hex();
    std::sort(entry.parts.begin(), entry.parts.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
  }
  return captured;
}

}  // namespace

std::string table_path(const SourceTable& table, std::size_t part, std::size_t parts) {
  std::string name = fmt::format("{}.{}", percent_encode(table.schema), percent_encode(table.name));
  if (name.size() > kMaxNameBytes) {
    const Id hash = sha256(as_bytes(fmt::format("{}\n{}", table.schema, table.name)));
    name = fmt::format("{}.{}", name.substr(0, kMaxNameBytes - 17), hash.hex().substr(0, 16));
  }
  if (parts > 1 || bytes_of(table) > kOwnDirectoryBytes) name += fmt::format("/{:05}", part + 1);
  return fmt::format("database/tables/{}.copy", name);
}

std::vector<TableRead> plan_table_reads(const std::vector<SourceTable>& tables) {
  std::vector<TableRead> reads;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const SourceTable& table = tables[i];
    if (table.heap_bytes == 0) continue;
    const std::uint64_t step = pages_per_part(table);
    const std::size_t parts =
        step == UINT64_MAX ? 1 : static_cast<std::size_t>((table.heap_pages + step - 1) / step);
    for (std::size_t part = 0; part < parts; ++part) {
      TableRead read{i, {}, bytes_of(table) / parts, table_path(table, part, parts)};
      if (parts > 1) read.range.first = part * step;
      // The last range is open: pages may have been added since the size was read.
      if (part + 1 < parts) read.range.last = (part + 1) * step;
      reads.push_back(std::move(read));
    }
  }
  std::stable_sort(reads.begin(), reads.end(),
                   [](const auto& a, const auto& b) { return a.weight > b.weight; });
  return reads;
}

Result<CapturedTables> capture_tables(const CaptureContext& context, DatabaseSnapshot& snapshot,
                                      const std::vector<TableRead>& reads, int readers) {
  std::vector<ReadOutcome> outcomes(reads.size());
  std::atomic<std::size_t> next{0};
  TaskGroup group;
  const CaptureContext inner{context.repository, context.writer, context.progress, context.cancel,
                             group.stopping()};
  for (int i = 0; i < readers; ++i) {
    group.run([&] { return Reader(inner, snapshot, reads, outcomes, next).run(); });
  }
  TRY(group.wait());
  return assemble(snapshot.tables(), reads, outcomes);
}

}  // namespace skyhold
