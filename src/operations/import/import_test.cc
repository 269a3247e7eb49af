// What pg_dump writes, in each of its formats, comes in equal; what is cut off never does.
#include "operations/import/import.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "archive/detect.h"
#include "operations/import/import_test_support.h"
#include "operations/import/scram_verifier.h"
#include "tests/support/odd_database.h"
#include "tests/support/odoo_database.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

using import_test::pg_dump;
using import_test::TryImport;
using testing::HasSubstr;

// Without what only a superuser makes: those are refused or left out, which has tests of its own.
std::string odd_sql() {
  std::string sql(kOddDatabaseSql);
  for (const std::string_view line :
       {"CREATE PUBLICATION everything FOR ALL TABLES;",
        "CREATE EVENT TRIGGER on_ddl ON ddl_command_start EXECUTE FUNCTION no_op();"}) {
    sql.erase(sql.find(line), line.size());
  }
  return sql;
}

// Owners and privileges are left behind on purpose.
std::string schema_of(const std::string& database) {
  std::istringstream lines(schema_text(database));
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    const bool of_owner = line.find(" OWNER TO ") != std::string::npos || line.starts_with("GRANT ") ||
                          line.starts_with("REVOKE ");
    if (!of_owner) kept += line + "\n";
  }
  return kept;
}

class ImportKinds : public testing::Test {
 protected:
  static void SetUpTestSuite() { source_ = new ScratchDatabase("import_source", odd_sql()); }
  static void TearDownTestSuite() { delete source_; }

  static void expect_equal(TryImport& attempt) {
    ASSERT_TRUE(attempt.load()) << to_string(attempt.error);
    EXPECT_EQ(content_text(attempt.database()), content_text(source_->name()));
    EXPECT_EQ(schema_of(attempt.database()), schema_of(source_->name()));
    ASSERT_TRUE(attempt.inspect());
    EXPECT_TRUE(attempt.report.complete);
    EXPECT_FALSE(attempt.report.has(ImportSeverity::kRefused)) << attempt.found();
    EXPECT_GT(attempt.report.rows, 3000U);
  }

  static ScratchDatabase* source_;
};
ScratchDatabase* ImportKinds::source_ = nullptr;

TEST_F(ImportKinds, PlainSql) {
  TryImport attempt(pg_dump(source_->name(), "-Fp"));
  expect_equal(attempt);
  EXPECT_EQ(attempt.report.kind, to_string(ContentKind::kPlainDump));
  EXPECT_THAT(attempt.report.server_version, HasSubstr("15"));
  // Functions that run in checks and indexes of the odd database are told of.
  EXPECT_EQ(attempt.count("runs_on_restore"), 1U) << attempt.found();
}

TEST_F(ImportKinds, PlainSqlWithInsertsAndDrops) {
  TryImport attempt(pg_dump(source_->name(), "-Fp --clean --rows-per-insert=100 --no-owner"));
  ASSERT_TRUE(attempt.load()) << to_string(attempt.error);
  EXPECT_EQ(content_text(attempt.database()), content_text(source_->name()));
}

TEST_F(ImportKinds, CompressedPlainSql) {
  ScratchDirectory scratch;
  std::ofstream(scratch / "dump.sql", std::ios::binary) << pg_dump(source_->name(), "-Fp");
  for (const std::string program : {"gzip", "bzip2"}) {
    TryImport attempt(import_test::sh(program + " -c " + shell_word(scratch / "dump.sql")));
    expect_equal(attempt);
  }
}

TEST_F(ImportKinds, CustomFormat) {
  TryImport attempt(pg_dump(source_->name(), "-Fc"));
  expect_equal(attempt);
  EXPECT_EQ(attempt.report.database, "import_source");
}

TEST_F(ImportKinds, PgDumpsOwnTar) {
  TryImport attempt(pg_dump(source_->name(), "-Ft"));
  expect_equal(attempt);
}

TEST_F(ImportKinds, PackedDirectory) {
  // As tar finds the files, in their order by name, and with the table of contents first.
  for (const std::string options :
       {"dir", "-C dir --sort=name .", "-C dir toc.dat $(ls dir | grep -v toc.dat)"}) {
    SCOPED_TRACE(options);
    TryImport attempt(import_test::pg_dump_directory(source_->name(), options));
    ASSERT_NO_FATAL_FAILURE(expect_equal(attempt));
  }
}

