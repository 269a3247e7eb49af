#include "operations/prune/prune_plan.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "tests/support/seed.h"

namespace skyhold {
namespace {

using std::chrono::hours;

const Instant kNow = *parse_rfc3339("2026-11-23T02:00:00Z");
constexpr std::uint32_t kMiB = 1U << 20;

Id id_of(std::uint32_t number) {
  Id id;
  for (std::size_t i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  return id;
}
BlobHandle data(std::uint32_t number) {
  return {BlobType::kData, id_of(number)};
}
BlobHandle tree(std::uint32_t number) {
  return {BlobType::kTree, id_of(number)};
}

using Used = std::unordered_set<BlobHandle>;

class Plans : public ::testing::Test {
 protected:
  // A pack of these blobs; 5 MiB each unless told, so that packs are not small.
  PlanPack& pack(std::uint32_t number, const std::vector<BlobHandle>& blobs,
                 std::uint32_t blob_bytes = 5 * kMiB) {
    PlanPack made;
    made.id = id_of(1'000'000 + number);
    std::uint32_t offset = 0;
    for (const BlobHandle& blob : blobs) {
      made.blobs.push_back({blob, offset, blob_bytes, 0});
      offset += blob_bytes;
    }
    made.stored_bytes = offset + 100;
    packs.push_back(std::move(made));
    return packs.back();
  }
  PlanPack& orphan(std::uint32_t number) {
    PlanPack& made = pack(number, {});
    made.indexed = false;
    made.whole = false;
    return made;
  }

  PrunePlan plan() const { return plan_prune(packs, used, kNow, options); }
  PackFate fate(std::uint32_t number) const { return plan().fates.at(id_of(1'000'000 + number)); }

  std::vector<PlanPack> packs;
  Used used;
  PruneOptions options;
};

TEST_F(Plans, WhatIsWhollyUsedStays) {
  pack(1, {data(1), data(2)});
  pack(2, {tree(3)});
  used = {data(1), data(2), tree(3)};
  EXPECT_EQ(fate(1), PackFate::kKeep);
  EXPECT_EQ(fate(2), PackFate::kKeep);
  EXPECT_FALSE(plan().changes_anything());
}

TEST_F(Plans, WhatNothingNeedsIsMarkedThenWaitsThenGoes) {
  PlanPack& unused = pack(1, {data(1)});
  EXPECT_EQ(fate(1), PackFate::kMark);
  unused.marked_at = kNow - hours(23);
  EXPECT_EQ(fate(1), PackFate::kStayMarked);
  EXPECT_FALSE(plan().changes_anything());
  unused.marked_at = kNow - hours(24);
  EXPECT_EQ(fate(1), PackFate::kDelete);
}

TEST_F(Plans, WithoutGraceItGoesAtOnce) {
  pack(1, {data(1)});
  orphan(2);
  options.grace = std::chrono::seconds(0);
  EXPECT_EQ(fate(1), PackFate::kDelete);
  EXPECT_EQ(fate(2), PackFate::kDelete);
}

TEST_F(Plans, TheLongestGraceIsNoOverflow) {
  pack(1, {data(1)}).marked_at = kNow - hours(1);
  options.grace = std::chrono::seconds::max();
  EXPECT_EQ(fate(1), PackFate::kStayMarked);
}

TEST_F(Plans, AMarkFromTheFutureIsRenewed) {
  pack(1, {data(1)}).marked_at = kNow + hours(24 * 365);
  EXPECT_EQ(fate(1), PackFate::kMark);
}

TEST_F(Plans, AMarkedPackThatIsNeededAgainIsRecovered) {
  pack(1, {data(1), data(2)}).marked_at = kNow - hours(48);
  used = {data(2)};
  EXPECT_EQ(fate(1), PackFate::kRecover);
  EXPECT_TRUE(plan().unavailable.empty());
}

TEST_F(Plans, AMarkedPackIsNotRecoveredForWhatLiesElsewhere) {
  pack(1, {data(1)}).marked_at = kNow - hours(48);
  pack(2, {data(1)});
  used = {data(1)};
  EXPECT_EQ(fate(1), PackFate::kDelete);
  EXPECT_EQ(fate(2), PackFate::kKeep);
}

TEST_F(Plans, PacksThatNoIndexNamesAreMarkedToo) {
  PlanPack& found = orphan(1);
  EXPECT_EQ(fate(1), PackFate::kMark);
  found.indexed = true;
  found.marked_at = kNow - hours(25);
  EXPECT_EQ(fate(1), PackFate::kDelete);
}

TEST_F(Plans, AnIndexEntryWithoutAFileIsDroppedWhenNothingNeedsIt) {
  PlanPack& gone = pack(1, {data(1)});
  gone.stored_bytes = 0;
  gone.whole = false;
  EXPECT_EQ(fate(1), PackFate::kDropFromIndex);
  gone.marked_at = kNow;
  EXPECT_EQ(fate(1), PackFate::kDropFromIndex);
}

TEST_F(Plans, AUsedBlobInNoWholePackForbidsThePlan) {
  pack(1, {data(1)}).whole = false;
  used = {data(1), tree(9)};
  EXPECT_EQ(plan().unavailable, (std::vector<BlobHandle>{data(1), tree(9)}));
}

TEST_F(Plans, AWholePackStandsInForOneThatACopyLacks) {
  pack(1, {data(1)}).whole = false;
  pack(2, {data(1)});
  used = {data(1)};
  EXPECT_TRUE(plan().unavailable.empty());
  EXPECT_EQ(fate(1), PackFate::kMark);
  EXPECT_EQ(fate(2), PackFate::kKeep);
}

TEST_F(Plans, OfABlobInTwoPacksOneStays) {
  pack(1, {data(1), data(2)});
  pack(2, {data(1), data(3)});
  used = {data(1), data(2), data(3)};
  options.max_unused_share = 0.5;
  EXPECT_EQ(fate(1), PackFate::kKeep);
  EXPECT_EQ(fate(2), PackFate::kKeep);
  options.max_unused_share = 0;
  const PrunePlan strict = plan();
  ASSERT_EQ(strict.repack.size(), 1U) << "the one that does not provide the common blob";
  ASSERT_EQ(strict.repack[0].blobs.size(), 1U);
  EXPECT_NE(strict.repack[0].blobs[0].handle, data(1));
}

TEST_F(Plans, OfTwoEqualPacksOneIsMarked) {
  pack(1, {data(1), data(2)});
  pack(2, {data(1), data(2)});
  used = {data(1), data(2)};
  const PrunePlan planned = plan();
  EXPECT_EQ(planned.fates.at(packs[0].id), PackFate::kKeep);
  EXPECT_EQ(planned.fates.at(packs[1].id), PackFate::kMark);
}

TEST_F(Plans, APackThatHoldsABlobTwiceIsNotTakenForTwoPlaces) {
  pack(1, {data(1), data(1), data(2)});
  used = {data(1)};
  EXPECT_TRUE(plan().unavailable.empty());
  options.max_unused_share = 0;
  const PrunePlan planned = plan();
  EXPECT_EQ(planned.fates.at(packs[0].id), PackFate::kRepack);
  ASSERT_EQ(planned.repack.size(), 1U);
  ASSERT_EQ(planned.repack[0].blobs.size(), 1U) << "moved once";
  EXPECT_EQ(planned.repack[0].blobs[0].handle, data(1));
}

TEST_F(Plans, PacksLeftByAnInterruptedPruneAreUsedRatherThanTheirSources) {
  pack(1, {data(1), data(7), data(8)});
  pack(2, {data(2), data(9)});
  pack(3, {data(1), data(2)});
  used = {data(1), data(2)};
  EXPECT_EQ(fate(1), PackFate::kMark);
  EXPECT_EQ(fate(2), PackFate::kMark);
  EXPECT_EQ(fate(3), PackFate::kKeep);
}

TEST_F(Plans, MostlyUnusedPacksAreRepackedUntilLittleIsWasted) {
  pack(1, {data(1), data(2), data(3), data(4)});
  pack(2, {data(5), data(6), data(7), data(8)});
  used = {data(1), data(5), data(6), data(7)};
  options.max_unused_share = 0.25;
  PrunePlan planned = plan();
  EXPECT_EQ(planned.fates.at(packs[0].id), PackFate::kRepack);
  EXPECT_EQ(planned.fates.at(packs[1].id), PackFate::kKeep) << "one blob in five is within the bound";
  ASSERT_EQ(planned.repack.size(), 1U);
  ASSERT_EQ(planned.repack[0].blobs.size(), 1U);
  EXPECT_EQ(planned.repack[0].blobs[0].offset, 0U);

  options.max_unused_share = 0.5;
  EXPECT_FALSE(plan().changes_anything());
  options.max_unused_share = 0;
  planned = plan();
  EXPECT_EQ(planned.repack.size(), 2U);
}

TEST_F(Plans, TreesAndDataAreTakenApart) {
  pack(1, {data(1), tree(2)});
  used = {data(1), tree(2)};
  EXPECT_EQ(fate(1), PackFate::kRepack);
}

TEST_F(Plans, SmallPacksAreMergedOnceThereAreEnoughOfTheirType) {
  for (std::uint32_t i = 0; i + 1 < kSmallPacksWorthMerging; ++i) {
    pack(i, {data(i)}, kMiB);
    used.insert(data(i));
  }
  pack(50, {tree(50)}, kMiB);
  used.insert(tree(50));
  EXPECT_FALSE(plan().changes_anything()) << "seven of data, one of trees";

  pack(60, {data(60)}, kMiB);
  pack(70, {data(70)}, 4 * kMiB);
  used.insert(data(60));
  used.insert(data(70));
  EXPECT_EQ(fate(0), PackFate::kRepack);
  EXPECT_EQ(fate(60), PackFate::kRepack);
  EXPECT_EQ(fate(50), PackFate::kKeep);
  EXPECT_EQ(fate(70), PackFate::kKeep) << "not small";
  EXPECT_EQ(plan().repack.size(), kSmallPacksWorthMerging);
}

TEST_F(Plans, AnEmptyRepositoryHasNothingToPrune) {
  EXPECT_TRUE(plan().fates.empty());
  EXPECT_FALSE(plan().changes_anything());
}

// A repository in memory, where a plan is run as the real one would be, down to packs
// that are gone for good.
class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed) {}

