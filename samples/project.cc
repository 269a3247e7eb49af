#include "project.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <vector>

#include "connection.h"
#include "files.h"
#include "large_tables.h"
#include "odoo_tables.h"
#include "special_objects.h"
#include "values.h"

namespace sample {
namespace {

constexpr std::size_t kConnections = 2;
constexpr std::size_t kTablesAtOnce = 40;  // in one transaction; each takes several locks

// Megabytes, measured: an empty database with its catalogs, a table with its indexes and
// comments, and everything that a thousand messages bring with them.
constexpr double kEmptyDatabaseMb = 17.0;
constexpr double kTableMb = 0.105;
constexpr double kThousandMessagesMb = 2.9;
constexpr unsigned kTablesOfRealOdoo = 700;

bool database_exists(const CreateOptions& options, const std::string& name) {
  Connection maintenance(options.database, "postgres");
  return maintenance.number(
             fmt::format("SELECT count(*) FROM pg_database WHERE datname = {}", quote_literal(name))) > 0;
}

std::string database_name(const std::string& url) {
  char* error = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(url.c_str(), &error);
  if (parsed == nullptr) {
    const std::string message = fmt::format("not a PostgreSQL URL: {}", error == nullptr ? url : error);
    PQfreemem(error);
    throw Failure(message);
  }
  std::string name;
  for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
    if (std::string_view(option->keyword) == "dbname" && option->val != nullptr) name = option->val;
  }
  PQconninfoFree(parsed);
  if (name.empty()) throw Failure("the PostgreSQL URL names no database");
  return name;
}

void ensure_empty_database(const CreateOptions& options) {
  const std::string name = database_name(options.database);
  if (!database_exists(options, name)) {
    Connection maintenance(options.database, "postgres");
    // As Odoo does it: template0, UTF-8, and the C collation.
    maintenance.run(fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'",
                                quote_identifier(name)));
  }
  Connection connection(options.database);
  if (connection.number(
          "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')") >
      0) {
    throw Failure(
        fmt::format("database {} holds tables already; name one that is empty or does not exist", name));
  }
}

void ensure_empty_directory(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  if (!std::filesystem::is_empty(directory)) {
    throw Failure(fmt::format("{} is not empty; name a new directory for the filestore", directory.string()));
  }
}

// Each worker has a connection of its own and takes the next job.
void run_jobs(const CreateOptions& options, const std::vector<std::function<void(Connection&)>>& jobs) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::future<void>> workers;
  for (std::size_t worker = 0; worker < kConnections; ++worker) {
    workers.push_back(std::async(std::launch::async, [&options, &jobs, &next] {
      Connection connection(options.database);
      create_sentences(connection, options.seed);
      for (std::size_t job = next++; job < jobs.size(); job = next++) jobs[job](connection);
    }));
  }
  for (std::future<void>& worker : workers) worker.get();
}

void create_tables(Connection& connection, const std::vector<Table>& tables) {
  std::string sql;
  for (std::size_t index = 0; index < tables.size(); ++index) {
    sql += create_table_sql(tables[index]);
    if ((index + 1) % kTablesAtOnce == 0 || index + 1 == tables.size()) {
      connection.run(sql);
      sql.clear();
    }
  }
}

std::map<std::string, std::int64_t> plan_rows(const std::vector<Table>& tables,
                                              const CreateOptions& options) {
  const double base = kEmptyDatabaseMb + kTableMb * static_cast<double>(tables.size());
  const double units = std::max(0.3, (static_cast<double>(options.database_mb) - base) / kThousandMessagesMb);
  // The tables that come with the software are as large as the modules that are installed.
  const double installed = std::min(1.0, static_cast<double>(tables.size()) / kTablesOfRealOdoo);
  std::map<std::string, std::int64_t> rows;
  for (const Table& table : tables) {
    const bool software = table.name.starts_with("ir_") && table.fixed_rows >= 1000;
    const double fixed = static_cast<double>(table.fixed_rows) * (software ? installed : 1.0);
    rows[table.name] =
        table.share > 0 ? std::max<std::int64_t>(10, std::llround(table.share * units)) : std::llround(fixed);
  }
  rows["ir_attachment"] = kLastingAttachments;
  return rows;
}

void fill_table(Connection& connection, const Table& table, const ValueContext& context) {
  const std::int64_t rows = context.rows.at(table.name);
  if (rows == 0) return;
  if (table.name == "mail_message") {
    copy_messages(connection, 1, rows, context);
  } else if (table.name == "ir_ui_view") {
    copy_views(connection, rows, context);
  } else if (table.name == "ir_attachment") {
    copy_lasting_attachments(connection, context);
  } else {
    connection.run(insert_sql(table, 1, rows, context));
  }
}

void fill_tables(const CreateOptions& options, const std::vector<Table>& tables, const ValueContext& context,
                 bool relations) {
  std::vector<const Table*> ordered;
  for (const Table& table : tables) {
    if (table.relation == relations) ordered.push_back(&table);
  }
  std::stable_sort(ordered.begin(), ordered.end(), [&context](const Table* left, const Table* right) {
    return context.rows.at(left->name) > context.rows.at(right->name);
  });
  std::vector<std::function<void(Connection&)>> jobs;
  for (const Table* table : ordered) {
    jobs.emplace_back([table, &context](Connection& connection) { fill_table(connection, *table, context); });
  }
  run_jobs(options, jobs);
}

