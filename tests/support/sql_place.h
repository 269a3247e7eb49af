// An empty database of either kind for one test. A suite runs over both with
//
//   INSTANTIATE_TEST_SUITE_P(Both, CatalogTest, kSqlDialects, sql_dialect_name);
#pragma once

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "db/sql_database.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/scratch_postgres.h"

namespace skyhold {

class SqlPlace {
 public:
  virtual ~SqlPlace() = default;
  [[nodiscard]] virtual std::string url() const = 0;

  // As often as it is asked: all see the same tables.
  [[nodiscard]] std::unique_ptr<SqlDatabase> open(const SqlDatabaseOptions& options = {}) const {
    auto database = open_sql_database(url(), options);
    if (!database) throw std::runtime_error(to_string(database.error()));
    return std::move(*database);
  }
};

class SqlitePlace final : public SqlPlace {
 public:
  [[nodiscard]] std::string path() const { return directory_ / "catalog.db"; }
  [[nodiscard]] std::string url() const override { return "sqlite://" + path(); }

 private:
  ScratchDirectory directory_;
};

class PostgresPlace final : public SqlPlace {
 public:
  PostgresPlace() : database_(next_name()) {}
  [[nodiscard]] std::string url() const override { return database_.url(); }
  [[nodiscard]] const ScratchDatabase& database() const { return database_; }

 private:
  static std::string next_name() {
    static std::atomic<int> count = 0;
    return fmt::format("sql_place_{}", ++count);
  }
  ScratchDatabase database_;
};

inline std::unique_ptr<SqlPlace> make_sql_place(SqlDialect dialect) {
  if (dialect == SqlDialect::kSqlite) return std::make_unique<SqlitePlace>();
  return std::make_unique<PostgresPlace>();
}

inline const auto kSqlDialects = testing::Values(SqlDialect::kSqlite, SqlDialect::kPostgresql);

inline std::string sql_dialect_name(const testing::TestParamInfo<SqlDialect>& info) {
  return info.param == SqlDialect::kSqlite ? "Sqlite" : "Postgresql";
}

}  // namespace skyhold
