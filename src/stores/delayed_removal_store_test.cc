#include "stores/delayed_removal_store.h"

#include <set>

#include <gtest/gtest.h>

#include "stores/memory_store.h"
#include "stores/object_store_conformance.h"
#include "tests/support/protecting_store.h"
#include "tests/support/scripted_store.h"

namespace skyhold {
namespace {

using std::chrono::hours;

const Instant kStart = parse_rfc3339("2026-11-23T01:00:00Z").value();

struct DelayedPlace {
  ObjectStorePtr open() { return std::make_shared<DelayedRemovalStore>(inner, hours(24 * 7), clock); }
  std::shared_ptr<MemoryStore> inner = std::make_shared<MemoryStore>();
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(kStart);
};
INSTANTIATE_TYPED_TEST_SUITE_P(DelayedRemoval, ObjectStoreConformance, DelayedPlace);

class DelayedRemovalTest : public ::testing::Test {
 protected:
  std::shared_ptr<DelayedRemovalStore> open() const {
    return std::make_shared<DelayedRemovalStore>(inner, hours(24 * 7), clock);
  }
  static std::set<std::string> names(ObjectStore& store) {
    std::set<std::string> found;
    EXPECT_TRUE(store.list("", [&](const ObjectInfo& object) -> Status {
      found.insert(object.name);
      return {};
    }));
    return found;
  }