  void step() {
    switch (random_() % 6) {
      case 0:
      case 1: back_up(); break;
      case 2: forget(); break;
      case 3: add_oddity(); break;
      default: prune();
    }
    now_ += hours(random_() % 30);
  }

  // Every used blob can be read from a pack that is in the index and on all copies.
  void check() const {
    Used readable;
    for (const PlanPack& pack : packs_) {
      if (!pack.indexed || pack.marked_at || !pack.whole) continue;
      for (const PackedBlob& blob : pack.blobs) readable.insert(blob.handle);
    }
    for (const BlobHandle& blob : used()) ASSERT_TRUE(readable.contains(blob)) << blob.id.hex();
  }

 private:
  BlobHandle random_blob() {
    return {random_() % 5 == 0 ? BlobType::kTree : BlobType::kData,
            id_of(static_cast<std::uint32_t>(random_() % 300))};
  }

  Used used() const {
    Used all;
    for (const Used& snapshot : snapshots_) all.insert(snapshot.begin(), snapshot.end());
    return all;
  }

  void add_pack(const std::vector<BlobHandle>& blobs, bool whole = true) {
    PlanPack pack;
    pack.id = id_of(next_pack_++);
    std::uint32_t offset = 0;
    for (const BlobHandle& blob : blobs) {
      const auto length = static_cast<std::uint32_t>(100 + random_() % (3 * kMiB));
      pack.blobs.push_back({blob, offset, length, 0});
      offset += length;
    }
    pack.stored_bytes = offset + 1;
    pack.whole = whole;
    packs_.push_back(std::move(pack));
  }

