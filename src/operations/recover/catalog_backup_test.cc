#include "operations/recover/catalog_backup.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/memory_store.h"

namespace skyhold {
namespace {

Instant second(int n) {
  return Instant(std::chrono::seconds{1'790'000'000 + n});
}

class CatalogBackupTest : public testing::Test {
 protected:
  std::vector<std::string> names(ObjectStore& store) {
    std::vector<std::string> all;
    EXPECT_TRUE(store.list("", [&](const ObjectInfo& object) -> Status {
      all.push_back(object.name);
      return {};
    }));
    return all;
  }

  const MasterKey key = MasterKey::random();
  const ObjectStorePtr near = std::make_shared<MemoryStore>();
  const ObjectStorePtr far = std::make_shared<MemoryStore>();
};

TEST_F(CatalogBackupTest, TheNewestComesBackFromAnyStore) {
  ASSERT_TRUE(save_catalog({near, far}, key, "first", second(1)));
  const auto saved = save_catalog({near, far}, key, "second", second(2));
  ASSERT_TRUE(saved);
  EXPECT_EQ(saved->saved.size(), 2U);
  for (const ObjectStorePtr& store : {near, far}) {
    const auto loaded = load_catalog(*store, key);
    ASSERT_TRUE(loaded) << to_string(loaded.error());
    EXPECT_EQ(loaded->text, "second");
    EXPECT_EQ(loaded->saved_at, second(2));
  }
}

TEST_F(CatalogBackupTest, NobodyReadsItWithoutTheKey) {
  ASSERT_TRUE(save_catalog({near}, key, "who owes whom", second(1)));
  const Bytes sealed = near->get(names(*near).front()).value();
  EXPECT_EQ(as_text(sealed).find("who owes whom"), std::string_view::npos);
  const auto loaded = load_catalog(*near, MasterKey::random());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kWrongKey);
}

TEST_F(CatalogBackupTest, ADamagedOneIsPassedOver) {
  ASSERT_TRUE(save_catalog({near}, key, "good", second(1)));
  ASSERT_TRUE(save_catalog({near}, key, "newer", second(2)));
  std::vector<std::string> all = names(*near);
  const std::string newest = *std::max_element(all.begin(), all.end());
  Bytes bytes = near->get(newest).value();
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(near->remove(newest));
  ASSERT_TRUE(near->put(newest, bytes));
  const auto loaded = load_catalog(*near, key);
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  EXPECT_EQ(loaded->text, "good");
}

TEST_F(CatalogBackupTest, OldOnesGo) {
  constexpr std::size_t kKeep = 3;
  for (int n = 0; n < 10; ++n) {
    ASSERT_TRUE(save_catalog({near}, key, std::to_string(n), second(n), kKeep));
  }
  EXPECT_EQ(names(*near).size(), kKeep);
  EXPECT_EQ(load_catalog(*near, key)->text, "9");
}

TEST_F(CatalogBackupTest, AnEmptyStoreSaysSo) {
  const auto loaded = load_catalog(*near, key);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kNotFound);
}

TEST_F(CatalogBackupTest, LargeTextsToo) {
  std::string text;
  for (int n = 0; n < 400'000; ++n) text += std::to_string(n);
  ASSERT_TRUE(save_catalog({near}, key, text, second(1)));
  EXPECT_EQ(load_catalog(*near, key)->text, text);
}

}  // namespace
}  // namespace skyhold
