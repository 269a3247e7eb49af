#include "operations/mirror/mend.h"

#include <array>
#include <atomic>
#include <random>

#include <gtest/gtest.h>

#include "repository/lock.h"
#include "tests/support/sample_repository.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

constexpr std::size_t kBlob = 65536;

class MendTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto store = std::make_shared<ScriptedStore>();
    store->set_objects(quick_empty_repository(master_key));
    const auto repository = *Repository::open({store}, master_key);
    key = repository->key();
    back_up(*repository, {{"common", noise(1, 4 * kBlob)}, {"first", noise(2, kBlob)}});
    back_up(*repository, {{"common", noise(1, 4 * kBlob)}, {"second", noise(3, kBlob)}});
    whole = store->objects();
  }
  void SetUp() override {
    for (const auto& store : stores) store->set_objects(whole);
  }

  Result<MendResult> mend(MendOptions options = {}) const {
    options.lock_timing.settle = std::chrono::milliseconds(1);
    SilentProgress progress;
    return run_mend({stores[0], stores[1], stores[2]}, options, progress, CancelToken());
  }
  MendResult mended(const MendOptions& options = {}) const {
    auto result = mend(options);
    EXPECT_TRUE(result) << to_string(result.error());
    return result ? std::move(*result) : MendResult{};
  }
  static std::vector<std::string> names(std::string_view prefix) {
    std::vector<std::string> found;
    for (const auto& [name, bytes] : whole) {
      if (name.starts_with(prefix)) found.push_back(name);
    }
    return found;
  }
  static void flip(ScriptedStore& store, const std::string& name) {
    Bytes bytes = store.objects().at(name);
    bytes[bytes.size() / 2] ^= 0x40;
    store.overwrite(name, bytes);
  }
  // From the nth such call on, counted from 1, each fails.
  static void fail_from(ScriptedStore& store, StoreCall failing, int nth, ErrorCode code) {
    auto calls = std::make_shared<std::atomic<int>>(0);
    store.script([=](StoreCall call, std::string_view) -> Status {
      if (call == failing && ++*calls >= nth) return fail(code, "told to fail");
      return {};
    });
  }
  void every_copy_is_whole() const {
    for (const auto& store : stores) EXPECT_EQ(store->objects(), whole);
  }

  static inline const MasterKey master_key = MasterKey::random();
  static inline CipherKey key;
  static inline std::map<std::string, Bytes> whole;
  std::array<std::shared_ptr<ScriptedStore>, 3> stores{std::make_shared<ScriptedStore>(),
                                                       std::make_shared<ScriptedStore>(),
                                                       std::make_shared<ScriptedStore>()};
};

TEST_F(MendTest, EqualCopiesAreLeftAlone) {
  const MendResult result = mended();
  EXPECT_TRUE(result.whole());
  for (const MendedCopy& copy : result.copies) {
    EXPECT_EQ(copy.missing + copy.damaged + copy.mended, 0U);
    EXPECT_GT(copy.objects, 5U);
  }
  every_copy_is_whole();
}

TEST_F(MendTest, WhatACopyLacksComesFromAnother) {
  for (const auto& [name, bytes] : whole) {
    stores[1]->remove_all(name);
    const MendResult result = mended();
    EXPECT_TRUE(result.whole()) << name;
    EXPECT_EQ(result.copies[1].missing, 1U) << name;
    EXPECT_EQ(result.copies[1].mended_bytes, bytes.size()) << name;
    every_copy_is_whole();
  }
}

TEST_F(MendTest, AnEmptyStoreIsFilled) {
  stores[2]->set_objects({});
  const MendResult result = mended();
  EXPECT_TRUE(result.whole());
  EXPECT_EQ(result.copies[2].mended, whole.size());
  every_copy_is_whole();
}

// A store that dies in the middle must not show a backup that it cannot give back.
TEST_F(MendTest, ACopyIsFilledInAnOrderThatIsSafeToCutOff) {
  for (int puts = 1; puts <= static_cast<int>(whole.size()); ++puts) {
    stores[2]->set_objects({});
    fail_from(*stores[2], StoreCall::kPut, puts, ErrorCode::kNoSpace);
    const MendResult cut = mended();
    EXPECT_FALSE(cut.whole());
    EXPECT_NE(cut.copies[2].unreached, "");
    EXPECT_FALSE(stores[2]->objects().contains("config"));
    EXPECT_TRUE(LoneCopyReader(stores[2], key).read_all()) << "after " << puts - 1 << " objects";
    stores[2]->script(nullptr);
    EXPECT_TRUE(mended().whole());
    every_copy_is_whole();
  }
}

