// If Skyhold and its servers are gone, no data is: stock restic, pg_restore and psql recover
// every copy; and what restic wrote, Skyhold reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fingerprint.h"
#include "tests/support/odd_database.h"
#include "tests/support/program.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

// No dump keeps that mark, and the index needs it.
constexpr std::string_view kSearchSql =
    "CREATE EXTENSION unaccent SCHEMA public; ALTER FUNCTION public.unaccent(text) IMMUTABLE;"
    "CREATE TABLE public.accents (name text); INSERT INTO public.accents VALUES ('Zoé');"
    "CREATE INDEX accents_name ON public.accents (public.unaccent(name));";

class StockTools : public testing::Test {
 protected:
  StockTools() : source_("stock_source", std::string(kOddDatabaseSql) + std::string(kSearchSql)) {
    expect_good(run_shell(make_filestore(filestore(), source_.name(), 40)));
    expect_good(skyhold_.init());
    expect_good(skyhold_.backup(source_.name(), "--filestore " + shell_word(filestore().string())));
  }

  [[nodiscard]] std::filesystem::path filestore() const { return skyhold_.directory() / "filestore"; }

  static void expect_good(const ShellOutcome& outcome) {
    EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
  }

  ScratchDatabase source_;
  SkyholdProgram skyhold_;
};

TEST_F(StockTools, ResticFindsNothingWrongWithAnyCopy) {
  for (std::size_t copy = 0; copy < 3; ++copy) {
    const auto checked = skyhold_.restic(copy, "check --read-data");
    expect_good(checked);
    EXPECT_THAT(checked.output, HasSubstr("no errors were found"));
    EXPECT_THAT(checked.output, Not(HasSubstr("additional files")));
    EXPECT_THAT(checked.output, Not(HasSubstr("rror:")));
  }
}

TEST_F(StockTools, EachCopyIsRecoveredWithoutSkyhold) {
  const std::string programs = ScratchPostgres::instance().program_directory();
  for (std::size_t copy = 0; copy < 3; ++copy) {
    SCOPED_TRACE(copy);
    const std::string target = (skyhold_.directory() / ("recovered-" + std::to_string(copy))).string();
    expect_good(skyhold_.restic(copy, "restore latest --target " + shell_word(target)));
    const std::string database = "stock_recovered";
    ScratchPostgres::instance().drop_database(database);
    expect_good(run_shell("export PATH=" + shell_word(programs) + ":/usr/bin:/bin PGUSER=postgres PGHOST=" +
                          shell_word(ScratchPostgres::instance().socket_directory()) + "\n" +
                          shell_word(target + "/restore.sh") + " " + database + " " +
                          shell_word(target + "-files")));
    EXPECT_EQ(schema_text(database), schema_text(source_.name()));
    EXPECT_EQ(content_text(database), content_text(source_.name()));
    expect_good(
        run_shell("diff -r " + shell_word(filestore().string()) + " " + shell_word(target + "-files")));
    ScratchPostgres::instance().drop_database(database);
  }
}

// On another server the owner may be somebody else, and nobody a superuser.
TEST(RecoveryScript, AnOrdinaryRoleRecoversWhatBelongedToOthers) {
  ScratchPostgres& server = ScratchPostgres::instance();
  server.execute(
      "postgres",
      "CREATE ROLE stock_owner; CREATE ROLE stock_reader; CREATE ROLE stock_stranger LOGIN CREATEDB");
  const ScratchDatabase source(
      "stock_owned",
      "CREATE EXTENSION pg_trgm; CREATE TABLE public.partner (id serial PRIMARY KEY, name text);"
      "INSERT INTO public.partner (name) SELECT 'partner ' || n FROM generate_series(1, 500) n;"
      "CREATE INDEX partner_name ON public.partner USING gin (name gin_trgm_ops);"
      "CREATE VIEW public.partners AS SELECT count(*) FROM public.partner;"
      "ALTER TABLE public.partner OWNER TO stock_owner; GRANT SELECT ON public.partners TO stock_reader;"
      "ALTER DATABASE stock_owned OWNER TO stock_owner; SELECT lo_from_bytea(0, 'a large object');");
  SkyholdProgram skyhold{1};
  ASSERT_EQ(skyhold.init().exit_status, 0);
  ASSERT_EQ(skyhold.backup(source.name()).exit_status, 0);
  const std::string target = (skyhold.directory() / "recovered").string();
  ASSERT_EQ(skyhold.restic(0, "restore latest --target " + shell_word(target)).exit_status, 0);
  const auto outcome =
      run_shell("export PATH=" + shell_word(server.program_directory()) +
                ":/usr/bin:/bin PGUSER=stock_stranger PGHOST=" + shell_word(server.socket_directory()) +
                "\n" + shell_word(target + "/restore.sh") + " stock_taken_over");
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("everything will belong to the connected role"));
  EXPECT_EQ(content_text("stock_taken_over"), content_text(source.name()));
  server.drop_database("stock_taken_over");
}