TEST_F(ImportKinds, ByARoleThatIsNoSuperuser) {
  ScratchPostgres::instance().execute("postgres", "CREATE ROLE importer LOGIN CREATEDB CREATEROLE");
  {
    TryImport attempt(pg_dump(source_->name(), "-Fp"), "importer");
    expect_equal(attempt);
    attempt.import.reset();
  }
  ScratchPostgres::instance().execute("postgres", "DROP ROLE importer");
  ScratchPostgres::instance().execute("postgres", "CREATE ROLE powerless LOGIN");
  TryImport attempt(pg_dump(source_->name(), "-Fp"), "powerless");
  EXPECT_FALSE(attempt.load());
  EXPECT_EQ(attempt.error.code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(attempt.error.hint, HasSubstr("CREATEDB CREATEROLE"));
  ScratchPostgres::instance().execute("postgres", "DROP ROLE powerless");
}

TEST_F(ImportKinds, CutAnywhereNeverTakenForGood) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const ScratchDatabase small("import_small",
                              "CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t SELECT n, "
                              "md5(n::text) FROM generate_series(1, 300) n; SELECT lo_from_bytea(7, 'x')");
  const std::string plain = pg_dump(small.name(), "-Fp");
  const std::vector<std::string> wholes = {
      plain, pg_dump(small.name(), "-Fc"),
      import_test::pg_dump_directory(small.name(), "-C dir --sort=name ."),
      import_test::zip_of({{"dump.sql", plain}})};
  for (const std::string& whole : wholes) {
    TryImport good(whole);
    ASSERT_TRUE(good.load()) << to_string(good.error);
    for (int round = 0; round < 3; ++round) {
      const std::size_t cut = round == 0 ? whole.size() - 1 : random() % whole.size();
      if (whole.find_first_not_of('\n', cut) == std::string::npos) continue;  // nothing was lost
      // A tar ends with blocks of zeros, of which one may be missing.
      const bool of_tar =
          whole.size() % 512 == 0 && whole.substr(cut).find_first_not_of('\0') == std::string::npos;
      TryImport attempt(whole.substr(0, cut));
      EXPECT_FALSE(attempt.load() && !of_tar && attempt.inspect())
          << "cut at " << cut << " of " << whole.size();
      if (of_tar) continue;
      EXPECT_TRUE(attempt.report.has(ImportSeverity::kRefused)) << cut << attempt.found();
    }
  }
}

TEST(ImportReportTest, IsJsonThatNamesEachFinding) {
  ImportReport report;
  report.add(ImportSeverity::kNote, "owners", "left behind", "ALTER \"x\"");
  report.add(ImportSeverity::kRefused, "meta_command", "an order", "\\!");
  report.add(ImportSeverity::kNote, "owners", "left behind", "GRANT");
  report.sort();
  EXPECT_THAT(import_report_json(report),
              HasSubstr(R"("findings":[{"severity":"refused","code":"meta_command")"));
  EXPECT_EQ(report.find("owners")->count, 2U);
  EXPECT_TRUE(refuse_warnings(report));
  report.add(ImportSeverity::kWarning, "missing_files", "files are missing");
  EXPECT_THAT(refuse_warnings(report).error().message, HasSubstr("files are missing (1)"));
}

TEST(ScramVerifier, IsTheOneThatLibpqMakes) {
  PGconn* connection = PQconnectdb(ScratchPostgres::instance().url("postgres").c_str());
  char* theirs = PQencryptPasswordConn(connection, "pencil", "user", "scram-sha-256");
  ASSERT_NE(theirs, nullptr);
  const std::string text = theirs;
  PQfreemem(theirs);
  PQfinish(connection);
  const std::size_t colon = text.find(':');
  const Bytes salt = *base64_decode(text.substr(colon + 1, text.find('$', colon) - colon - 1));
  EXPECT_EQ(scram_verifier("pencil", salt), text);
}

}  // namespace
}  // namespace skyhold
