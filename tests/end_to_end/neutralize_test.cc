// The backup of a real Odoo 17, restored as a copy that does no harm.
#include <filesystem>
#include <fstream>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/program.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

class RealOdooCopy : public testing::Test {
 protected:
  // One backup for all of them: taking it is what lasts.
  static void SetUpTestSuite() {
    if (!std::filesystem::exists(fixture())) return;
    server().create_database("copy_source", "", "TEMPLATE template0 LC_COLLATE 'C'");
    expect_good(run_shell("unzip -p " + shell_word(fixture()) + " dump.sql | " +
                          shell_word(server().program_directory() + "/psql") +
                          " -X -q -v ON_ERROR_STOP=1 -d " + shell_word(server().url("copy_source")) +
                          " > /dev/null"));
    program_ = std::make_unique<SkyholdProgram>(1);
    expect_good(program_->init());
    expect_good(program_->backup("copy_source"));
  }
  static void TearDownTestSuite() {
    program_.reset();
    server().drop_database("copy_source");
  }
  void SetUp() override {
    if (program_ != nullptr) return;
    GTEST_SKIP() << fixture()
                 << " is not here: the backup that a real Odoo 17 made is not part of the project";
  }
  void TearDown() override { server().drop_database("copy_target"); }

  static std::string fixture() { return std::string(SKYHOLD_FIXTURES) + "/odoo17.zip"; }
  static void expect_good(const ShellOutcome& outcome) {
    ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  }
  static ScratchPostgres& server() { return ScratchPostgres::instance(); }
  static std::string value(const std::string& sql) { return server().query_value("copy_target", sql); }
  static std::string source_value(const std::string& sql) { return server().query_value("copy_source", sql); }
  static std::string uuid_of(const std::string& database) {
    return server().query_value(database,
                                "SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'");
  }

  static std::unique_ptr<SkyholdProgram> program_;
};
std::unique_ptr<SkyholdProgram> RealOdooCopy::program_;

TEST_F(RealOdooCopy, OneScheduledActionIsLeftAndTheReportSaysTheRest) {
  const std::string active = "SELECT count(*) FROM ir_cron WHERE active";
  ASSERT_EQ(source_value(active), "32");
  const auto restored = program_->restore("copy_target", "--neutralize --check full");
  expect_good(restored);
  EXPECT_THAT(restored.output, HasSubstr("scheduled actions: 32 → 1"));
  EXPECT_EQ(value(active), "1");
  EXPECT_EQ(value("SELECT count(*) FROM ir_mail_server WHERE active AND smtp_host <> 'invalid'"), "0");
  EXPECT_EQ(value("SELECT count(*) FROM payment_provider WHERE state NOT IN ('test', 'disabled')"), "0");
  EXPECT_EQ(value("SELECT count(*) FROM website WHERE domain IS NOT NULL OR cdn_activated"), "0");
  EXPECT_EQ(value("SELECT count(*) FROM iap_account WHERE account_token NOT LIKE '%+disabled'"), "0");
  EXPECT_EQ(value("SELECT value FROM ir_config_parameter WHERE key = 'database.is_neutralized'"), "true");
  EXPECT_EQ(value("SELECT active FROM ir_ui_view WHERE key = 'web.neutralize_banner'"), "t");
  EXPECT_NE(uuid_of("copy_target"), uuid_of("copy_source"));
  EXPECT_EQ(source_value(active), "32");
}

TEST_F(RealOdooCopy, ItsModulesOwnSqlRunsWhereTheAddonsAreKnown) {
  const std::filesystem::path addons = program_->directory() / "addons";
  std::filesystem::create_directories(addons / "sale/data");
  std::ofstream(addons / "sale/data/neutralize.sql")
      << "UPDATE sale_order SET client_order_ref = 'a copy';\n-- the end";
  const std::string flags = "--neutralize --identity keep --addons-path " + shell_word(addons.string());
  expect_good(program_->restore("copy_target", flags));
  EXPECT_EQ(value("SELECT DISTINCT client_order_ref FROM sale_order"), "a copy");
  EXPECT_EQ(value("SELECT count(*) FROM ir_cron WHERE active"), "1");
  EXPECT_EQ(uuid_of("copy_target"), uuid_of("copy_source"));

  std::ofstream(addons / "sale/data/neutralize.sql") << "UPDATE sale_order SET no_such_column = 1";
  server().execute("copy_target", "CREATE TABLE marker ()");
  const auto refused = program_->restore("copy_target", flags + " --replace --json");
  EXPECT_NE(refused.exit_status, 0);
  EXPECT_THAT(refused.output, HasSubstr("sale/data/neutralize.sql"));
  EXPECT_EQ(value("SELECT to_regclass('marker')"), "marker");
}

}  // namespace
}  // namespace skyhold
