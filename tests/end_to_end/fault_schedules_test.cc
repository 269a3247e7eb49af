// Random days in the life of three copies whose stores fail at random: backups, mends,
// forgets, prunes and verifies, each met by lost answers, refused calls, short reads and
// flipped bits. Whatever happens, nothing is lost, and nothing is reported better than it is:
//
//   - a backup that was reported stored in a copy can be read back from that copy alone;
//   - a copy that was reported good is;
//   - when the faults end, one mend makes the copies equal, and they verify.
//
// SKYHOLD_TEST_SEED repeats one schedule; SKYHOLD_TEST_SCHEDULES says how many there are.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "base/log.h"
#include "operations/mirror/mend.h"
#include "operations/prune/forget.h"
#include "operations/prune/prune.h"
#include "operations/verify/verify.h"
#include "repository/lock.h"
#include "stores/fault_store.h"
#include "stores/retry_store.h"
#include "tests/support/sample_repository.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

constexpr std::size_t kCopies = 3;
constexpr LockTiming kQuickLock{.settle = std::chrono::milliseconds(1)};

const MasterKey& master_key() {
  static const MasterKey key = MasterKey::random();
  return key;
}

const std::map<std::string, Bytes>& empty_repository() {
  static const std::map<std::string, Bytes> objects = quick_empty_repository(master_key());
  return objects;
}

class Schedule {
 public:
  explicit Schedule(std::uint64_t seed) : random_(seed) {
    for (std::size_t copy = 0; copy < kCopies; ++copy) {
      memories_.push_back(std::make_shared<ScriptedStore>("copy " + std::to_string(copy)));
      memories_.back()->set_objects(empty_repository());
    }
    faulty_ = open_stores(true);
  }

  void run() {
    for (int step = 0; step < 8 && !testing::Test::HasFailure(); ++step) {
      // Each step is a program of its own: it opens the stores anew, and a lock that the one
      // before could not take away counts no more, for that process is gone.
      faulty_ = open_stores(true);
      remove_locks();
      take_step();
      every_visible_backup_can_be_read();
    }
    end_well();
  }

 private:
  // Some stores are calm, some are bad.
  std::vector<ObjectStorePtr> open_stores(bool with_faults) {
    std::vector<ObjectStorePtr> stores;
    for (const auto& memory : memories_) {
      ObjectStorePtr store = memory;
      if (with_faults) {
        constexpr std::array<double, 4> kMoods{0.0, 0.01, 0.05, 0.25};
        const double mood = kMoods[random_() % kMoods.size()];
        RandomFaults faults{random_(), mood, mood / 2, mood / 10, mood / 10};
        store = std::make_shared<FaultStore>(store, std::vector<Fault>{}, faults);
      }
      RetryOptions retry;
      retry.most_attempts = 3;
      retry.waiting = std::make_shared<ManualWaiting>();
      retry.seed = random_() | 1;
      stores.push_back(std::make_shared<RetryStore>(store, retry));
    }
    return stores;
  }

  void take_step() {
    switch (random_() % 8) {
      case 4: return told("mend", mend(random_() % 2 == 0));
      case 5: return told("verify", verify());
      case 6: return told("forget", forget());
      case 7: return told("prune", prune());
      default: return told("backup", back_up());
    }
  }

  // What failed on the way is part of the story; a failing test tells it.
  void told(const std::string& step, const Status& outcome) {
    history_ += "\n  " + step + ": " + (outcome ? "done" : outcome.error().message);
  }

  // The phases of operations/backup, without a database.
  Status back_up() {
    const auto repository = TRY(Repository::open(faulty_, master_key()));
    Copies& copies = repository->copies();
    const auto lock = TRY(RepositoryLock::acquire(copies, repository->key(), LockMode::kShared, kQuickLock));
    TRY(repository->load_index());
    Snapshot snapshot;
    snapshot.tree = TRY(store_files(*repository));
    TRY(lock->confirm());
    snapshot.time = Instant{} + std::chrono::hours(24 * 365 * 56) + std::chrono::minutes(++backups_);
    snapshot.paths = {"/acme/production"};
    snapshot.tags = {"project:acme", "branch:production", "kind:automatic"};
    const Bytes stored = encode_unpacked(repository->key(), encode_snapshot(snapshot), Compress::kYes);
    snapshot.id = sha256(stored);
    TRY(copies.put_everywhere(object_name(FileKind::kSnapshot, snapshot.id), stored));
    for (std::size_t copy = 0; copy < kCopies; ++copy) {
      if (copies.healthy(copy)) {
        reported_stored_[snapshot.id].insert(copy);
      } else {
        history_ += "\n    without copy " + std::to_string(copy) + ": " + copies.failure(copy)->message;
      }
    }
    return {};
  }

