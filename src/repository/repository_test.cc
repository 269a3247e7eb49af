// One repository over several copies: opened, written and read while copies misbehave.
#include "repository/repository.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "crypto/hash.h"
#include "repository/blob_writer.h"
#include "repository/unpacked_file.h"
#include "stores/fault_store.h"
#include "stores/memory_store.h"
#include "stores/store_decorator.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

Bytes text_of(std::size_t size, int flavour = 0) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>('a' + (i * i + i * static_cast<std::size_t>(flavour)) % 23);
  }
  return bytes;
}

Fault slow_packs(std::chrono::milliseconds delay) {
  Fault slow;
  slow.kind = FaultKind::kDelay;
  slow.method = StoreMethod::kPut;
  slow.name_prefix = "data/";
  slow.last_call = kEveryCall;
  slow.delay = delay;
  return slow;
}

// Three memory stores behind fault stores, one repository in them.
class RepositoryTest : public testing::Test {
 protected:
  RepositoryTest() {
    for (int i = 0; i < 3; ++i) {
      memories_.push_back(std::make_shared<MemoryStore>());
      faults_.push_back(std::make_shared<FaultStore>(memories_.back()));
      stores_.push_back(faults_.back());
    }
    EXPECT_TRUE(Repository::init(stores_, master_, "shop"));
  }

  std::unique_ptr<Repository> open() {
    auto repository = Repository::open(stores_, master_);
    EXPECT_TRUE(repository) << to_string(repository.error());
    EXPECT_TRUE((*repository)->load_index());
    return std::move(*repository);
  }

  static Node store_file(Repository& repository, ByteView content) {
    auto writer = BlobWriter::start(repository, {});
    EXPECT_TRUE(writer) << to_string(writer.error());
    StoredFile stored;
    {
      const auto lane = (*writer)->open_lane(BlobType::kData);
      StreamWriter file(*lane, kTableChunks, StreamWriter::HashWhole::kYes);
      EXPECT_TRUE(file.write(content));
      stored = *file.finish();
    }
    const Status finished = (*writer)->finish();
    EXPECT_TRUE(finished) << to_string(finished.error());
    Node node;
    node.name = "file";
    node.content = stored.content;
    node.size_bytes = stored.bytes;
    return node;
  }

  static Result<Bytes> read_all(Repository& repository, const Node& node) {
    const auto source = repository.open_file(node);
    Bytes all;
    Bytes buffer(100'000);
    while (const std::size_t got = TRY(source->read(buffer))) append(all, ByteView(buffer).first(got));
    return all;
  }

  std::vector<std::string> names(std::size_t copy, std::string_view prefix) {
    std::vector<std::string> found;
    EXPECT_TRUE(memories_[copy]->list(prefix, [&](const ObjectInfo& object) -> Status {
      found.push_back(object.name);
      return {};
    }));
    return found;
  }

  void damage(std::size_t copy, const std::string& name) {
    Bytes bytes = *memories_[copy]->get(name);
    bytes[bytes.size() / 3] ^= 0x40;
    EXPECT_TRUE(memories_[copy]->overwrite(name, bytes));
  }

  MasterKey master_ = MasterKey::random();
  std::vector<std::shared_ptr<MemoryStore>> memories_;
  std::vector<std::shared_ptr<FaultStore>> faults_;
  std::vector<ObjectStorePtr> stores_;
};

TEST_F(RepositoryTest, IsMadeOnceAndNeverOver) {
  const auto again = Repository::init(stores_, master_, "shop");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
}

TEST_F(RepositoryTest, OpensWithItsMasterKeyOnly) {
  EXPECT_EQ(open()->project(), "shop");
  const auto wrong = Repository::open(stores_, MasterKey::random());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kWrongKey);
  EXPECT_THAT(wrong.error().message, HasSubstr("shop"));
}

TEST_F(RepositoryTest, OpensWithoutACopyThatIsGoneAndSaysSo) {
  faults_[1]->add(Fault::vanish_from(1));
  const auto repository = Repository::open(stores_, master_);
  ASSERT_TRUE(repository);
  EXPECT_EQ((*repository)->copies().healthy_count(), 2U);
  EXPECT_TRUE((*repository)->copies().failure(1));
}

