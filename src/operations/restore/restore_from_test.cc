#include "operations/restore/restore_from.h"

#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "operations/restore/branch_lock.h"
#include "operations/restore/captured_backup_test.h"
#include "operations/restore/directory_swap.h"
#include "operations/restore/restore_names.h"
#include "operations/restore/server_databases.h"
#include "tests/support/fingerprint.h"
#include "tests/support/odd_database.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/scratch_postgres.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

// Every file below a directory, with its content.
std::map<std::string, std::string> tree_of(const fs::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), root)] = content_of(entry.path());
  }
  return files;
}

class RestoreFrom : public testing::Test {
 protected:
  ~RestoreFrom() override {
    auto& server = ScratchPostgres::instance();
    for (const std::string& name : databases_like("branch%")) server.drop_database(name);
  }
  static std::vector<std::string> databases_like(const std::string& pattern) {
    PgSession session = or_throw(PgSession::connect(target("postgres")));
    std::vector<std::string> names;
    for (const PgRow& row : or_throw(
             session.query("SELECT datname FROM pg_database WHERE datname LIKE $1 ORDER BY 1", {pattern}))) {
      names.push_back(*row.at(0));
    }
    return names;
  }
  static PgTarget target(const std::string& database, const std::string& user = "postgres") {
    return or_throw(PgTarget::parse(ScratchPostgres::instance().url(database, user)));
  }
  static std::string value(const std::string& database, const std::string& sql) {
    return ScratchPostgres::instance().query_value(database, sql);
  }
  RestoreOptions options() const {
    RestoreOptions result;
    result.database = target("branch");
    result.workers = 3;
    return result;
  }
  Result<RestoreResult> restore(CapturedBackup& backup, const RestoreOptions& given) {
    return restore_from(backup, backup.manifest, given, progress_, cancel_);
  }
  // Nothing of a restore that failed.
  static void expect_nothing_hidden(const fs::path& beside = {}) {
    EXPECT_THAT(databases_like("branch_skyhold_new_%"), testing::IsEmpty());
    if (beside.empty()) return;
    for (const auto& entry : fs::directory_iterator(beside)) {
      EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr("skyhold-new")));
      EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr("skyhold-swap")));
    }
  }

  QuietProgress progress_;
  CancelToken cancel_;
};

constexpr std::string_view kSmallSql =
    "CREATE TABLE public.a (id int PRIMARY KEY, t text); INSERT INTO public.a VALUES (1, 'one'), (2, 'two');"
    "CREATE TABLE public.b (id int REFERENCES public.a); INSERT INTO public.b VALUES (1)";

TEST_F(RestoreFrom, OddObjectsComeBackEqual) {
  const ScratchDatabase source("odd_source", kOddDatabaseSql);
  CapturedBackup backup(source.url(), 10);
  RestoreOptions given = options();
  given.check = RestoreCheck::kFull;
  const auto result = restore(backup, given);
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_THAT(result->notices, testing::IsEmpty());
  EXPECT_EQ(schema_text("branch"), schema_text(source.name()));
  EXPECT_EQ(content_text("branch"), content_text(source.name()));
  EXPECT_EQ(database_text("branch"), database_text(source.name()));
  EXPECT_EQ(result->rows, backup.manifest.table_rows());
  EXPECT_EQ(result->replaced_database, "");
  EXPECT_EQ(value("branch", "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"),
            "0");
  EXPECT_EQ(databases_like("branch%"), std::vector<std::string>{"branch"});
}

TEST_F(RestoreFrom, AnExistingBranchIsReplacedOnlyWhenAsked) {
  const ScratchDatabase source("small_source", kSmallSql);
  CapturedBackup backup(source.url());
  ScratchPostgres::instance().create_database("branch", "CREATE TABLE public.old ()");
  RestoreOptions given = options();
  const auto refused = restore(backup, given);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(value("branch", "SELECT to_regclass('public.old')"), "old");

  given.replace = true;
  const auto result = restore(backup, given);
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(value("branch", "SELECT count(*) FROM public.a"), "2");
  EXPECT_EQ(value(result->replaced_database, "SELECT to_regclass('public.old')"), "old");
  // One generation is kept.
  const auto again = restore(backup, given);
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(databases_like("branch%"), (std::vector<std::string>{"branch", again->replaced_database}));
}