TEST_F(StockTools, TheRecoveryScriptStopsWhenAFileOfRowsIsGone) {
  const std::string target = (skyhold_.directory() / "recovered").string();
  expect_good(skyhold_.restic(0, "restore latest --target " + shell_word(target)));
  std::filesystem::remove(target + "/database/tables/public.plain.copy");
  const auto outcome = run_shell(
      "export PATH=" + shell_word(ScratchPostgres::instance().program_directory()) +
      ":/usr/bin:/bin PGUSER=postgres PGHOST=" + shell_word(ScratchPostgres::instance().socket_directory()) +
      "\n" + shell_word(target + "/restore.sh") + " stock_broken");
  EXPECT_NE(outcome.exit_status, 0) << outcome.output;
  ScratchPostgres::instance().drop_database("stock_broken");
}

TEST_F(StockTools, SkyholdGoesOnWithARepositoryThatResticWroteTo) {
  const std::string note = (skyhold_.directory() / "note.txt").string();
  expect_good(run_shell("echo 'written by restic' > " + shell_word(note)));
  for (std::size_t copy = 0; copy < 3; ++copy) {
    // restic's own files differ between the copies from here on: each stands for itself.
    expect_good(skyhold_.restic(copy, "backup " + shell_word(note)));
    expect_good(skyhold_.restic(copy, "forget --keep-last 1 --group-by host,paths --prune"));
    expect_good(skyhold_.repo("list", skyhold_.one_copy(copy)));
    expect_good(skyhold_.repo("verify --read-data", skyhold_.one_copy(copy)));
  }
  source_.execute("DELETE FROM unlogged; INSERT INTO unlogged VALUES (8)");
  expect_good(skyhold_.backup(source_.name(), "--filestore " + shell_word(filestore().string())));
  for (std::size_t copy = 0; copy < 3; ++copy) {
    SCOPED_TRACE(copy);
    expect_good(skyhold_.restic(copy, "check --read-data"));
    ScratchPostgres::instance().drop_database("stock_after_restic");
    expect_good(skyhold_.restore("stock_after_restic", {}, skyhold_.one_copy(copy)));
    EXPECT_EQ(content_text("stock_after_restic"), content_text(source_.name()));
  }
  ScratchPostgres::instance().drop_database("stock_after_restic");
}

TEST_F(StockTools, ResticCopiesASkyholdBackupElsewhere) {
  const std::string elsewhere = (skyhold_.directory() / "elsewhere").string();
  expect_good(
      run_shell("export RESTIC_CACHE_DIR=" + shell_word((skyhold_.directory() / "restic-cache").string()) +
                " RESTIC_PASSWORD=x RESTIC_PASSWORD2=\"$(" + SkyholdProgram::path() + " repo password" +
                skyhold_.one_copy(0) + ")\"\nrestic -r " + shell_word(elsewhere) +
                " init --copy-chunker-params --repo2 " + shell_word(skyhold_.stores()[0].string()) +
                "\nRESTIC_PASSWORD=$RESTIC_PASSWORD2 RESTIC_PASSWORD2=x restic -r " +
                shell_word(skyhold_.stores()[0].string()) + " copy --repo2 " + shell_word(elsewhere) +
                "\nrestic -r " + shell_word(elsewhere) + " check --read-data"));
}

}  // namespace
}  // namespace skyhold
