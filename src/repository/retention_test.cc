// Copies whose store keeps objects from deletion: what is used again is kept anew.
#include "repository/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "repository/blob_writer.h"
#include "stores/fault_store.h"
#include "stores/memory_store.h"
#include "tests/support/protecting_store.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using Names = std::set<std::string>;

Bytes noise_of(std::size_t size) {
  Bytes bytes(size);
  random_bytes(bytes);
  return bytes;
}

Names joined(Names names, const Names& more) {
  names.insert(more.begin(), more.end());
  return names;
}

// A copy that keeps nothing beside one that does.
class RetentionTest : public testing::Test {
 protected:
  RetentionTest() { EXPECT_TRUE(Repository::init(stores_, master_, "shop")); }

  void open() {
    repository_ = std::move(*Repository::open(stores_, master_));
    ASSERT_TRUE(repository_->load_index());
  }

  // Each content by a lane of its own, so that each lies in packs of its own.
  std::vector<StoredFile> store(const std::vector<Bytes>& contents) {
    open();
    std::vector<StoredFile> stored;
    const auto writer = BlobWriter::start(*repository_, {.pack_target_bytes = 64U << 10}).value();
    for (const Bytes& content : contents) {
      const auto lane = writer->open_lane(BlobType::kData);
      StreamWriter file(*lane, kTableChunks, StreamWriter::HashWhole::kNo);
      EXPECT_TRUE(file.write(content));
      stored.push_back(file.finish().value());
    }
    const Status finished = writer->finish();
    EXPECT_TRUE(finished) << to_string(finished.error());
    return stored;
  }

  // config, keys and index files: without them no pack is of use.
  Names what_leads_to_packs() {
    return joined(joined({"config"}, far_->names("keys/")), far_->names("index/"));
  }

  MasterKey master_ = MasterKey::random();
  std::shared_ptr<ProtectingStore> far_ = std::make_shared<ProtectingStore>();
  std::shared_ptr<FaultStore> faults_ = std::make_shared<FaultStore>(far_);
  std::vector<ObjectStorePtr> stores_{std::make_shared<MemoryStore>(), faults_};
  std::unique_ptr<Repository> repository_;
};

TEST_F(RetentionTest, ABackupThatReusesEverythingKeepsEveryPackAndWhatLeadsToIt) {
  const std::vector<Bytes> contents{noise_of(500'000), noise_of(300'000)};
  store(contents);
  EXPECT_GT(far_->names("data/").size(), 5U);
  far_->take_asked();
  store(contents);
  EXPECT_EQ(far_->take_asked(), joined(what_leads_to_packs(), far_->names("data/")));
}

TEST_F(RetentionTest, PacksThatNothingUsesAnyMoreAreLeftToTheirTime) {
  const Bytes stays = noise_of(300'000);
  store({stays});
  const Names used = far_->names("data/");
  store({noise_of(300'000)});
  far_->take_asked();
  const Names index = far_->names("index/");
  store({stays, noise_of(200'000)});
  const Names asked = far_->take_asked();
  for (const std::string& name : used) EXPECT_TRUE(asked.contains(name)) << name;
  for (const std::string& name : index) EXPECT_TRUE(asked.contains(name)) << name;
  for (const std::string& name : far_->names("data/")) {
    EXPECT_EQ(asked.contains(name), used.contains(name)) << name;
  }
}

TEST_F(RetentionTest, AFileThatIsTakenOverUnreadCountsAsUsed) {
  const std::vector<StoredFile> stored = store({noise_of(400'000)});
  open();
  far_->take_asked();
  const auto writer = BlobWriter::start(*repository_, {}).value();
  EXPECT_TRUE(writer->open_lane(BlobType::kData)->take_over(stored[0].content));
  EXPECT_FALSE(writer->open_lane(BlobType::kData)->take_over({Id::random()}));
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(far_->take_asked(), joined(what_leads_to_packs(), far_->names("data/")));
}

TEST_F(RetentionTest, ACopyThatCannotBeKeptHasFailed) {
  const Bytes content = noise_of(300'000);
  store({content});
  Fault refused = Fault::fail_call(StoreMethod::kProtect, 3, ErrorCode::kPermissionDenied);
  refused.name_prefix = "data/";
  faults_->add(refused);
  store({content});
  EXPECT_TRUE(repository_->copies().healthy(0));
  ASSERT_TRUE(repository_->copies().failure(1));
  EXPECT_EQ(repository_->copies().failure(1)->code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(repository_->copies().failure(1)->message, HasSubstr("which is used again"));
}

TEST_F(RetentionTest, NobodyIsAskedWhereNoStoreKeepsAnything) {
  const auto plain = std::make_shared<FaultStore>(std::make_shared<MemoryStore>());
  stores_ = {plain};
  ASSERT_TRUE(Repository::init(stores_, master_, "shop"));
  const Bytes content = noise_of(300'000);
  store({content});
  store({content});
  EXPECT_EQ(plain->calls(StoreMethod::kProtect), 0U);
}

}  // namespace
}  // namespace skyhold