TEST_F(RestoreFrom, UndoAndUndoAgain) {
  const ScratchDatabase source("undo_source", kSmallSql);
  CapturedBackup backup(source.url());
  const std::string kept = backup.add_attachment("kept");
  const std::string fresh = backup.add_attachment("new");
  const ScratchDirectory directory;
  const fs::path filestore = directory / "files";
  write_file(filestore / sha1_name("old"), "old");
  write_file(filestore / kept, "kept");
  const auto before = tree_of(filestore);
  ScratchPostgres::instance().create_database("branch", "CREATE TABLE public.old ()");

  RestoreOptions given = options();
  given.filestore = filestore;
  given.replace = true;
  const auto result = restore(backup, given);
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->files_linked, 1U);
  EXPECT_EQ(result->files_fetched, 1U);
  const auto after = tree_of(filestore);
  EXPECT_EQ(after, (std::map<std::string, std::string>{{kept, "kept"}, {fresh, "new"}}));
  EXPECT_EQ(tree_of(result->replaced_filestore), before);
  expect_nothing_hidden(directory.path());

  const UndoOptions undo{given.database, filestore};
  const auto undone = undo_restore(undo);
  ASSERT_TRUE(undone) << to_string(undone.error());
  EXPECT_EQ(value("branch", "SELECT to_regclass('public.old')"), "old");
  EXPECT_EQ(tree_of(filestore), before);

  const auto redone = undo_restore(undo);
  ASSERT_TRUE(redone) << to_string(redone.error());
  EXPECT_EQ(value("branch", "SELECT count(*) FROM public.a"), "2");
  EXPECT_EQ(tree_of(filestore), after);
  EXPECT_EQ(tree_of(redone->replaced_filestore), before);

  ASSERT_TRUE(discard_replaced(undo));
  EXPECT_EQ(databases_like("branch%"), std::vector<std::string>{"branch"});
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()), 1);
  const auto nothing = undo_restore(undo);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ErrorCode::kNotFound);
}

TEST_F(RestoreFrom, WhatADeadRestoreLeftIsClearedAway) {
  const ScratchDatabase source("dead_source", kSmallSql);
  CapturedBackup backup(source.url());
  backup.add_attachment("file");
  const ScratchDirectory directory;
  const fs::path filestore = directory / "files";
  ScratchPostgres::instance().create_database(hidden_database_name("branch", "deadbeef"));
  write_file(hidden_directory(filestore, "deadbeef") / "ab/half", "half");
  RestoreOptions given = options();
  given.filestore = filestore;
  const auto result = restore(backup, given);
  ASSERT_TRUE(result) << to_string(result.error());
  expect_nothing_hidden(directory.path());
}

TEST_F(RestoreFrom, OneRestoreAtATime) {
  const ScratchDatabase source("busy_source", kSmallSql);
  CapturedBackup backup(source.url());
  const auto lock = BranchLock::take(target("branch"));
  ASSERT_TRUE(lock);
  const auto refused = restore(backup, options());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBusy);
  EXPECT_TRUE(BranchLock::take(target("another")));
}

TEST_F(RestoreFrom, ConnectedClientsAreEnded) {
  const ScratchDatabase source("client_source", kSmallSql);
  CapturedBackup backup(source.url());
  ScratchPostgres::instance().create_database("branch");
  PgSession client = or_throw(PgSession::connect(target("branch")));
  RestoreOptions given = options();
  given.replace = true;
  const auto result = restore(backup, given);
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_FALSE(client.execute("SELECT 1"));
}

TEST_F(RestoreFrom, ClientsThatCannotBeEndedKeepTheirBranch) {
  auto& server = ScratchPostgres::instance();
  server.execute("postgres", "DROP ROLE IF EXISTS restore_user; CREATE ROLE restore_user LOGIN CREATEDB");
  {
    const ScratchDatabase source("stubborn_source", kSmallSql);
    CapturedBackup backup(source.url());
    server.create_database("branch", "CREATE TABLE public.old ()", "OWNER restore_user");
    PgSession superuser = or_throw(PgSession::connect(target("branch"), {.application_name = "the cron"}));
    RestoreOptions given = options();
    given.database = target("branch", "restore_user");
    given.replace = true;
    const auto result = restore(backup, given);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kBusy);
    EXPECT_THAT(result.error().message, HasSubstr("the cron"));
    EXPECT_TRUE(superuser.execute("SELECT FROM public.old"));
    expect_nothing_hidden();
  }
  server.drop_database("branch");
  server.execute("postgres", "DROP ROLE restore_user");
}

