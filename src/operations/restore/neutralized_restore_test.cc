// A restore that makes a copy harmless before anyone can see it, and the hooks around its swap.
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/restore/captured_backup_test.h"
#include "operations/restore/restore_from.h"
#include "tests/support/odoo_database.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/scratch_postgres.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

// Remembers the phases, and asks what of the branch can be seen in one of them.
class WatchingProgress final : public ProgressSink {
 public:
  void report(const Progress& progress) override {
    const std::scoped_lock lock(mutex_);
    if (!phases.empty() && phases.back() == progress.phase) return;
    phases.push_back(progress.phase);
    if (on_phase) on_phase(progress.phase);
  }
  void warn(const std::string&) override {}

  std::vector<std::string> phases;
  std::function<void(const std::string&)> on_phase;

 private:
  std::mutex mutex_;
};

class NeutralizedRestore : public testing::Test {
 protected:
  NeutralizedRestore() : source_("copy_source", kOdooDatabaseSql), backup_(source_.url()) {
    backup_.manifest.project = "acme";
    options_.database = or_throw(PgTarget::parse(ScratchPostgres::instance().url("copy")));
    options_.workers = 2;
    options_.replace = true;
    ScratchPostgres::instance().create_database("copy", "CREATE TABLE public.old ()");
  }
  ~NeutralizedRestore() override {
    for (const std::string& name : copies()) ScratchPostgres::instance().drop_database(name);
  }
  static std::vector<std::string> copies() {
    std::istringstream names(ScratchPostgres::instance().query_value(
        "postgres",
        "SELECT string_agg(datname, ' ' ORDER BY 1) FROM pg_database WHERE datname LIKE 'copy%' AND "
        "datname <> 'copy_source'"));
    return {std::istream_iterator<std::string>(names), {}};
  }
  Result<RestoreResult> restore() {
    return restore_from(backup_, backup_.manifest, options_, progress_, cancel_);
  }
  static std::string value(const std::string& sql) {
    return ScratchPostgres::instance().query_value("copy", sql);
  }
  // A hook that notes when it ran, and which table the branch had then.
  [[nodiscard]] Hook noting(const std::string& what, int exit_status = 0) const {
    const std::string psql = ScratchPostgres::instance().program_directory() + "/psql -X -A -t -d '" +
                             ScratchPostgres::instance().url("copy") +
                             "' -c \"SELECT coalesce(to_regclass('public.old')::text, 'new')\"";
    return shell_hook("echo " + what + " $SKYHOLD_OPERATION $SKYHOLD_PROJECT $SKYHOLD_BRANCH $(" + psql +
                      ") >> " + notes().string() + "; exit " + std::to_string(exit_status));
  }
  [[nodiscard]] fs::path notes() const { return directory_ / "notes"; }
  [[nodiscard]] std::string noted() const {
    std::ifstream file(notes());
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void expect_as_it_was() const {
    EXPECT_EQ(value("SELECT to_regclass('public.old')"), "old");
    EXPECT_THAT(copies(), ElementsAre("copy"));
  }

  ScratchDatabase source_;
  CapturedBackup backup_;
  ScratchDirectory directory_;
  RestoreOptions options_;
  WatchingProgress progress_;
  CancelToken cancel_;
};

TEST_F(NeutralizedRestore, NothingIsVisibleBeforeItIsHarmless) {
  options_.neutralize = NeutralizeOptions{};
  options_.identity = Identity::kNew;
  progress_.on_phase = [](const std::string& phase) {
    if (phase == "Swapping") {
      const std::string hidden = copies().at(1);
      EXPECT_EQ(ScratchPostgres::instance().query_value(hidden, "SELECT count(*) FROM ir_cron WHERE active"),
                "1");
    }
    EXPECT_EQ(value("SELECT to_regclass('public.ir_cron')"), "") << phase;
  };
  const auto result = restore();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_THAT(progress_.phases, testing::IsSupersetOf({"Checking", "Neutralizing", "Swapping"}));
  EXPECT_EQ(value("SELECT count(*) FROM ir_cron WHERE active"), "1");
  EXPECT_NE(value("SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'"), "the-uuid");
  ASSERT_TRUE(result->neutralization);
  EXPECT_EQ(result->neutralization->switched_off.at(0).before, 3U);
  EXPECT_EQ(result->neutralization->switched_off.at(0).after, 1U);
  EXPECT_THAT(result->neutralization->foreign_modules_without_rule, ElementsAre("acme_shop"));
  EXPECT_THAT(result->how_to_undo, HasSubstr(result->replaced_database));
}

TEST_F(NeutralizedRestore, AMoveChangesNothingAndAnExactCopyItsIdentityAlone) {
  auto result = restore();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_FALSE(result->neutralization);
  EXPECT_EQ(value("SELECT count(*) FROM ir_cron WHERE active"), "3");
  EXPECT_EQ(value("SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'"), "the-uuid");
  options_.identity = Identity::kNew;
  result = restore();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_TRUE(result->neutralization->new_identity);
  EXPECT_EQ(value("SELECT count(*) FROM ir_cron WHERE active"), "3");
  EXPECT_NE(value("SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'"), "the-uuid");
}

TEST_F(NeutralizedRestore, SqlThatFailsLeavesTheBranchAsItWas) {
  const fs::path file = directory_ / "addons/acme_shop/data/neutralize.sql";
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "UPDATE acme_order SET sent = true";
  options_.neutralize = NeutralizeOptions{{directory_ / "addons"}};
  options_.hooks.before_swap = noting("before");
  options_.hooks.after_swap = noting("after");
  auto result = restore();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr(file.string()));
  expect_as_it_was();
  EXPECT_EQ(noted(), "") << "nothing was stopped, so nothing is to be started";