  // A snapshot of random blobs; those that no index names are written, sometimes with ones
  // that are there already or twice.
  void back_up() {
    Used snapshot;
    std::vector<BlobHandle> fresh;
    for (std::uint64_t count = 1 + random_() % 40; count > 0; --count) snapshot.insert(random_blob());
    for (const BlobHandle& blob : snapshot) {
      if (!in_index(blob) || random_() % 10 == 0) fresh.push_back(blob);
      if (random_() % 20 == 0 && !fresh.empty()) fresh.push_back(fresh.back());
    }
    while (!fresh.empty()) {
      const std::size_t count = std::min<std::size_t>(fresh.size(), 1 + random_() % 6);
      add_pack({fresh.end() - static_cast<std::ptrdiff_t>(count), fresh.end()});
      fresh.resize(fresh.size() - count);
    }
    snapshots_.push_back(std::move(snapshot));
  }

  bool in_index(const BlobHandle& handle) const {
    return std::any_of(packs_.begin(), packs_.end(), [&](const PlanPack& pack) {
      return pack.indexed && pack.whole && !pack.marked_at &&
             std::any_of(pack.blobs.begin(), pack.blobs.end(),
                         [&](const PackedBlob& blob) { return blob.handle == handle; });
    });
  }

  void forget() {
    if (!snapshots_.empty())
      snapshots_.erase(snapshots_.begin() + static_cast<std::ptrdiff_t>(random_() % snapshots_.size()));
  }