TEST_F(RestoreFrom, ASwapThatWasKilledIsFinishedOrTakenBack) {
  const ScratchDirectory directory;
  const fs::path filestore = directory / "files";
  const std::string suffix = "20261123010203_deadbeef";
  const DirectorySwap swap{filestore, swap_record_path(filestore, "deadbeef")};
  const std::string fresh = sha1_name("new");
  const std::string old = sha1_name("old");
  const auto prepare = [&](const std::string& oid) {
    write_file(filestore / old, "old");
    write_file(hidden_directory(filestore, "deadbeef") / fresh, "new");
    // Files are told by their times from those that clients write during the swap.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    or_throw(prepare_directory_swap(swap, hidden_directory(filestore, "deadbeef"),
                                    replaced_directory(filestore, suffix), std::stoull(oid)));
  };
  ScratchPostgres::instance().create_database("branch");
  const UndoOptions any{target("branch"), filestore};

  // Before the commit: the live name belongs to another database than the record's.
  prepare("1");
  ASSERT_TRUE(discard_replaced(any));
  EXPECT_EQ(tree_of(filestore),
            (std::map<std::string, std::string>{{old, "old"}, {fresh, "new"}, {"checklist/" + fresh, ""}}));
  EXPECT_FALSE(fs::exists(hidden_directory(filestore, "deadbeef")));
  EXPECT_FALSE(fs::exists(swap.record));

  // After it: the incoming database has the live name already.
  fs::remove_all(filestore);
  prepare(value("branch", "SELECT oid FROM pg_database WHERE datname = 'branch'"));
  const auto undone = undo_restore(any);
  ASSERT_FALSE(undone);
  EXPECT_EQ(undone.error().code, ErrorCode::kNotFound);  // no database was kept
  EXPECT_EQ(tree_of(filestore), (std::map<std::string, std::string>{{fresh, "new"}}));
  EXPECT_EQ(tree_of(replaced_directory(filestore, suffix)),
            (std::map<std::string, std::string>{{old, "old"}}));
  EXPECT_FALSE(fs::exists(swap.record));
}

TEST_F(RestoreFrom, DamageIsNoticedAndTheBranchStaysAsItWas) {
  const ScratchDatabase source("damaged_source", kSmallSql);
  ScratchPostgres::instance().create_database("branch", "CREATE TABLE public.old ()");
  const ScratchDirectory directory;
  const fs::path filestore = directory / "files";
  write_file(filestore / sha1_name("old"), "old");
  const auto before = tree_of(filestore);
  RestoreOptions given = options();
  given.replace = true;
  given.filestore = filestore;

  const auto expect_refused = [&](CapturedBackup& backup, ErrorCode code, const std::string& words) {
    const auto result = restore(backup, given);
    ASSERT_FALSE(result) << words;
    EXPECT_EQ(result.error().code, code) << to_string(result.error());
    EXPECT_THAT(result.error().message, HasSubstr(words));
    EXPECT_EQ(value("branch", "SELECT to_regclass('public.old')"), "old");
    EXPECT_EQ(tree_of(filestore), before);
    expect_nothing_hidden(directory.path());
  };
  const auto fresh = [&] {
    CapturedBackup backup(source.url());
    backup.add_attachment("attachment");
    return backup;
  };
  {
    CapturedBackup backup = fresh();
    backup.files.at(backup.manifest.tables[0].parts[0].path)[0] = '9';
    expect_refused(backup, ErrorCode::kCorrupt, "SHA-256");
  }
  {
    CapturedBackup backup = fresh();
    backup.manifest.tables[0].parts[0].rows += 1;
    expect_refused(backup, ErrorCode::kCorrupt, "rows");
  }
  {
    CapturedBackup backup = fresh();
    backup.manifest.database.sequences += 1;
    expect_refused(backup, ErrorCode::kCorrupt, "sequences");
  }
  {
    CapturedBackup backup = fresh();
    backup.files["filestore/" + sha1_name("attachment")] = "Attachment";
    expect_refused(backup, ErrorCode::kCorrupt, "does not match its name");
  }
  {
    CapturedBackup backup = fresh();
    backup.manifest.filestore.files.push_back({"zz/more", 1});
    expect_refused(backup, ErrorCode::kCorrupt, "files");
  }
  {
    CapturedBackup backup = fresh();
    backup.files["database/schema.dump"] = "PGDMP but nothing more";
    expect_refused(backup, ErrorCode::kSource, "pre-data");
  }
  {
    CapturedBackup backup = fresh();
    backup.files.erase(backup.manifest.tables[0].parts[0].path);
    expect_refused(backup, ErrorCode::kNotFound, "database/tables");
  }
  {
    CapturedBackup backup = fresh();
    backup.manifest.database.collate = "xx_XX.UTF-8";
    expect_refused(backup, ErrorCode::kUnsupported, "locale");
  }
  {
    CapturedBackup backup = fresh();
    backup.manifest.database.extensions.push_back({"no_such_extension", "1", "public"});
    expect_refused(backup, ErrorCode::kUnsupported, "no_such_extension");
  }
  {
    CapturedBackup backup = fresh();
    given.check = RestoreCheck::kFull;
    backup.manifest.tables[0].row_digest = std::string(32, '0');
    expect_refused(backup, ErrorCode::kCorrupt, "read back");
  }
}

