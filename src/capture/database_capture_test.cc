#include "capture/database_capture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capture/capture_test_support.h"

namespace skyhold {
namespace {

using capture_test::names_of;
using capture_test::open;
using capture_test::read;
using capture_test::table_of;
using capture_test::target_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

PgSession connect(const ScratchDatabase& database) {
  return PgSession::connect(target_of(database)).value();
}

TEST(DatabaseSnapshot, NamesTheTablesThatSkyholdReadsItself) {
  const ScratchDatabase database(
      "capture_tables",
      "CREATE EXTENSION hstore;"
      "CREATE SCHEMA \"Zoo\";"
      "CREATE TABLE plain (a int, gone int, b int GENERATED ALWAYS AS (a + 1) STORED, "
      "id int GENERATED ALWAYS AS IDENTITY);"
      "ALTER TABLE plain DROP COLUMN gone;"
      "CREATE UNLOGGED TABLE \"Zoo\".unlogged ();"
      "CREATE TABLE parent (p int) PARTITION BY RANGE (p);"
      "CREATE TABLE leaf PARTITION OF parent DEFAULT;"
      "CREATE TABLE ancestor (a int); CREATE TABLE heir () INHERITS (ancestor);"
      "CREATE VIEW view AS SELECT 1; CREATE MATERIALIZED VIEW matview AS SELECT 1;"
      "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
      "CREATE FOREIGN TABLE elsewhere (a int) SERVER s;"
      "CREATE TABLE of_extension (a int); ALTER EXTENSION hstore ADD TABLE of_extension;"
      "INSERT INTO plain (a) SELECT generate_series(1, 1000)");
  PgSession other = connect(database);
  ASSERT_TRUE(other.execute("CREATE TEMP TABLE temporary (a int)"));
  const DatabaseSnapshot snapshot = open(database).value();
  EXPECT_THAT(names_of(snapshot),
              ElementsAre("Zoo.unlogged", "public.ancestor", "public.heir", "public.leaf", "public.plain"));
  const SourceTable& plain = table_of(snapshot, "plain");
  EXPECT_THAT(plain.columns, ElementsAre("a", "id"));
  EXPECT_EQ(plain.heap_bytes, plain.heap_pages * 8192);
  EXPECT_GT(plain.heap_pages, 1U);
  EXPECT_TRUE(plain.splittable);
  EXPECT_EQ(table_of(snapshot, "leaf").heap_bytes, 0U);
}

TEST(DatabaseSnapshot, SeesOneInstantWhateverHappensAfterwards) {
  const ScratchDatabase database("capture_instant",
                                 "CREATE TABLE t (a int); CREATE TABLE cut (a int); INSERT INTO t VALUES "
                                 "(1); INSERT INTO cut VALUES (1)");
  DatabaseSnapshot snapshot = open(database).value();
  database.execute("INSERT INTO t VALUES (2); UPDATE t SET a = 3 WHERE a = 1; CREATE TABLE later ()");
  PgSession impatient = connect(database);
  ASSERT_TRUE(impatient.execute("SET lock_timeout = 50"));
  // Both would leave an empty table to a reader that comes late.
  EXPECT_EQ(impatient.execute("TRUNCATE public.cut").error().code, ErrorCode::kBusy);
  EXPECT_EQ(impatient.execute("ALTER TABLE public.cut ALTER a TYPE bigint").error().code, ErrorCode::kBusy);
  EXPECT_EQ(read(snapshot, table_of(snapshot, "t")).text, "1\n");
  EXPECT_EQ(read(snapshot, table_of(snapshot, "cut")).text, "1\n");
  EXPECT_EQ(snapshot.session().query_value("SELECT count(*) FROM public.t").value(), "1");
}

TEST(DatabaseSnapshot, KnowsWhetherItsLocksWereHeldToTheEnd) {
  const ScratchDatabase database("capture_held", "CREATE TABLE t ()");
  DatabaseSnapshot held = open(database).value();
  EXPECT_TRUE(held.confirm_held());

  DatabaseSnapshot failed = open(database).value();
  ASSERT_FALSE(failed.session().execute("SELECT 1/0"));
  EXPECT_EQ(failed.confirm_held().error().code, ErrorCode::kSource);
  ASSERT_TRUE(failed.session().execute("ROLLBACK"));
  EXPECT_THAT(failed.confirm_held().error().message, HasSubstr("transaction ended"));

  DatabaseSnapshot killed = open(database).value();
  const std::string pid = killed.session().query_value("SELECT pg_backend_pid()").value();
  database.execute("SELECT pg_terminate_backend(" + pid + ", 10000)");
  EXPECT_EQ(killed.confirm_held().error().code, ErrorCode::kSource);
  EXPECT_FALSE(killed.open_reader());
  EXPECT_TRUE(held.confirm_held());
}

TEST(DatabaseSnapshot, LocksPartitionedParentsAndConfigurationTables) {
  const ScratchDatabase database("capture_locks",
                                 "CREATE TABLE parent (p int) PARTITION BY RANGE (p);"
                                 "CREATE EXTENSION hstore; CREATE TABLE config (a int);"
                                 "ALTER EXTENSION hstore ADD TABLE config;"
                                 "UPDATE pg_extension SET extconfig = ARRAY['config'::regclass::oid], "
                                 "extcondition = ARRAY[''] WHERE extname = 'hstore'");
  const DatabaseSnapshot snapshot = open(database).value();
  EXPECT_THAT(names_of(snapshot), ElementsAre());
  EXPECT_EQ(database.query_value(
                "SELECT string_agg(relation::regclass::text, ',' ORDER BY relation::regclass::text) "
                "FROM pg_locks WHERE relation IN ('parent'::regclass, 'config'::regclass) "
                "AND mode = 'AccessShareLock' AND granted"),
            "config,parent");
}

TEST(DatabaseSnapshot, TakesItsInstantFromTheServersClock) {
  const ScratchDatabase database("capture_clock");
  const auto now = [&] {
    return std::stoll(
        database.query_value("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"));
  };
  const auto before = now();
  const DatabaseSnapshot snapshot = open(database).value();
  const auto instant =
      std::chrono::duration_cast<std::chrono::microseconds>(snapshot.point_in_time().time_since_epoch());
  EXPECT_LE(before, instant.count());
  EXPECT_LE(instant.count(), now());
}

TEST(DatabaseSnapshot, StartsAnewWhenTablesChangeBeforeTheyAreLocked) {
  const ScratchDatabase database("capture_changes",
                                 "CREATE TABLE doomed (); CREATE TABLE renamed (); CREATE TABLE again ()");
  const std::vector<std::string> changes{"DROP TABLE doomed", "ALTER TABLE renamed RENAME TO other",
                                         "CREATE TABLE made ()",
                                         "DROP TABLE again; CREATE TABLE again (x int)"};
  std::size_t attempt = 0;
  CaptureOptions options;
  options.attempts = 5;
  options.before_locking = [&] {
    if (attempt < changes.size()) database.execute(changes[attempt]);
    ++attempt;
  };
  const DatabaseSnapshot snapshot = open(database, options).value();
  EXPECT_EQ(attempt, 5U);
  EXPECT_THAT(names_of(snapshot), ElementsAre("public.again", "public.made", "public.other"));
  EXPECT_THAT(table_of(snapshot, "again").columns, ElementsAre("x"));
}

TEST(DatabaseSnapshot, GivesUpOnTablesThatNeverStandStill) {
  const ScratchDatabase database("capture_restless");
  int attempt = 0;
  CaptureOptions options;
  options.attempts = 2;
  options.before_locking = [&] { database.execute("CREATE TABLE t" + std::to_string(++attempt) + " ()"); };
  const auto snapshot = open(database, options);
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code, ErrorCode::kBusy);
  EXPECT_EQ(attempt, 2);
}

TEST(DatabaseSnapshot, DoesNotWaitForeverForALock) {
  const ScratchDatabase database("capture_busy", "CREATE TABLE \"Held\" (); CREATE TABLE free ()");
  PgSession holder = connect(database);
  ASSERT_TRUE(
      holder.execute("SET application_name = 'migration'; BEGIN; ALTER TABLE public.\"Held\" ADD a int"));
  CaptureOptions options;
  options.lock_timeout = std::chrono::milliseconds(50);
  const auto snapshot = open(database, options);
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code, ErrorCode::kBusy);
  EXPECT_THAT(snapshot.error().message,
              AllOf(HasSubstr("public.\"Held\""), HasSubstr("migration"), HasSubstr("50 ms")));
  ASSERT_TRUE(holder.execute("ROLLBACK"));
  EXPECT_TRUE(open(database, options));
}