TEST_F(RepositoryTest, RefusesStoresOfDifferentRepositories) {
  const auto stranger = std::make_shared<MemoryStore>();
  ASSERT_TRUE(Repository::init({stranger}, master_, "other"));
  const auto opened = Repository::open({stores_[0], stranger}, master_);
  ASSERT_FALSE(opened) << "whichever project's key is found first";
  EXPECT_EQ(opened.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(opened.error().message, HasSubstr("holds another repository"));
}

TEST_F(RepositoryTest, LeavesOutACopyWhoseConfigIsDamaged) {
  damage(2, "config");
  const auto opened = Repository::open(stores_, master_);
  ASSERT_TRUE(opened) << to_string(opened.error());
  ASSERT_TRUE((*opened)->copies().failure(2));
  EXPECT_THAT((*opened)->copies().failure(2)->message, HasSubstr("is damaged"));
}

TEST_F(RepositoryTest, SurvivesADamagedKeyFileOnOneCopyButNotOnAll) {
  for (const std::string& name : names(0, "keys/")) damage(0, name);
  EXPECT_TRUE(Repository::open(stores_, master_));
  const auto alone = Repository::open({stores_[0]}, master_);
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(to_string(alone.error()), HasSubstr("copy keys/ from another copy"));
}

TEST_F(RepositoryTest, EveryCopyGetsEveryObjectAndAFileReadsBack) {
  const Bytes content = text_of(40U << 20);
  const auto repository = open();
  const Node node = store_file(*repository, content);
  EXPECT_EQ(names(0, ""), names(1, ""));
  EXPECT_EQ(names(0, ""), names(2, ""));
  const auto again = open();
  EXPECT_EQ(*read_all(*again, node), content);
}

TEST_F(RepositoryTest, StoresTheSameContentOnce) {
  const Bytes content = text_of(1U << 20);
  store_file(*open(), content);
  const std::size_t packs = names(0, "data/").size();
  const auto repository = open();
  auto writer = BlobWriter::start(*repository, {});
  {
    const auto lane = (*writer)->open_lane(BlobType::kData);
    StreamWriter file(*lane, kTableChunks, StreamWriter::HashWhole::kNo);
    ASSERT_TRUE(file.write(content));
    ASSERT_TRUE(file.finish());
  }
  ASSERT_TRUE((*writer)->finish());
  EXPECT_EQ((*writer)->totals().plain_bytes_new, 0U);
  EXPECT_EQ((*writer)->totals().plain_bytes_reused, content.size());
  EXPECT_EQ(names(0, "data/").size(), packs);
}

TEST_F(RepositoryTest, LeavesOutACopyThatLacksWhatAnotherHas) {
  const Bytes content = text_of(200'000);
  const Node node = store_file(*open(), content);
  const auto packs_before = names(0, "data/");
  for (const std::string& name : names(2, "data/")) ASSERT_TRUE(memories_[2]->remove(name));
  const auto repository = open();
  store_file(*repository, content);
  ASSERT_TRUE(repository->copies().failure(2));
  EXPECT_EQ(repository->copies().failure(2)->code, ErrorCode::kDegraded);
  EXPECT_EQ(names(0, "data/"), packs_before);  // nothing lies there twice
  EXPECT_TRUE(names(2, "data/").empty());
  EXPECT_EQ(*read_all(*repository, node), content);
}

TEST_F(RepositoryTest, WritesAnewWhatNoCopyHasWhole) {
  const Bytes first = text_of(200'000);
  const Bytes second = text_of(200'000, 1);
  store_file(*open(), first);
  const auto first_packs = names(0, "data/");
  const Node node = store_file(*open(), second);
  for (const int copy : {0, 1, 2}) {
    for (const std::string& name : names(copy, "data/")) {
      const bool is_first = std::find(first_packs.begin(), first_packs.end(), name) != first_packs.end();
      if (is_first == (copy == 0)) {
        ASSERT_TRUE(memories_[copy]->remove(name));
      }
    }
  }
  const auto repository = open();
  const auto packs_before = names(1, "data/");
  const Node anew = store_file(*repository, second);
  EXPECT_EQ(repository->copies().healthy_count(), 3U);
  EXPECT_GT(names(1, "data/").size(), packs_before.size());
  const auto read = read_all(*open(), anew);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(*read, second);
}

TEST_F(RepositoryTest, LeavesASlowCopyBehindSoThatTheOthersNeedNotWait) {
  faults_[1]->add(slow_packs(std::chrono::milliseconds(400)));
  const auto repository = open();
  BlobWriterOptions options;
  options.pack_target_bytes = 64U << 10;
  options.slow_copy_patience = std::chrono::milliseconds(100);
  StoredFile stored;
  Bytes content(4U << 20);
  random_bytes(content);
  {
    auto writer = *BlobWriter::start(*repository, options);
    {
      const auto lane = writer->open_lane(BlobType::kData);
      StreamWriter file(*lane, kTableChunks, StreamWriter::HashWhole::kNo);
      ASSERT_TRUE(file.write(content));
      stored = *file.finish();
    }
    ASSERT_TRUE(writer->finish());
  }
  ASSERT_TRUE(repository->copies().failure(1));
  EXPECT_EQ(repository->copies().failure(1)->code, ErrorCode::kDegraded);
  EXPECT_TRUE(names(1, "index/").empty());
  EXPECT_GT(names(0, "data/").size(), 10U);
  EXPECT_EQ(names(0, ""), names(2, ""));
  Node node;
  node.content = stored.content;
  node.size_bytes = stored.bytes;
  EXPECT_EQ(*read_all(*open(), node), content);
}

TEST_F(RepositoryTest, TellsHowFarTheCopyIsThatIsFurthestBehind) {
  faults_[1]->add(slow_packs(std::chrono::milliseconds(100)));
  faults_[2]->add(Fault::vanish_from(1));
  const auto repository = open();
  BlobWriterOptions options;
  options.pack_target_bytes = 64U << 10;
  Bytes content(300'000);
  random_bytes(content);
  auto writer = *BlobWriter::start(*repository, options);
  {
    const auto lane = writer->open_lane(BlobType::kData);
    StreamWriter file(*lane, kTableChunks, StreamWriter::HashWhole::kNo);
    ASSERT_TRUE(file.write(content));
    ASSERT_TRUE(file.finish());
  }
  std::vector<UploadProgress> told;
  ASSERT_TRUE(writer->finish([&](const UploadProgress& progress) { told.push_back(progress); }));
  ASSERT_GE(told.size(), 2U);
  EXPECT_LT(told.front().uploaded_bytes, told.front().total_bytes) << "the last pack is not closed yet";
  for (std::size_t i = 1; i < told.size(); ++i) {
    EXPECT_GE(told[i].uploaded_bytes, told[i - 1].uploaded_bytes);
    EXPECT_GE(told[i].total_bytes, told[i - 1].total_bytes);
  }
  EXPECT_EQ(told.back().uploaded_bytes, told.back().total_bytes);
  EXPECT_GT(told.back().total_bytes, content.size());
}

// Its uploads last until they are interrupted: without that the test would not end.
class StuckStore final : public StoreDecorator {
 public:
  explicit StuckStore(ObjectStorePtr inner) : StoreDecorator(std::move(inner)) {}
  Status put(std::string_view name, ByteView bytes) override {
    if (!name.starts_with("data/")) return inner_->put(name, bytes);
    std::unique_lock lock(mutex_);
    interrupted_.wait(lock, [&] { return interruptions_ > 0; });
    return fail(ErrorCode::kCancelled, "interrupted");
  }
  Result<Bytes> get(std::string_view name) override { return inner_->get(name); }
  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override {
    return inner_->get_range(name, offset, length);
  }
  Result<ObjectInfo> stat(std::string_view name) override { return inner_->stat(name); }
  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override {
    return inner_->list(prefix, visit);
  }
  Status remove(std::string_view name) override { return inner_->remove(name); }
  void interrupt() override {
    const std::scoped_lock lock(mutex_);
    ++interruptions_;
    interrupted_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable interrupted_;
  int interruptions_ = 0;
};

TEST_F(RepositoryTest, DoesNotWaitForTheUploadsOfACopyThatWasLeftBehind) {
  stores_[1] = std::make_shared<StuckStore>(memories_[1]);
  const auto repository = open();
  BlobWriterOptions options;
  options.slow_copy_patience = std::chrono::milliseconds(100);
  {
    auto writer = *BlobWriter::start(*repository, options);
    ASSERT_TRUE(writer->open_lane(BlobType::kData)->store(as_bytes("one small blob")));
    ASSERT_TRUE(writer->finish());
  }
  ASSERT_TRUE(repository->copies().failure(1));
  EXPECT_EQ(repository->copies().failure(1)->code, ErrorCode::kDegraded);
  EXPECT_EQ(names(0, ""), names(2, ""));
}

TEST_F(RepositoryTest, GoesOnWithoutACopyThatFailsInTheMiddle) {
  // Its second pack is refused; by then an index may not name what it lacks.
  faults_[0]->add(Fault::vanish_from(9));
  const Bytes content = text_of(40U << 20, 1);
  const auto repository = open();
  const Node node = store_file(*repository, content);
  EXPECT_EQ(repository->copies().healthy_count(), 2U);
  EXPECT_TRUE(names(0, "index/").empty());
  EXPECT_EQ(names(1, ""), names(2, ""));
  faults_[0]->clear();
  EXPECT_EQ(*read_all(*open(), node), content);
}

TEST_F(RepositoryTest, ReportsFailureWhenNoCopyIsLeft) {
  for (auto& fault : faults_) fault->add(Fault::no_space_from(1));
  const auto repository = open();
  auto writer = BlobWriter::start(*repository, {});
  ASSERT_TRUE(writer);
  Status status;
  {
    const auto lane = (*writer)->open_lane(BlobType::kData);
    StreamWriter file(*lane, kTableChunks, StreamWriter::HashWhole::kNo);
    status = file.write(text_of(100'000));
    if (status) {
      EXPECT_TRUE(file.finish());
    }
  }
  status = (*writer)->finish();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kNoSpace);
}

TEST_F(RepositoryTest, ReadsOnFromAnotherCopyAndComplains) {
  const Bytes content = text_of(5U << 20);
  const Node node = store_file(*open(), content);
  for (const std::string& name : names(0, "data/")) damage(0, name);
  for (const std::string& name : names(1, "data/")) ASSERT_TRUE(memories_[1]->remove(name));
  const auto repository = open();
  std::vector<std::string> complaints;
  repository->copies().on_complaint(
      [&](const std::string&, const Error& error) { complaints.push_back(to_string(error)); });
  EXPECT_EQ(*read_all(*repository, node), content);
  EXPECT_FALSE(complaints.empty());
}

TEST_F(RepositoryTest, NeverGivesDamagedBytesBack) {
  const Bytes content = text_of(300'000);
  const Node node = store_file(*open(), content);
  for (std::size_t copy = 0; copy < 3; ++copy) {
    for (const std::string& name : names(copy, "data/")) damage(copy, name);
  }
  const auto repository = open();
  const auto read = read_all(*repository, node);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
}

TEST_F(RepositoryTest, NamesADamagedIndexFile) {
  store_file(*open(), text_of(1000));
  for (std::size_t copy = 0; copy < 3; ++copy) {
    for (const std::string& name : names(copy, "index/")) damage(copy, name);
  }
  auto repository = Repository::open(stores_, master_);
  ASSERT_TRUE(repository);
  const Status loaded = (*repository)->load_index();
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr(names(0, "index/")[0]));
}

TEST_F(RepositoryTest, FindsSnapshotsByPrefixAndNewest) {
  const auto repository = open();
  std::vector<Id> ids;
  for (int day = 1; day <= 3; ++day) {
    Snapshot snapshot;
    snapshot.time = *parse_rfc3339("2026-11-0" + std::to_string(day) + "T01:00:00Z");
    snapshot.tree = sha256(as_bytes("tree"));
    const Bytes stored = encode_unpacked(repository->key(), encode_snapshot(snapshot), Compress::kYes);
    ids.push_back(sha256(stored));
    ASSERT_TRUE(repository->copies().put_everywhere(object_name(FileKind::kSnapshot, ids.back()), stored));
  }
  EXPECT_EQ(repository->find_snapshot("latest")->id, ids[2]);
  EXPECT_EQ(repository->find_snapshot(ids[0].hex().substr(0, 12))->id, ids[0]);
  EXPECT_EQ(repository->find_snapshot("zzzz").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(repository->find_snapshot("a").error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace skyhold
