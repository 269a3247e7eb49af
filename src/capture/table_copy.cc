// The rows of a table as COPY text.
#include <fmt/format.h>

#include "base/assert.h"
#include "capture/database_capture.h"

namespace skyhold {
namespace {

// Rows are gathered before they go to the sink, which hashes and chunks: per row, its
// fixed costs would outweigh one more copy of the bytes.
constexpr std::size_t kBatchBytes = 64 * 1024;

std::string column_list(const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) {
    if (!list.empty()) list += ", ";
    list += quote_identifier(column);
  }
  return list;
}

// ` ("a", "b")`; a table without columns has no list, an empty one is a syntax error.
std::string copy_columns(const std::vector<std::string>& columns) {
  return columns.empty() ? std::string() : fmt::format(" ({})", column_list(columns));
}

class RowBatch {
 public:
  explicit RowBatch(ByteSink& sink) : sink_(sink) { pending_.reserve(kBatchBytes); }

  Status add(ByteView row) {
    if (pending_.size() + row.size() > kBatchBytes) TRY(flush());
    if (row.size() > kBatchBytes) return sink_.write(row);
    append(pending_, row);
    return {};
  }
  Status flush() {
    if (pending_.empty()) return {};
    TRY(sink_.write(pending_));
    pending_.clear();
    return {};
  }

 private:
  ByteSink& sink_;
  Bytes pending_;
};

}  // namespace

std::string copy_out_sql(const SourceTable& table, const PageRange& range) {
  const std::string name = quote_qualified(table.schema, table.name);
  const bool to_the_end = range.last == UINT64_MAX;
  if (range.first == 0 && to_the_end)
    return fmt::format("COPY {}{} TO STDOUT", name, copy_columns(table.columns));
  SKYHOLD_ASSERT(range.first < range.last);
  std::string condition = fmt::format("ctid >= '({},0)'::pg_catalog.tid", range.first);
  if (!to_the_end) condition += fmt::format(" AND ctid < '({},0)'::pg_catalog.tid", range.last);
  // COPY (SELECT …) would follow inheritance children; COPY of a table does not.
  return fmt::format("COPY (SELECT {} FROM ONLY {} WHERE {}) TO STDOUT", column_list(table.columns), name,
                     condition);
}

std::string copy_in_sql(const TableEntry& table) {
  return fmt::format("COPY {}{} FROM STDIN", quote_qualified(table.schema, table.name),
                     copy_columns(table.columns));
}

Result<TableReadResult> read_table(PgSession& reader, const SourceTable& table, const PageRange& range,
                                   ByteSink& sink, const CancelToken& cancel) {
  constexpr std::uint64_t kRowsBetweenChecks = 256;
  TableReadResult result;
  RowBatch batch(sink);
  const auto counted = reader.copy_out(copy_out_sql(table, range), [&](ByteView row) -> Status {
    if (result.rows++ % kRowsBetweenChecks == 0) TRY(cancel.check());
    result.bytes += row.size();
    result.digest.add_row(row);
    return batch.add(row);
  });
  const auto doing = [&] {
    return fmt::format("reading table {}", quote_qualified(table.schema, table.name));
  };
  if (!counted) {
    return fail(counted.error().code == ErrorCode::kCancelled ? counted.error()
                                                              : counted.error().in(doing()));
  }
  TRY(batch.flush());
  if (*counted != result.rows) {
    return fail(ErrorCode::kSource,
                fmt::format("{}: the server counted {} rows but sent {}", doing(), *counted, result.rows));
  }
  return result;
}

}  // namespace skyhold