TEST(DatabaseSnapshot, NamesAllTablesThatCannotBeRead) {
  ScratchPostgres::instance().execute("postgres", "CREATE ROLE capture_reader LOGIN");
  {
    std::string tables;
    for (int each = 10; each < 25; ++each) tables += "CREATE TABLE t" + std::to_string(each) + " ();";
    const ScratchDatabase database("capture_rights", tables +
                                                         "CREATE SCHEMA hidden; CREATE TABLE hidden.t ();"
                                                         "CREATE SEQUENCE counter");
    const PgTarget reader = target_of(database, "capture_reader");
    const auto refusal = [&] { return DatabaseSnapshot::open(reader, {}).error(); };

    EXPECT_EQ(refusal().code, ErrorCode::kPermissionDenied);
    EXPECT_THAT(refusal().message, AllOf(HasSubstr("schema hidden"), HasSubstr("capture_reader")));
    EXPECT_THAT(refusal().hint, HasSubstr("GRANT USAGE ON SCHEMA hidden TO capture_reader"));

    database.execute("GRANT USAGE ON SCHEMA hidden TO capture_reader");
    EXPECT_EQ(refusal().code, ErrorCode::kPermissionDenied);
    EXPECT_THAT(refusal().message,
                AllOf(HasSubstr("17 tables"), HasSubstr("hidden.t, "), HasSubstr("and 7 more")));
    EXPECT_THAT(refusal().hint, HasSubstr("GRANT SELECT"));

    database.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public, hidden TO capture_reader");
    EXPECT_THAT(refusal().message, HasSubstr("public.counter"));  // pg_dump reads its value

    database.execute(
        "GRANT SELECT ON SEQUENCE counter TO capture_reader; ALTER TABLE t10 ENABLE ROW LEVEL SECURITY");
    EXPECT_EQ(refusal().code, ErrorCode::kPermissionDenied);
    EXPECT_THAT(refusal().message, AllOf(HasSubstr("row level security"), HasSubstr("public.t10")));
    EXPECT_THAT(refusal().hint, HasSubstr("BYPASSRLS"));

    database.execute("ALTER ROLE capture_reader BYPASSRLS; SELECT lo_create(4711)");
    EXPECT_THAT(refusal().message, HasSubstr("1 large objects"));

    database.execute("GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC");
    const DatabaseSnapshot snapshot = DatabaseSnapshot::open(reader, {}).value();
    EXPECT_EQ(snapshot.tables().size(), 16U);
    EXPECT_THAT(capture_test::dump(snapshot, DatabaseSnapshot::DumpPart::kSchema), Not(HasSubstr("nothing")));
    capture_test::dump(snapshot, DatabaseSnapshot::DumpPart::kRest);
  }
  ScratchPostgres::instance().execute("postgres", "DROP ROLE capture_reader");
}

