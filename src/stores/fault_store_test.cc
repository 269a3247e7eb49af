#include "stores/fault_store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stores/local_store.h"
#include "stores/memory_store.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

class FaultStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(memory_->put("data/ab/abcd", as_bytes("0123456789")));
    ASSERT_TRUE(memory_->put("index/1", as_bytes("0123456789")));
  }
  static ErrorCode code(const Status& status) { return status ? ErrorCode::kInternal : status.error().code; }

  std::shared_ptr<MemoryStore> memory_ = std::make_shared<MemoryStore>();
  FaultStore store_{memory_};
};

TEST_F(FaultStoreTest, FailsTheCallThatItWasToldTo) {
  store_.add(Fault::fail_call(StoreMethod::kPut, 2, ErrorCode::kPermissionDenied));
  EXPECT_TRUE(store_.put("a", as_bytes("x")));
  EXPECT_TRUE(store_.get("a"));
  EXPECT_EQ(code(store_.put("b", as_bytes("x"))), ErrorCode::kPermissionDenied);
  EXPECT_FALSE(memory_->get("b"));
  EXPECT_TRUE(store_.put("b", as_bytes("x")));
  EXPECT_EQ(store_.calls(StoreMethod::kPut), 3U);
  EXPECT_EQ(store_.calls(StoreMethod::kGet), 1U);
  EXPECT_EQ(store_.faults_met(), 1U);
}

TEST_F(FaultStoreTest, ALostAnswerLeavesTheWorkDone) {
  Fault fault = Fault::fail_call(StoreMethod::kPut, 1);
  fault.kind = FaultKind::kErrorAfter;
  store_.add(fault);
  EXPECT_EQ(code(store_.put("a", as_bytes("x"))), ErrorCode::kUnavailable);
  EXPECT_TRUE(memory_->get("a"));
}

TEST_F(FaultStoreTest, ADiskStaysFull) {
  store_.add(Fault::no_space_from(2));
  EXPECT_TRUE(store_.put("a", as_bytes("x")));
  EXPECT_EQ(code(store_.put("b", as_bytes("x"))), ErrorCode::kNoSpace);
  EXPECT_EQ(code(store_.put("c", as_bytes("x"))), ErrorCode::kNoSpace);
  EXPECT_TRUE(store_.remove("a"));
}

TEST_F(FaultStoreTest, AReadOnlyStoreCanBeRead) {
  for (Fault& fault : read_only_faults()) store_.add(std::move(fault));
  EXPECT_EQ(code(store_.put("a", as_bytes("x"))), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code(store_.remove("index/1")), ErrorCode::kPermissionDenied);
  EXPECT_TRUE(store_.get("index/1"));
}

TEST_F(FaultStoreTest, AVanishedStoreAnswersNothingUntilItIsBack) {
  store_.add(Fault::vanish_from(2));
  EXPECT_TRUE(store_.get("index/1"));
  EXPECT_EQ(store_.get("index/1").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(store_.stat("index/1").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(code(store_.put("a", as_bytes("x"))), ErrorCode::kUnavailable);
  EXPECT_EQ(code(store_.list("", [](const ObjectInfo&) -> Status { return {}; })), ErrorCode::kUnavailable);
  store_.clear();
  EXPECT_TRUE(store_.get("index/1"));
}

TEST_F(FaultStoreTest, ShortReadsHitOnlyTheNamesThatWereMeant) {
  store_.add(Fault::short_read("data/"));
  EXPECT_EQ(store_.get("data/ab/abcd")->size(), 5U);
  EXPECT_EQ(store_.get_range("data/ab/abcd", 2, 4).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(store_.get("index/1")->size(), 10U);
}

TEST_F(FaultStoreTest, AFlippedBitIsOneBit) {
  store_.add(Fault::flipped_bit("data/"));
  const Bytes good = memory_->get("data/ab/abcd").value();
  for (int round = 0; round < 50; ++round) {
    const Bytes seen = store_.get("data/ab/abcd").value();
    ASSERT_EQ(seen.size(), good.size());
    int flipped = 0;
    for (std::size_t i = 0; i < good.size(); ++i) flipped += __builtin_popcount(seen[i] ^ good[i]);
    EXPECT_EQ(flipped, 1);
  }
  EXPECT_EQ(memory_->get("data/ab/abcd").value(), good);
}

TEST_F(FaultStoreTest, ChanceRepeatsItselfWithItsSeed) {
  const auto run = [&](std::uint64_t seed) {
    FaultStore store(memory_, {}, {.seed = seed, .error_before = 0.3, .flipped_bit = 0.3});
    std::string story;
    for (int i = 0; i < 200; ++i) {
      const Result<Bytes> read = store.get("index/1");
      story += read ? std::string(as_text(*read)) : "error";
    }
    return story;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST_F(FaultStoreTest, AKillEndsTheProcessBeforeOrAfterTheWrite) {
  const ScratchDirectory directory;
  for (const FaultKind kind : {FaultKind::kKillBefore, FaultKind::kKillAfter}) {
    const std::string name = kind == FaultKind::kKillBefore ? "before" : "after";
    const pid_t child = ::fork();
    if (child == 0) {
      Fault fault = Fault::fail_call(StoreMethod::kPut, 1);
      fault.kind = kind;
      FaultStore store(std::make_shared<LocalStore>(directory.path()), {fault});
      static_cast<void>(store.put(name, as_bytes("x")));
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  }
  LocalStore store(directory.path());
  EXPECT_FALSE(store.get("before"));
  EXPECT_TRUE(store.get("after"));
}

}  // namespace
}  // namespace skyhold
