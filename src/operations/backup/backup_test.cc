// Backups of a real database and a real filestore into stores that may fail.
#include "operations/backup/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>

#include "base/encoding.h"
#include "base/random.h"
#include "operations/backup/recovery_files.h"
#include "operations/backup/table_capture.h"
#include "repository/copy_size.h"
#include "stores/fault_store.h"
#include "stores/memory_store.h"
#include "tests/support/protecting_store.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/scratch_postgres.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

class QuietProgress final : public ProgressSink {
 public:
  void report(const Progress& progress) override {
    const std::scoped_lock lock(mutex_);
    last = progress;
  }
  void warn(const std::string& message) override { warnings.push_back(message); }
  Progress last;
  std::vector<std::string> warnings;

 private:
  std::mutex mutex_;
};

SourceTable table_of_pages(std::uint64_t pages, bool splittable = true) {
  return {1, "public", "big", {"id"}, pages * 8192, 0, pages, splittable};
}

TEST(TablePlan, SplitsLargeTablesIntoRangesThatMeet) {
  const auto reads = plan_table_reads({table_of_pages(50'000)});
  ASSERT_GT(reads.size(), 3U);
  std::uint64_t next = 0;
  std::vector<TableRead> in_order = reads;
  std::sort(in_order.begin(), in_order.end(),
            [](const auto& a, const auto& b) { return a.range.first < b.range.first; });
  for (const TableRead& read : in_order) {
    EXPECT_EQ(read.range.first, next);
    next = read.range.last;
  }
  EXPECT_EQ(next, UINT64_MAX) << "the last range takes pages that are added meanwhile";
}

TEST(TablePlan, LeavesWholeWhatCannotBeSplitAndSkipsTablesWithoutAPage) {
  EXPECT_EQ(plan_table_reads({table_of_pages(50'000, false)}).size(), 1U);
  EXPECT_TRUE(plan_table_reads({table_of_pages(0)}).empty());
}

TEST(TablePlan, GivesEveryTableAPathOfItsOwn) {
  SourceTable table = table_of_pages(1);
  EXPECT_EQ(table_path(table, 0, 1), "database/tables/public.big.copy");
  EXPECT_EQ(table_path(table, 2, 9), "database/tables/public.big/00003.copy");
  EXPECT_EQ(table_path(table_of_pages(513), 0, 1), "database/tables/public.big/00001.copy")
      << "the listing of all tables stays short";
  table.name = "a/../\"b.c";
  EXPECT_EQ(table_path(table, 0, 1), "database/tables/public.a%2F%2E%2E%2F%22b%2Ec.copy");
  SourceTable long_name = table_of_pages(1);
  long_name.name = std::string(63, '/') + "1";
  long_name.schema = std::string(63, '/');
  SourceTable other = long_name;
  other.name.back() = '2';
  EXPECT_LT(table_path(long_name, 0, 1).size(), 240U);
  EXPECT_NE(table_path(long_name, 0, 1), table_path(other, 0, 1));
}

class BackupTest : public testing::Test {
 protected:
  BackupTest() : database_("backup_source", kSchema) {
    for (int i = 0; i < 3; ++i) {
      faults_.push_back(std::make_shared<FaultStore>(std::make_shared<MemoryStore>()));
      stores_.push_back(faults_.back());
    }
    EXPECT_TRUE(Repository::init(stores_, master_, "shop"));
    std::filesystem::create_directories(filestore());
  }

  static constexpr std::string_view kSchema = R"(
    CREATE TABLE res_partner (id serial PRIMARY KEY, name text, upper_name text GENERATED ALWAYS AS (upper(name)) STORED);
    INSERT INTO res_partner (name) SELECT 'partner ' || n FROM generate_series(1, 5000) n;
    CREATE TABLE empty_table (id int);
    CREATE TABLE ir_attachment (id serial PRIMARY KEY, store_fname text, file_size int, checksum text, mimetype text);
    CREATE SEQUENCE free_sequence START 77;
    SELECT lo_from_bytea(0, 'a large object');
  )";

  [[nodiscard]] std::filesystem::path filestore() const { return directory_.path() / "filestore"; }

  // Adds a file and the attachment that refers to it; the name is the content's SHA-1.
  std::string attach(const std::string& content) {
    Sha1 hash;
    hash.update(as_bytes(content));
    const std::string sha1 = hex_encode(hash.finish());
    const std::string name = sha1.substr(0, 2) + "/" + sha1;
    std::filesystem::create_directories(filestore() / sha1.substr(0, 2));
    std::ofstream(filestore() / name) << content;
    database_.execute("INSERT INTO ir_attachment (store_fname, file_size, checksum, mimetype) VALUES ('" +
                      name + "', " + std::to_string(content.size()) + ", '" + sha1 + "', 'text/plain')");
    return name;
  }

  Result<BackupResult> back_up() {
    repository_ = std::move(*Repository::open(stores_, master_));
    BackupOptions options;
    options.branch = "production";
    options.database = *PgTarget::parse(database_.url());
    options.filestore = filestore();
    auto result = run_backup(*repository_, options, progress_, CancelToken());
    if (result) {
      EXPECT_TRUE(repository_->load_index());
    }
    return result;
  }

  ScratchDirectory directory_;
  ScratchDatabase database_;
  MasterKey master_ = MasterKey::random();
  std::vector<std::shared_ptr<FaultStore>> faults_;
  std::vector<ObjectStorePtr> stores_;
  std::unique_ptr<Repository> repository_;
  QuietProgress progress_;
};

TEST_F(BackupTest, SaysWhatItHolds) {
  const std::string name = attach("an attachment");
  const auto result = back_up();
  ASSERT_TRUE(result) << to_string(result.error());
  const auto manifest = repository_->load_manifest(result->snapshot);
  ASSERT_TRUE(manifest) << to_string(manifest.error());
  EXPECT_EQ(manifest->project, "shop");
  EXPECT_EQ(manifest->branch, "production");
  ASSERT_EQ(manifest->tables.size(), 3U);
  EXPECT_EQ(manifest->tables[0].name, "empty_table");
  EXPECT_TRUE(manifest->tables[0].parts.empty());
  const TableEntry& partners = manifest->tables[2];
  EXPECT_EQ(partners.rows, 5000U);
  EXPECT_EQ(partners.columns, (std::vector<std::string>{"id", "name"})) << "a generated column is not data";
  ASSERT_EQ(partners.parts.size(), 1U);
  const auto node = repository_->find_node(result->snapshot, partners.parts[0].path);
  ASSERT_TRUE(node);
  EXPECT_EQ(sha256(*repository_->read_small_file(*node, 1U << 20)), partners.parts[0].sha256);
  ASSERT_EQ(manifest->filestore.files.size(), 1U);
  EXPECT_EQ(manifest->filestore.files[0].name, name);
  EXPECT_TRUE(manifest->filestore.missing.empty());
  ASSERT_TRUE(manifest->filestore.types);
  ASSERT_EQ(manifest->filestore.types->size(), 1U);
  EXPECT_EQ(manifest->filestore.types->front().name, "text/plain");
  EXPECT_EQ(manifest->filestore.types->front().bytes, std::string_view("an attachment").size());
  for (const char* path : {"database/schema.dump", "database/rest.dump", "README", "restore.sh"}) {
    EXPECT_TRUE(repository_->find_node(result->snapshot, path)) << path;
  }
  EXPECT_EQ(result->complete_copies.size(), 3U);
}

TEST_F(BackupTest, SaysHowMuchIsStillToBeUploadedWhenAllIsRead) {
  attach("an attachment");
  ASSERT_TRUE(back_up());
  EXPECT_EQ(progress_.last.phase, "Uploading the last of it, to 3 copies");
  EXPECT_GT(progress_.last.total_bytes, 0U);
  EXPECT_EQ(progress_.last.done_bytes, progress_.last.total_bytes);
}

TEST_F(BackupTest, TheSecondNightReadsNoFileAgainAndAddsLittle) {
  attach(std::string(100'000, 'x') + "first");
  ASSERT_TRUE(back_up());
  attach("second");
  const auto second = back_up();
  ASSERT_TRUE(second) << to_string(second.error());
  EXPECT_EQ(second->files_reused, 1U);
  EXPECT_EQ(second->files_read, 1U);
  EXPECT_LT(second->added_bytes, 100'000U);
  EXPECT_TRUE(second->snapshot.parent);
}

TEST_F(BackupTest, CountsTheObjectsThatItAdds) {
  attach(std::string(100'000, 'x'));
  CopySize before = measure_copy(*stores_[0]).value();
  EXPECT_EQ(before.objects, 3U) << "config and two keys";
  for (int night = 0; night < 2; ++night) {
    const auto result = back_up();
    ASSERT_TRUE(result) << to_string(result.error());
    for (const ObjectStorePtr& store : stores_) {
      EXPECT_EQ(measure_copy(*store)->objects, before.objects + result->added_objects) << store->location();
    }
    const CopySize after = measure_copy(*stores_[0]).value();
    EXPECT_GE(after.bytes, before.bytes + result->added_bytes);
    before = after;
  }
}

// The file fills packs of its own and is not read again: only the names of its blobs lead to them.
TEST_F(BackupTest, PacksOfFilesThatAreNotReadAgainAreKeptFromDeletionAnew) {
  const auto keeping = std::make_shared<ProtectingStore>();
  stores_ = {keeping};
  ASSERT_TRUE(Repository::init(stores_, master_, "shop"));
  Bytes content(20U << 20);
  random_bytes(content);
  const std::string name = attach(std::string(as_text(content)));
  ASSERT_TRUE(back_up());
  keeping->take_asked();
  const auto second = back_up();
  ASSERT_TRUE(second) << to_string(second.error());
  EXPECT_EQ(second->files_reused, 1U);
  EXPECT_EQ(second->complete_copies.size(), 1U);
  const std::set<std::string> asked = keeping->take_asked();
  const Node node = repository_->find_node(second->snapshot, "filestore/" + name).value();
  for (const Id& id : node.content) {
    const BlobLocation location = repository_->index().find({BlobType::kData, id}).value();
    EXPECT_TRUE(asked.contains(object_name(FileKind::kPack, location.pack)));
  }
  EXPECT_TRUE(asked.contains("config"));
}

TEST_F(BackupTest, AFileThatVanishedIsFoundInAnEarlierBackup) {
  const std::string name = attach("will vanish");
  ASSERT_TRUE(back_up());
  std::filesystem::remove(filestore() / name);
  const auto second = back_up();
  ASSERT_TRUE(second) << to_string(second.error());
  EXPECT_EQ(second->files_recovered, 1U);
  EXPECT_TRUE(second->manifest.filestore.missing.empty());
}

TEST_F(BackupTest, AFileThatIsNowhereIsNamedAsMissing) {
  const std::string gone = attach("never there");
  std::filesystem::remove(filestore() / gone);
  const std::string damaged = attach("to be damaged");
  std::ofstream(filestore() / damaged) << "something else";
  const auto result = back_up();
  ASSERT_TRUE(result) << to_string(result.error());
  ASSERT_EQ(result->manifest.filestore.missing.size(), 2U);
  EXPECT_TRUE(result->manifest.filestore.files.empty());
  std::string reasons;
  for (const auto& missing : result->manifest.filestore.missing) reasons += missing.reason + "; ";
  EXPECT_THAT(reasons, HasSubstr("not in the filestore"));
  EXPECT_THAT(reasons, HasSubstr("does not match its name"));
}

TEST_F(BackupTest, ACopyThatVanishesHalfWayLeavesTheOthersComplete) {
  faults_[1]->add(Fault::fail_call(StoreMethod::kPut, 2));
  const auto result = back_up();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->complete_copies.size(), 2U);
  ASSERT_EQ(result->failed_copies.size(), 1U);
  auto alone = Repository::open({stores_[0]}, master_);
  ASSERT_TRUE(alone && (*alone)->load_index());
  EXPECT_TRUE((*alone)->load_manifest(result->snapshot));
  // The next night does not write again what the others have: the copy waits to be mended.
  const auto next = back_up();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->complete_copies.size(), 2U);
  ASSERT_EQ(next->failed_copies.size(), 1U);
  EXPECT_EQ(next->failed_copies.front().second.code, ErrorCode::kDegraded);
  EXPECT_THAT(next->failed_copies.front().second.hint, HasSubstr("repo mend"));
}

TEST_F(BackupTest, NoSnapshotAppearsWhenEveryCopyIsFull) {
  for (auto& fault : faults_) fault->add(Fault::no_space_from(3));
  const auto result = back_up();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNoSpace);
  for (auto& fault : faults_) fault->clear();
  EXPECT_TRUE(Repository::open(stores_, master_).value()->snapshots()->empty());
}

TEST_F(BackupTest, RefusesAFilestoreThatIsNotThere) {
  std::filesystem::remove_all(filestore());
  const auto result = back_up();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("filestore"));
}

TEST_F(BackupTest, EndsCleanlyWhenCancelled) {
  repository_ = std::move(*Repository::open(stores_, master_));
  BackupOptions options;
  options.branch = "production";
  options.database = *PgTarget::parse(database_.url());
  CancelToken cancel;
  cancel.cancel();
  const auto result = run_backup(*repository_, options, progress_, cancel);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
  std::size_t locks = 0;
  ASSERT_TRUE(stores_[0]->list("locks/", [&](const ObjectInfo&) -> Status {
    ++locks;
    return {};
  }));
  EXPECT_EQ(locks, 0U);
}

TEST(RecoveryScript, QuotesWhateverNamesHold) {
  Manifest manifest;
  manifest.database.encoding = "UTF8";
  manifest.database.roles = {"o'hara"};
  manifest.tables.push_back(
      {"public", "it's", {"a\"b"}, 1, 2, "", {{"database/tables/public.it%27s.copy", 1, 2, Id{}}}});
  const std::string script = recovery_script(manifest);
  EXPECT_THAT(script, HasSubstr("it'\\''s"));
  EXPECT_THAT(script, HasSubstr("'o''hara'"));
}

}  // namespace
}  // namespace skyhold
