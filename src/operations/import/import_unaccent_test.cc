// Dumps of databases whose indexes need what no dump keeps: Odoo's mark on unaccent().
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/import/import_test_support.h"

namespace skyhold {
namespace {

using import_test::pg_dump;
using import_test::TryImport;

constexpr std::string_view kSearchSql =
    "CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent; ALTER FUNCTION unaccent(text) IMMUTABLE;"
    "CREATE TABLE partner (id int PRIMARY KEY, name text); INSERT INTO partner VALUES (1, 'Zoé');"
    "CREATE INDEX partner_name ON partner USING gin (unaccent(name) gin_trgm_ops);";

std::string indexes(const std::string& database) {
  return ScratchPostgres::instance().query_value(
      database,
      "SELECT string_agg(indexname, ',' ORDER BY indexname) FROM pg_indexes WHERE tablename = 'partner'");
}

TEST(ImportUnaccent, ASuperuserTakesTheIndexesOver) {
  const ScratchDatabase source("unaccent_import", kSearchSql);
  TryImport attempt(pg_dump(source.name(), "-Fp --no-owner"));
  ASSERT_TRUE(attempt.load()) << to_string(attempt.error);
  EXPECT_EQ(indexes(attempt.database()), "partner_name,partner_pkey");
  EXPECT_FALSE(attempt.report.has(ImportSeverity::kWarning)) << attempt.found();
}

TEST(ImportUnaccent, AnOrdinaryImporterLeavesThemOutAndAsks) {
  const ScratchDatabase source("unaccent_import", kSearchSql);
  ScratchPostgres::instance().execute("postgres", "CREATE ROLE unaccent_importer LOGIN CREATEDB CREATEROLE");
  {
    TryImport attempt(pg_dump(source.name(), "-Fp --no-owner"), "unaccent_importer");
    ASSERT_TRUE(attempt.load()) << to_string(attempt.error);
    EXPECT_EQ(indexes(attempt.database()), "partner_pkey");
    EXPECT_EQ(attempt.count("left_out_indexes"), 1U) << attempt.found();
    EXPECT_TRUE(attempt.report.has(ImportSeverity::kWarning));
  }
  ScratchPostgres::instance().execute("postgres", "DROP ROLE unaccent_importer");
}

}  // namespace
}  // namespace skyhold