// What makes it an Odoo: the version of its base, and the database's own identity.
void write_identity(Connection& connection, std::uint64_t seed) {
  connection.run(fmt::format(R"(
UPDATE public.ir_module_module SET name = (ARRAY['base', 'web', 'mail', 'product', 'account', 'sale', 'stock', 'crm'])[id]
  WHERE id <= 8;
UPDATE public.ir_module_module SET state = CASE WHEN id <= 8 OR id % 4 = 0 THEN 'installed' ELSE 'uninstalled' END,
  latest_version = CASE WHEN id <= 8 OR id % 4 = 0 THEN '17.0.1.3' END;
UPDATE public.ir_config_parameter SET key = 'database.uuid', value = md5('uuid {0}')::uuid::text WHERE id = 1;
UPDATE public.ir_config_parameter SET key = 'database.secret', value = md5('secret {0}')::uuid::text WHERE id = 2;
UPDATE public.ir_config_parameter SET key = 'web.base.url', value = 'https://erp.example.com' WHERE id = 3;
UPDATE public.res_users SET login = CASE id WHEN 1 THEN '__system__' ELSE 'admin' END WHERE id <= 2;
)",
                             seed));
}

void create_indexes(const CreateOptions& options, const std::vector<Table>& tables,
                    const ValueContext& context) {
  std::vector<const Table*> ordered;
  for (const Table& table : tables) ordered.push_back(&table);
  std::stable_sort(ordered.begin(), ordered.end(), [&context](const Table* left, const Table* right) {
    return context.rows.at(left->name) > context.rows.at(right->name);
  });
  std::vector<std::function<void(Connection&)>> jobs;
  for (const Table* table : ordered) {
    std::string sql = create_indexes_sql(*table);
    if (sql.empty()) continue;
    jobs.emplace_back([sql = std::move(sql)](Connection& connection) {
      connection.run("SET maintenance_work_mem = '128MB'; SET max_parallel_maintenance_workers = 0");
      connection.run(sql);
    });
  }
  run_jobs(options, jobs);
}

void create_foreign_keys(Connection& connection, const std::vector<Table>& tables) {
  for (const Table& table : tables) {
    if (const std::string sql = foreign_keys_sql(table); !sql.empty()) connection.run(sql);
  }
}

void set_sequences(Connection& connection, const std::vector<Table>& tables) {
  std::string sql;
  for (const Table& table : tables) {
    if (table.relation) continue;
    sql += fmt::format(
        "SELECT setval('public.{0}_id_seq', max(id)) FROM public.{0} HAVING max(id) IS NOT NULL;\n",
        table.name);
  }
  connection.run(sql);
}

// Odoo marks a file in checklist/ when it might have become useless; the marks stay for a while.
void write_checklist(const std::filesystem::path& filestore, const std::vector<StoredFile>& files) {
  for (std::size_t index = 0; index < files.size(); index += 50) {
    const std::filesystem::path mark = filestore / "checklist" / files[index].stored_name();
    std::filesystem::create_directories(mark.parent_path());
    if (!std::ofstream(mark)) throw Failure(fmt::format("cannot write {}", mark.string()));
  }
}

CreateResult describe(Connection& connection, const std::vector<StoredFile>& files) {
  CreateResult result;
  result.tables = static_cast<std::uint64_t>(
      connection.number("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace > 16383 OR "
                        "relkind = 'r' AND relnamespace = 'public'::regnamespace"));
  result.rows = static_cast<std::uint64_t>(
      connection.number("SELECT coalesce(sum(n_live_tup), 0)::bigint FROM pg_stat_user_tables"));
  result.database_bytes =
      static_cast<std::uint64_t>(connection.number("SELECT pg_database_size(current_database())"));
  result.files = files.size();
  for (const StoredFile& file : files) result.file_bytes += static_cast<std::uint64_t>(file.size_bytes);
  return result;
}

}  // namespace

CreateResult create_project(const CreateOptions& options) {
  const std::vector<Table> tables = odoo_tables(options.tables);
  ensure_empty_directory(options.filestore);
  ensure_empty_database(options);
  std::future<std::vector<StoredFile>> writing = std::async(std::launch::async, [&options] {
    return write_files_of_bytes(options.filestore, options.filestore_mb * 1000 * 1000, options.seed);
  });

  Connection connection(options.database);
  create_extensions(connection);
  create_tables(connection, tables);
  ValueContext context{options.seed, plan_rows(tables, options), false};
  fill_tables(options, tables, context, false);
  write_identity(connection, options.seed);

  const std::vector<StoredFile> files = writing.get();
  write_checklist(options.filestore, files);
  context.rows["ir_attachment"] = copy_attachments(connection, kLastingAttachments + 1, files, context);
  fill_tables(options, tables, context, true);

  create_indexes(options, tables, context);
  create_foreign_keys(connection, tables);
  create_special_objects(connection, options.seed, context.rows.at("mail_message") / 2);
  set_sequences(connection, tables);
  connection.run("VACUUM (ANALYZE)");
  connection.run("CHECKPOINT");
  return describe(connection, files);
}

}  // namespace sample