  std::shared_ptr<MemoryStore> inner = std::make_shared<MemoryStore>();
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(kStart);
  std::shared_ptr<DelayedRemovalStore> store = open();
  const CancelToken never{};
};

TEST_F(DelayedRemovalTest, WhatIsRemovedStaysUntilItsTimeHasCome) {
  ASSERT_TRUE(store->put("data/ab/abcd", as_bytes("pack")));
  ASSERT_TRUE(store->remove("data/ab/abcd"));
  EXPECT_EQ(names(*open()), std::set<std::string>{});
  EXPECT_EQ(names(*inner),
            (std::set<std::string>{"data/ab/abcd", "removed/2026-11-23T01-00-00Z/data/ab/abcd"}));
  clock->advance(hours(24 * 7) - std::chrono::seconds(1));
  EXPECT_EQ(open()->remove_due(never), 0U);
  clock->advance(std::chrono::seconds(1));
  EXPECT_EQ(open()->remove_due(never), 1U);
  EXPECT_EQ(names(*inner), std::set<std::string>{});
}

TEST_F(DelayedRemovalTest, WhatIsPutAgainIsKept) {
  ASSERT_TRUE(store->put("data/ab/abcd", as_bytes("pack")));
  ASSERT_TRUE(store->remove("data/ab/abcd"));
  ASSERT_TRUE(open()->put("data/ab/abcd", as_bytes("pack")));
  clock->advance(hours(24 * 30));
  EXPECT_EQ(open()->remove_due(never), 0U);
  EXPECT_EQ(as_text(open()->get("data/ab/abcd").value()), "pack");
  EXPECT_EQ(names(*inner), std::set<std::string>{"data/ab/abcd"});
}

// One worker backs up while its view of the store is from before another one's prune.
TEST_F(DelayedRemovalTest, AnObjectThatAnotherProcessRemovedIsNotTakenForThere) {
  ASSERT_TRUE(store->put("data/ab/abcd", as_bytes("pack")));
  ASSERT_TRUE(store->stat("data/ab/abcd"));
  ASSERT_TRUE(open()->remove("data/ab/abcd"));
  ASSERT_TRUE(store->put("data/ab/abcd", as_bytes("pack")));
  clock->advance(hours(24 * 30));
  EXPECT_EQ(open()->remove_due(never), 0U);
  EXPECT_TRUE(open()->stat("data/ab/abcd"));
}

TEST_F(DelayedRemovalTest, BytesThatRottedOutOfSightAreWrittenAnew) {
  ASSERT_TRUE(store->put("data/ab/abcd", as_bytes("pack")));
  ASSERT_TRUE(store->remove("data/ab/abcd"));
  ASSERT_TRUE(inner->overwrite("data/ab/abcd", as_bytes("pa\1k")));
  ASSERT_TRUE(store->put("data/ab/abcd", as_bytes("pack")));
  EXPECT_EQ(as_text(open()->get("data/ab/abcd").value()), "pack");
}

TEST_F(DelayedRemovalTest, AMistakeIsTakenBack) {
  for (const std::string name : {"snapshots/a", "index/a", "data/ab/a", "snapshots/b"}) {
    ASSERT_TRUE(store->put(name, as_bytes(name)));
  }
  ASSERT_TRUE(store->remove("snapshots/b"));
  clock->advance(hours(24));
  for (const std::string name : {"snapshots/a", "index/a", "data/ab/a"}) ASSERT_TRUE(store->remove(name));
  EXPECT_EQ(open()->removed()->size(), 4U);
  EXPECT_EQ(open()->removed()->front().name, "snapshots/b");
  EXPECT_EQ(open()->bring_back(kStart + hours(1), never), 3U);
  EXPECT_EQ(names(*open()), (std::set<std::string>{"snapshots/a", "index/a", "data/ab/a"}));
}

TEST_F(DelayedRemovalTest, SnapshotsGoBeforeWhatTheyNeed) {
  for (const std::string name : {"data/ab/a", "index/a", "snapshots/a"}) {
    ASSERT_TRUE(store->put(name, as_bytes(name)));
    ASSERT_TRUE(store->remove(name));
  }
  clock->advance(hours(24 * 8));
  const auto scripted = std::make_shared<ScriptedStore>();
  for (const std::string& name : names(*inner)) scripted->overwrite(name, inner->get(name).value());
  std::vector<std::string> order;
  scripted->script([&](StoreCall call, std::string_view name) -> Status {
    if (call == StoreCall::kRemove && !name.starts_with("removed/")) order.emplace_back(name);
    return {};
  });
  DelayedRemovalStore watched(scripted, hours(24 * 7), clock);
  EXPECT_EQ(watched.remove_due(never), 3U);
  EXPECT_EQ(order, (std::vector<std::string>{"snapshots/a", "index/a", "data/ab/a"}));
}

// Taken up again, it must be kept as if it were written now.
TEST_F(DelayedRemovalTest, WhatIsPutAgainIsKeptAsLongAsWhatIsNew) {
  const auto keeping = std::make_shared<ProtectingStore>();
  DelayedRemovalStore late(keeping, hours(24 * 7), clock);
  EXPECT_TRUE(late.protects());
  ASSERT_TRUE(late.put("data/ab/abcd", as_bytes("pack")));
  ASSERT_TRUE(late.remove("data/ab/abcd"));
  EXPECT_EQ(code_of(late.protect("data/ab/abcd")), ErrorCode::kNotFound) << "out of sight";
  EXPECT_EQ(keeping->take_asked(), std::set<std::string>{});
  ASSERT_TRUE(late.put("data/ab/abcd", as_bytes("pack")));
  EXPECT_EQ(keeping->take_asked(), std::set<std::string>{"data/ab/abcd"});
  EXPECT_TRUE(late.protect("data/ab/abcd"));
  EXPECT_EQ(keeping->take_asked(), std::set<std::string>{"data/ab/abcd"});
}

TEST_F(DelayedRemovalTest, LocksGoAtOnce) {
  ASSERT_TRUE(store->put("locks/a", as_bytes("lock")));
  ASSERT_TRUE(store->remove("locks/a"));
  EXPECT_EQ(names(*inner), std::set<std::string>{});
}

TEST_F(DelayedRemovalTest, AFileAmongTheMarkersThatIsNoneIsIgnored) {
  ASSERT_TRUE(inner->put("removed/whatever", as_bytes("x")));
  ASSERT_TRUE(inner->put("removed/2026-11-23T01-00-00Z", as_bytes("x")));
  ASSERT_TRUE(inner->put("removed/2026-99-99T01-00-00Z/data/ab/abcd", as_bytes("x")));
  EXPECT_EQ(open()->removed()->size(), 0U);
}

}  // namespace
}  // namespace skyhold
