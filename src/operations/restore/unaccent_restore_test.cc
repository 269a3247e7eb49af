// Odoo's indexes over unaccent(), which it marks as IMMUTABLE: a mark that no dump keeps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/restore/captured_backup_test.h"
#include "operations/restore/restore_from.h"
#include "tests/support/fingerprint.h"
#include "tests/support/scratch_postgres.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kSearchSql =
    "CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent; ALTER FUNCTION unaccent(text) IMMUTABLE;"
    "CREATE TABLE partner (id int PRIMARY KEY, name text); INSERT INTO partner VALUES (1, 'Zoé');"
    "CREATE INDEX partner_name ON partner USING gin (unaccent(name) gin_trgm_ops);";

class UnaccentRestore : public testing::Test {
 protected:
  UnaccentRestore() : source_("unaccent_source", kSearchSql), backup_(source_.url()) {}
  ~UnaccentRestore() override { ScratchPostgres::instance().drop_database("branch_unaccent"); }

  Result<RestoreResult> restore_as(const std::string& user) {
    RestoreOptions options;
    options.database = or_throw(PgTarget::parse(ScratchPostgres::instance().url("branch_unaccent", user)));
    return restore_from(backup_, backup_.manifest, options, progress_, cancel_);
  }

  ScratchDatabase source_;
  CapturedBackup backup_;
  QuietProgress progress_;
  CancelToken cancel_;
};

TEST_F(UnaccentRestore, ASuperuserHasTheIndexesBack) {
  const auto result = restore_as("postgres");
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_THAT(result->notices, IsEmpty());
  EXPECT_EQ(schema_text("branch_unaccent"), schema_text(source_.name()));
}

TEST_F(UnaccentRestore, AnOrdinaryRoleHasAllButTheIndexesAndIsTold) {
  auto& server = ScratchPostgres::instance();
  server.execute("postgres", "CREATE ROLE unaccent_restorer LOGIN CREATEDB");
  const auto result = restore_as("unaccent_restorer");
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_THAT(result->notices, testing::Contains(testing::AllOf(HasSubstr("partner_name"),
                                                                HasSubstr("ALTER FUNCTION unaccent"))));
  EXPECT_EQ(server.query_value("branch_unaccent", "SELECT name FROM partner"), "Zoé");
  EXPECT_EQ(
      server.query_value("branch_unaccent", "SELECT count(*) FROM pg_indexes WHERE tablename = 'partner'"),
      "1");
  server.drop_database("branch_unaccent");
  server.execute("postgres", "DROP ROLE unaccent_restorer");
}

}  // namespace
}  // namespace skyhold