TEST_F(MendTest, ADamagedObjectIsReplacedAndNeverSpread) {
  for (const auto& [name, bytes] : whole) {
    for (const bool with_key : {false, true}) {
      flip(*stores[0], name);  // the copy that is read first
      stores[2]->remove_all(name);
      MendOptions options;
      options.read_data = true;
      options.master_key = with_key ? &master_key : nullptr;
      const auto result = mend(options);
      if (name == "config" && !with_key) {  // one against one: only the key can tell
        EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
        EXPECT_NE(result.error().hint.find("--key-file"), std::string::npos);
        SetUp();
        continue;
      }
      ASSERT_TRUE(result) << name << ": " << to_string(result.error());
      EXPECT_TRUE(result->whole()) << name;
      EXPECT_EQ(result->copies[0].damaged, 1U) << name;
      EXPECT_EQ(result->copies[2].missing, 1U) << name;
      for (const auto& store : stores) EXPECT_EQ(store->objects().at(name), bytes) << name;
      SetUp();
    }
  }
}

TEST_F(MendTest, ADamagedPackThatIsTheOnlySourceFoundIsNoticedWithoutReadingAll) {
  const std::string pack = names("data/").front();
  flip(*stores[0], pack);
  stores[1]->remove_all(pack);
  const MendResult result = mended();
  EXPECT_TRUE(result.whole());
  every_copy_is_whole();
}

TEST_F(MendTest, ATruncatedPackIsFoundByItsSize) {
  const std::string pack = names("data/").front();
  Bytes half = whole.at(pack);
  half.resize(half.size() / 2);
  stores[1]->overwrite(pack, half);
  EXPECT_TRUE(mended().whole());
  every_copy_is_whole();
}

TEST_F(MendTest, WhatIsDamagedEverywhereIsNamedAndLeftAsItIs) {
  const std::string pack = names("data/").front();
  for (const auto& store : stores) flip(*store, pack);
  const Bytes before = stores[1]->objects().at(pack);
  MendOptions options;
  options.read_data = true;
  const MendResult result = mended(options);
  EXPECT_FALSE(result.whole());
  for (const MendedCopy& copy : result.copies) {
    ASSERT_EQ(copy.unmended.size(), 1U);
    EXPECT_EQ(copy.unmended.front().object, pack);
  }
  EXPECT_EQ(stores[1]->objects().at(pack), before);
}

TEST_F(MendTest, ADryRunOnlyTells) {
  stores[1]->set_objects({});
  flip(*stores[2], names("index/").front());
  const auto before = stores[2]->objects();
  MendOptions options;
  options.dry_run = true;
  const MendResult result = mended(options);
  EXPECT_EQ(result.copies[1].mended, whole.size());
  EXPECT_EQ(result.copies[2].mended, 1U);
  EXPECT_TRUE(stores[1]->objects().empty());
  EXPECT_EQ(stores[2]->objects(), before);
}

TEST_F(MendTest, ACopyThatDoesNotAnswerIsLeftOutAndNamed) {
  fail_from(*stores[0], StoreCall::kList, 1, ErrorCode::kUnavailable);
  stores[2]->remove_all(names("data/").front());
  const MendResult result = mended();
  EXPECT_FALSE(result.whole());
  EXPECT_NE(result.copies[0].unreached, "");
  EXPECT_TRUE(result.copies[2].whole());
  EXPECT_EQ(stores[2]->objects(), whole);

  fail_from(*stores[1], StoreCall::kList, 1, ErrorCode::kUnavailable);
  const auto alone = mend();
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, ErrorCode::kUnavailable);
}

TEST_F(MendTest, StoresOfTwoProjectsAreNeverMixed) {
  stores[1]->set_objects(quick_empty_repository(master_key));
  for (const bool with_key : {false, true}) {
    MendOptions options;
    options.master_key = with_key ? &master_key : nullptr;
    const auto result = mend(options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument) << to_string(result.error());
  }
  EXPECT_EQ(stores[0]->objects(), whole);
}

TEST_F(MendTest, WithoutTheKeyALockIsRespectedWithItASharedOneIsNoObstacle) {
  Copies one({stores[1]});
  const LockTiming timing{.settle = std::chrono::milliseconds(1)};
  {
    const auto shared = *RepositoryLock::acquire(one, key, LockMode::kShared, timing);
    EXPECT_EQ(mend().error().code, ErrorCode::kBusy);
    MendOptions options;
    options.master_key = &master_key;
    EXPECT_TRUE(mended(options).whole());
  }
  const auto exclusive = *RepositoryLock::acquire(one, key, LockMode::kExclusive, timing);
  MendOptions options;
  options.master_key = &master_key;
  EXPECT_EQ(mend(options).error().code, ErrorCode::kBusy);
}

TEST_F(MendTest, AnyDamageThatLeavesOneGoodCopyOfEachObjectIsMended) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(::testing::Message() << "SKYHOLD_TEST_SEED=" << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 40; ++round) {
    SetUp();
    for (const auto& [name, bytes] : whole) {
      const std::size_t good = random() % stores.size();
      for (std::size_t copy = 0; copy < stores.size(); ++copy) {
        if (copy == good) continue;
        if (random() % 3 == 0) stores[copy]->remove_all(name);
        // Of damaged configs there must be two good ones, or a key.
        if (random() % 3 == 0 && name != "config" && stores[copy]->objects().contains(name))
          flip(*stores[copy], name);
      }
    }
    MendOptions options;
    options.read_data = true;
    EXPECT_TRUE(mended(options).whole());
    every_copy_is_whole();
  }
}

}  // namespace
}  // namespace skyhold