  void add_oddity() {
    switch (random_() % 3) {
      case 0: add_pack({random_blob(), random_blob(), random_blob()}, false); break;  // one copy lacks it
      case 1: add_pack({random_blob(), random_blob()}); break;                        // of nobody's use
      default: add_pack({}); packs_.back().indexed = packs_.back().whole = false;
    }
  }

  void prune() {
    PruneOptions options;
    options.grace = hours(random_() % 2 == 0 ? 0 : 24);
    options.max_unused_share = static_cast<double>(random_() % 4) * 0.1;
    const PrunePlan plan = plan_prune(packs_, used(), now_, options);
    ASSERT_TRUE(plan.unavailable.empty());
    ASSERT_EQ(plan.fates.size(), packs_.size());

    std::vector<BlobHandle> moved_data;
    std::vector<BlobHandle> moved_trees;
    for (const RepackSource& source : plan.repack) {
      ASSERT_EQ(plan.fates.at(source.pack), PackFate::kRepack);
      for (const PackedBlob& blob : source.blobs) {
        (blob.handle.type == BlobType::kTree ? moved_trees : moved_data).push_back(blob.handle);
      }
    }
    apply_fates(plan, options.grace == std::chrono::seconds(0));
    if (!moved_data.empty()) add_pack(moved_data);
    if (!moved_trees.empty()) add_pack(moved_trees);
  }

  void apply_fates(const PrunePlan& plan, bool at_once) {
    std::vector<PlanPack> left;
    for (PlanPack& pack : packs_) {
      switch (plan.fates.at(pack.id)) {
        case PackFate::kKeep:
        case PackFate::kStayMarked: break;
        case PackFate::kRecover: pack.marked_at.reset(); break;
        case PackFate::kRepack:
          if (at_once) continue;
          [[fallthrough]];
        case PackFate::kMark:
          pack.marked_at = now_;
          pack.indexed = true;
          break;
        case PackFate::kDelete:
        case PackFate::kDropFromIndex: continue;
      }
      left.push_back(std::move(pack));
    }
    packs_ = std::move(left);
  }

  std::mt19937_64 random_;
  Instant now_ = kNow;
  std::uint32_t next_pack_ = 1'000'000;
  std::vector<PlanPack> packs_;
  std::vector<Used> snapshots_;
};

TEST(PruneModel, WhateverHappensNoUsedBlobIsLost) {
  const std::uint64_t first = test_seed();
  for (std::uint64_t seed = first; seed < first + 200; ++seed) {
    SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
    Model model(seed);
    for (int step = 0; step < 60; ++step) {
      model.step();
      model.check();
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace skyhold