TEST_F(RestoreFrom, CancelLeavesNothing) {
  const ScratchDatabase source("cancel_source", kSmallSql);
  CapturedBackup backup(source.url());
  cancel_.cancel();
  const auto result = restore(backup, options());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
  EXPECT_THAT(databases_like("branch%"), testing::IsEmpty());
}

TEST_F(RestoreFrom, AViolatedForeignKeyComesBackNotValid) {
  const ScratchDatabase source("violated_source", kSmallSql);
  source.execute("SET session_replication_role = replica; INSERT INTO public.b VALUES (77)");
  CapturedBackup backup(source.url());
  const auto result = restore(backup, options());
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_THAT(result->notices, Contains(HasSubstr("b_id_fkey")));
  EXPECT_EQ(value("branch", "SELECT convalidated FROM pg_constraint WHERE conname = 'b_id_fkey'"), "f");
}

TEST_F(RestoreFrom, MissingRolesAndTablespacesBecomeNotices) {
  auto& server = ScratchPostgres::instance();
  server.execute("postgres", "DROP ROLE IF EXISTS restore_gone; CREATE ROLE restore_gone");
  const ScratchDatabase source("roles_source", kSmallSql);
  source.execute("ALTER TABLE public.a OWNER TO restore_gone; GRANT SELECT ON public.b TO restore_gone");
  CapturedBackup backup(source.url());
  source.execute(
      "REASSIGN OWNED BY restore_gone TO postgres; DROP OWNED BY restore_gone; DROP ROLE restore_gone");
  const auto result = restore(backup, options());
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_THAT(result->notices, Contains(HasSubstr("restore_gone")));
  EXPECT_EQ(value("branch", "SELECT tableowner FROM pg_tables WHERE tablename = 'a'"), "postgres");
}

TEST_F(RestoreFrom, AnOwnerOfChoiceOwnsEverything) {
  auto& server = ScratchPostgres::instance();
  server.execute("postgres", "DROP ROLE IF EXISTS restore_owner; CREATE ROLE restore_owner CREATEDB LOGIN");
  {
    const ScratchDatabase source("owner_source", std::string(kSmallSql) +
                                                     "; CREATE EXTENSION pg_trgm;"
                                                     "CREATE SEQUENCE public.s; SELECT nextval('public.s')");
    CapturedBackup backup(source.url());
    RestoreOptions given = options();
    given.owner = "restore_owner";
    auto result = restore(backup, given);
    ASSERT_TRUE(result) << to_string(result.error());
    EXPECT_EQ(value("branch",
                    "SELECT string_agg(DISTINCT pg_get_userbyid(relowner), ',') FROM pg_class WHERE "
                    "relnamespace = 'public'::regnamespace"),
              "restore_owner");
    EXPECT_EQ(value("branch", "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'branch'"),
              "restore_owner");

    // The same role, without a superuser's help, replaces what it owns.
    RestoreOptions own = options();
    own.database = target("branch", "restore_owner");
    own.replace = true;
    result = restore(backup, own);
    ASSERT_TRUE(result) << to_string(result.error());
    EXPECT_THAT(result->notices, Contains(HasSubstr("superuser")));
    EXPECT_EQ(value("branch", "SELECT last_value FROM public.s"), "1");
    for (const std::string& name : databases_like("branch%")) server.drop_database(name);
  }
  server.execute("postgres", "DROP ROLE restore_owner");
}

TEST_F(RestoreFrom, RightsAreCheckedBeforeAnythingIsMade) {
  auto& server = ScratchPostgres::instance();
  server.execute("postgres", "DROP ROLE IF EXISTS restore_weak; CREATE ROLE restore_weak LOGIN");
  const ScratchDatabase source("weak_source", kSmallSql);
  CapturedBackup backup(source.url());
  RestoreOptions given = options();
  given.database = target("branch", "restore_weak");
  auto result = restore(backup, given);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kPermissionDenied);
  server.execute("postgres", "ALTER ROLE restore_weak CREATEDB");
  server.create_database("branch");
  given.replace = true;
  result = restore(backup, given);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(result.error().message, HasSubstr("does not own"));
  given = options();
  given.owner = "no_such_role";
  given.replace = true;
  result = restore(backup, given);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  server.drop_database("branch");
  server.execute("postgres", "DROP ROLE restore_weak");
}

}  // namespace
}  // namespace skyhold