TEST(DatabaseSnapshot, SaysThatThereIsNoSuchDatabase) {
  const PgTarget target = PgTarget::parse(ScratchPostgres::instance().url("capture_not_there")).value();
  const auto snapshot = DatabaseSnapshot::open(target, {});
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(snapshot.error().message, HasSubstr("capture_not_there"));
}

TEST(DatabaseSnapshot, KeepsWhatTheDatabaseIsBesideItsTables) {
  ScratchPostgres& server = ScratchPostgres::instance();
  server.execute("postgres",
                 "CREATE ROLE facts_owner; CREATE ROLE facts_grantee; CREATE ROLE facts_bystander");
  {
    const ScratchDatabase database(
        "capture_facts",
        "CREATE EXTENSION pg_trgm; CREATE SEQUENCE s; CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY);"
        "GRANT SELECT ON t TO facts_grantee; SELECT lo_create(1), lo_create(2);"
        "COMMENT ON DATABASE capture_facts IS 'it''s ours';"
        "ALTER DATABASE capture_facts SET search_path = a, \"B c\";"
        "ALTER ROLE facts_grantee IN DATABASE capture_facts SET work_mem = '8MB';"
        "GRANT CONNECT ON DATABASE capture_facts TO facts_grantee",
        "OWNER facts_owner TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' CONNECTION LIMIT "
        "40");
    const DatabaseSnapshot snapshot = open(database).value();
    const DatabaseFacts& facts = snapshot.facts();
    EXPECT_EQ(facts.name, "capture_facts");
    EXPECT_EQ(facts.server_version, server.query_value("postgres", "SHOW server_version"));
    EXPECT_EQ(std::to_string(facts.server_version_number),
              server.query_value("postgres", "SHOW server_version_num"));
    EXPECT_EQ(facts.encoding, "LATIN1");
    EXPECT_EQ(facts.collate, "C");
    EXPECT_EQ(facts.ctype, "C");
    EXPECT_EQ(facts.locale_provider, "libc");
    EXPECT_EQ(facts.owner, "facts_owner");
    EXPECT_EQ(facts.comment, "it's ours");
    EXPECT_THAT(facts.acl, ::testing::Contains("facts_grantee=c/facts_owner"));
    EXPECT_EQ(facts.connection_limit, 40);
    ASSERT_EQ(facts.settings.size(), 2U);
    EXPECT_EQ(facts.settings[0].name + "=" + facts.settings[0].value, "search_path=a, \"B c\"");
    EXPECT_EQ(facts.settings[1].role + ":" + facts.settings[1].name, "facts_grantee:work_mem");
    ASSERT_EQ(facts.extensions.size(), 2U);
    EXPECT_EQ(facts.extensions[0].name + " in " + facts.extensions[0].schema, "pg_trgm in public");
    EXPECT_THAT(facts.roles, ElementsAre("facts_grantee", "facts_owner", "postgres"));
    EXPECT_EQ(facts.sequences, 2U);
    EXPECT_EQ(facts.large_objects, 2U);
    EXPECT_GT(facts.size_bytes, 0U);
  }
  server.execute("postgres", "DROP ROLE facts_owner; DROP ROLE facts_grantee; DROP ROLE facts_bystander");
}

}  // namespace
}  // namespace skyhold
