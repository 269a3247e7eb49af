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

// A schema of one scratch database: a database of its own takes a third of a second to make.
class PostgresPlace final : public SqlPlace {
 public:
  PostgresPlace() : schema_(next_name()) { database().execute("CREATE SCHEMA " + schema_); }
  ~PostgresPlace() override {
    try {
      database().execute(fmt::format("DROP SCHEMA {} CASCADE", schema_));
    } catch (const std::exception& error) {
      // The cluster goes with the process in any case; a destructor must not throw.
      ADD_FAILURE() << "cannot drop " << schema_ << ": " << error.what();
    }
  }
  PostgresPlace(const PostgresPlace&) = delete;
  PostgresPlace& operator=(const PostgresPlace&) = delete;

  [[nodiscard]] std::string url() const override {
    return fmt::format("{}?options=-csearch_path%3D{}", database().url(), schema_);
  }
  [[nodiscard]] static const ScratchDatabase& database() {
    static const ScratchDatabase one("sql_places");
    return one;
  }

 private:
  static std::string next_name() {
    static std::atomic<int> count = 0;
    return fmt::format("place_{}", ++count);
  }
  const std::string schema_;
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