  Result<Id> store_files(Repository& repository) {
    const auto writer = TRY(BlobWriter::start(repository, {.pack_target_bytes = 64U << 10}));
    Tree tree;
    Id root;
    {
      const auto data = writer->open_lane(BlobType::kData);
      for (std::size_t file = 0; file < 3; ++file) {
        Node node;
        node.name = std::to_string(file);
        const std::string content = noise(random_() % 12, 30'000);
        node.size_bytes = content.size();
        node.content.push_back(TRY(data->store(as_bytes(content))));
        tree.nodes.push_back(node);
      }
      const auto trees = writer->open_lane(BlobType::kTree);
      root = TRY(trees->store(encode_tree(tree)));
    }
    TRY(writer->finish());
    return root;
  }

  Status mend(bool read_data) {
    MendOptions options{.master_key = &master_key(), .read_data = read_data};
    options.lock_timing = kQuickLock;
    for (const MendedCopy& copy : TRY(run_mend(faulty_, options, progress_, CancelToken())).copies) {
      history_ += "\n    " + copy.location + ": " + std::to_string(copy.mended) + " mended " + copy.unreached;
    }
    return {};
  }

  Status verify() {
    VerifyOptions options{.master_key = &master_key(), .read_data = true};
    options.lock_timing = kQuickLock;
    const VerifyResult result = TRY(run_verify(faulty_, options, progress_, CancelToken()));
    for (std::size_t copy = 0; copy < kCopies; ++copy) {
      if (!result.copies[copy].good) continue;
      const Status read = LoneCopyReader(memories_[copy], key()).read_all();
      EXPECT_TRUE(read) << "copy " << copy << " was reported good: " << to_string(read.error()) << history_;
    }
    return {};
  }

  Status forget() {
    const auto repository = TRY(Repository::open(faulty_, master_key()));
    const auto before = TRY(repository->snapshots());
    if (before.size() < 2) return {};
    const Id oldest = before.front().id;
    // Once it was asked for, it may be gone anywhere.
    reported_stored_.erase(oldest);
    TRY(run_forget(*repository, {.snapshots = {oldest.hex()}}));
    return {};
  }

  Status prune() {
    const auto repository = TRY(Repository::open(faulty_, master_key()));
    const PruneOptions options{
        .grace = std::chrono::seconds(0), .max_unused_share = 0, .lock_timing = kQuickLock};
    TRY(run_prune(*repository, options, SystemClock(), progress_, CancelToken()));
    return {};
  }

  const CipherKey& key() {
    if (!key_) key_ = (*Repository::open(open_stores(false), master_key()))->key();
    return *key_;
  }

  // Invariant 4: what a copy shows it can give back by itself.
  void every_visible_backup_can_be_read() {
    for (std::size_t copy = 0; copy < kCopies; ++copy) {
      const Status read = LoneCopyReader(memories_[copy], key()).read_all();
      EXPECT_TRUE(read) << "copy " << copy
                        << " shows a backup that it cannot give back: " << to_string(read.error())
                        << history_;
    }
    for (const auto& [snapshot, copies] : reported_stored_) {
      for (const std::size_t copy : copies) {
        EXPECT_TRUE(memories_[copy]->objects().contains(object_name(FileKind::kSnapshot, snapshot)))
            << "copy " << copy << " lost backup " << snapshot.short_hex();
      }
    }
  }

  void remove_locks() const {
    for (const auto& memory : memories_) memory->remove_all("locks/");
  }

  void end_well() {
    const std::vector<ObjectStorePtr> calm = open_stores(false);
    MendOptions options{.master_key = &master_key(), .read_data = true};
    options.lock_timing = kQuickLock;
    remove_locks();
    const auto mended = run_mend(calm, options, progress_, CancelToken());
    ASSERT_TRUE(mended) << to_string(mended.error());
    EXPECT_TRUE(mended->whole());
    EXPECT_EQ(memories_[0]->objects(), memories_[1]->objects());
    EXPECT_EQ(memories_[0]->objects(), memories_[2]->objects());
    every_visible_backup_can_be_read();
    VerifyOptions verify_options{.master_key = &master_key(), .read_data = true};
    verify_options.lock_timing = kQuickLock;
    const auto verified = run_verify(calm, verify_options, progress_, CancelToken());
    ASSERT_TRUE(verified) << to_string(verified.error());
    for (const CopyReport& copy : verified->copies) {
      for (const VerifyFinding& finding : copy.findings) {
        ADD_FAILURE() << copy.location << ": " << finding.object << ": " << finding.problem;
      }
    }
  }

  std::mt19937_64 random_;
  std::vector<std::shared_ptr<ScriptedStore>> memories_;
  std::vector<ObjectStorePtr> faulty_;
  std::map<Id, std::set<std::size_t>> reported_stored_;
  std::optional<CipherKey> key_;
  SilentProgress progress_;
  int backups_ = 0;
  std::string history_;
};

TEST(FaultSchedules, NothingIsLostAndNothingIsReportedBetterThanItIs) {
  log::set_level(log::Level::kOff);
  const bool one = std::getenv("SKYHOLD_TEST_SEED") != nullptr;
  const std::uint64_t schedules = one ? 1 : test_count("SKYHOLD_TEST_SCHEDULES", 60);
  for (std::uint64_t schedule = 0; schedule < schedules; ++schedule) {
    const std::uint64_t seed = test_seed();
    SCOPED_TRACE(testing::Message() << "SKYHOLD_TEST_SEED=" << seed);
    Schedule(seed).run();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace skyhold
