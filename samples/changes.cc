#include "changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "connection.h"
#include "files.h"
#include "large_tables.h"
#include "odoo_tables.h"
#include "special_objects.h"
#include "values.h"

namespace sample {
namespace {

// Of the rows that a working day touches; the rest of the updates go anywhere.
constexpr double kNewShare = 0.6;
constexpr double kRecentShare = 0.3;
constexpr double kRecentPart = 0.05;  // of a table: its last rows
constexpr std::int64_t kRowsOfLargeTables = 100;

class Day {
 public:
  explicit Day(const ChangeOptions& options) : options_(options), connection_(options.database) {
    // The tables that every sample project has; a number under theirs adds none.
    for (Table& table : odoo_tables(0)) {
      const std::string last = table.relation ? "count(*)" : "coalesce(max(id), 0)";
      context_.rows[table.name] =
          connection_.number(fmt::format("SELECT {} FROM public.{}", last, table.name));
      tables_.push_back(std::move(table));
    }
    context_.seed = options.seed + 1000003;
    context_.working_day = true;
    create_sentences(connection_, context_.seed);
    all_rows_ = connection_.number(
        "SELECT sum(greatest(reltuples, 0))::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace > "
        "16383 OR "
        "relkind = 'r' AND relnamespace = 'public'::regnamespace");
  }

  ChangeResult run() {
    connection_.run("BEGIN");
    if (options_.pattern == Pattern::kWorkday) {
      update_recent();
      update_anywhere(options_.rows_percent * (1 - kNewShare - kRecentShare));
      insert_new();
    } else {
      update_anywhere(options_.rows_percent);
    }
    add_files();
    const std::vector<std::string> useless = delete_attachments();
    change_special_objects(connection_, context_.seed,
                           std::max<std::int64_t>(1, percent_of("mail_message", options_.rows_percent / 2)));
    set_sequences();
    connection_.run("COMMIT");
    // As Odoo's garbage collection: the files go once no committed row refers to them.
    for (const std::string& name : useless) std::filesystem::remove(options_.filestore / name);
    connection_.run("ANALYZE");
    return result_;
  }

 private:
  std::int64_t percent_of(const std::string& table, double percent) const {
    return std::llround(static_cast<double>(context_.rows.at(table)) * percent / 100);
  }

  std::uint64_t update(const std::string& table, const std::string& condition) {
    return static_cast<std::uint64_t>(connection_.number(fmt::format(
        "WITH changed AS (UPDATE public.{} SET write_date = timestamp '2025-07-01 17:00' + id % 3600 * "
        "interval '1 second', write_uid = 2 WHERE {} RETURNING 1) SELECT count(*) FROM changed",
        table, condition)));
  }

  // True for this share of rows, chosen by a hash of their ids.
  std::string chosen(double percent) const {
    return fmt::format("(hashint8extended(id, {}) & 1048575) < {}", context_.seed,
                       std::llround(percent / 100 * 1048576));
  }

  // A percentage of all rows, as a percentage of these alone.
  double percent_within(std::int64_t rows, double percent_of_all) const {
    return percent_of_all * static_cast<double>(all_rows_) / static_cast<double>(rows);
  }

  void update_recent() {
    std::int64_t documents = 0;
    const auto changes = [](const Table& table) { return table.share > 0 && !table.relation; };
    for (const Table& table : tables_) {
      if (changes(table)) documents += context_.rows.at(table.name);
    }
    const double percent = percent_within(documents, options_.rows_percent * kRecentShare) / kRecentPart;
    for (const Table& table : tables_) {
      if (!changes(table)) continue;
      const std::int64_t rows = context_.rows.at(table.name);
      const auto older = static_cast<std::int64_t>(static_cast<double>(rows) * (1 - kRecentPart));
      result_.rows_updated += update(table.name, fmt::format("id > {} AND {}", older, chosen(percent)));
    }
  }

  void update_anywhere(double percent_of_all) {
    const auto tables = connection_.rows(fmt::format(
        "SELECT c.relname, c.reltuples::bigint FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND "
        "a.attname = 'write_date' WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND "
        "c.reltuples >= {} ORDER BY 1",
        kRowsOfLargeTables));
    std::int64_t documents = 0;
    for (const auto& row : tables) documents += std::stoll(row[1]);
    const double percent = percent_within(documents, percent_of_all);
    for (const auto& row : tables) result_.rows_updated += update(row[0], chosen(percent));
  }

  void insert_new() {
    // First all the counts, since new parts refer to new documents.
    ValueContext grown = context_;
    std::int64_t growing = 0;
    for (const Table& table : tables_) {
      if (table.share > 0) growing += context_.rows.at(table.name);
    }
    const double percent = percent_within(growing, options_.rows_percent * kNewShare);
    for (const Table& table : tables_) {
      if (table.share > 0) grown.rows[table.name] += percent_of(table.name, percent);
    }
    for (const Table& table : tables_) {
      const std::int64_t first = context_.rows.at(table.name) + 1;
      const std::int64_t last = grown.rows.at(table.name);
      if (first > last || refers_to_attachments(table)) continue;
      if (table.name == "mail_message") {
        copy_messages(connection_, first, last, grown);
      } else {
        connection_.run(insert_sql(table, first, last, grown));
      }
      result_.rows_added += static_cast<std::uint64_t>(last - first + 1);
    }
    context_.rows = grown.rows;
  }

  // Attachments may have gone, so that their ids have gaps.
  static bool refers_to_attachments(const Table& table) {
    return table.relation && table.columns[1].references == "ir_attachment";
  }

  void add_files() {
    const std::int64_t stored = connection_.number(
        "SELECT count(DISTINCT store_fname) FROM public.ir_attachment WHERE store_fname IS NOT NULL");
    const auto count = std::llround(static_cast<double>(stored) * options_.files_percent / 100);
    const std::vector<StoredFile> files =
        write_files(options_.filestore, static_cast<std::size_t>(count), context_.seed);
    const std::int64_t first = context_.rows.at("ir_attachment") + 1;
    result_.rows_added +=
        static_cast<std::uint64_t>(copy_attachments(connection_, first, files, context_) - first + 1);
    result_.files_added = files.size();
    for (const StoredFile& file : files)
      result_.file_bytes_added += static_cast<std::uint64_t>(file.size_bytes);
  }

  // Half as many files as were added, among those of earlier days.
  std::vector<std::string> delete_attachments() {
    std::vector<std::string> names;
    for (const auto& row : connection_.rows(fmt::format(
             "DELETE FROM public.ir_attachment WHERE store_fname IN (SELECT store_fname FROM "
             "public.ir_attachment WHERE store_fname IS NOT NULL AND id <= {} GROUP BY store_fname "
             "ORDER BY md5(concat(store_fname, {})) LIMIT {}) RETURNING store_fname",
             context_.rows.at("ir_attachment"), options_.seed, result_.files_added / 2))) {
      if (std::find(names.begin(), names.end(), row[0]) == names.end()) names.push_back(row[0]);
    }
    result_.files_deleted = names.size();
    return names;
  }

  void set_sequences() {
    for (const Table& table : tables_) {
      if (table.relation) continue;
      connection_.run(fmt::format(
          "SELECT setval('public.{0}_id_seq', max(id)) FROM public.{0} HAVING max(id) IS NOT NULL",
          table.name));
    }
  }

  const ChangeOptions& options_;
  Connection connection_;
  std::vector<Table> tables_;
  std::int64_t all_rows_ = 0;
  ValueContext context_;
  ChangeResult result_;
};

}  // namespace

ChangeResult change_project(const ChangeOptions& options) {
  return Day(options).run();
}

}  // namespace sample