  options_.neutralize = NeutralizeOptions{{directory_ / "no-addons"}};
  result = restore();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(progress_.phases, testing::Not(testing::Contains("Neutralizing").Times(2)));
}

TEST_F(NeutralizedRestore, ACancellationStopsSqlThatLasts) {
  const fs::path file = directory_ / "addons/acme_shop/data/neutralize.sql";
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "SELECT pg_sleep(600)";
  options_.neutralize = NeutralizeOptions{{directory_ / "addons"}};
  progress_.on_phase = [this](const std::string& phase) {
    if (phase == "Neutralizing") cancel_.cancel();
  };
  const auto result = restore();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
  expect_as_it_was();
}

TEST_F(NeutralizedRestore, HooksStandOnBothSidesOfTheSwap) {
  options_.hooks.branch = "staging";
  options_.hooks.before_swap = noting("before");
  options_.hooks.after_swap = noting("after");
  const auto result = restore();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(noted(), "before restore acme staging old\nafter restore acme staging new\n");
  EXPECT_EQ(result->hooks.size(), 2U);
  EXPECT_FALSE(result->degraded());

  UndoOptions undo{options_.database, std::nullopt};
  undo.hooks = options_.hooks;
  fs::remove(notes());
  const auto undone = undo_restore(undo);
  ASSERT_TRUE(undone) << to_string(undone.error());
  EXPECT_EQ(noted(), "before undo staging new\nafter undo staging old\n");
  EXPECT_EQ(undone->hooks.size(), 2U);
}

TEST_F(NeutralizedRestore, AHookThatFailsBeforeStopsTheSwapAndTheOtherStillRuns) {
  options_.hooks.before_swap = noting("before", 1);
  options_.hooks.after_swap = noting("after");
  const auto result = restore();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("nothing was swapped"));
  EXPECT_EQ(noted(), "before restore acme old\nafter restore acme old\n");
  expect_as_it_was();
}

TEST_F(NeutralizedRestore, AHookThatFailsAfterLeavesTheRestoreStandingDegraded) {
  options_.hooks.after_swap = noting("after", 1);
  const auto result = restore();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_TRUE(result->degraded());
  EXPECT_THAT(result->notices, testing::Contains(HasSubstr("after_swap")));
  EXPECT_EQ(value("SELECT to_regclass('public.ir_cron')"), "ir_cron");
}

TEST_F(NeutralizedRestore, ACancellationInTheHookLeavesTheBranchAsItWas) {
  options_.hooks.before_swap = shell_hook("sleep 600");
  options_.hooks.after_swap = noting("after");
  progress_.on_phase = [this](const std::string& phase) {
    if (phase == "Running the hook before the swap") cancel_.cancel();
  };
  const auto result = restore();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(noted(), "after restore acme old\n");
  expect_as_it_was();
}

TEST_F(NeutralizedRestore, ANewBranchNeedsNothingThere) {
  ScratchPostgres::instance().drop_database("copy");
  ScratchPostgres::instance().execute("postgres",
                                      "DROP ROLE IF EXISTS copy_odoo; CREATE ROLE copy_odoo LOGIN CREATEDB");
  options_.database = or_throw(PgTarget::parse(ScratchPostgres::instance().url("copy", "copy_odoo")));
  options_.replace = false;
  options_.neutralize = NeutralizeOptions{};
  options_.identity = Identity::kNew;
  const auto result = restore();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->how_to_undo, "");
  EXPECT_EQ(value("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'copy'"), "copy_odoo");
  EXPECT_EQ(value("SELECT tableowner FROM pg_tables WHERE tablename = 'ir_cron'"), "copy_odoo");
  EXPECT_EQ(value("SELECT count(*) FROM ir_cron WHERE active"), "1");
  ScratchPostgres::instance().drop_database("copy");
  ScratchPostgres::instance().execute("postgres", "DROP ROLE copy_odoo");
}

}  // namespace
}  // namespace skyhold
