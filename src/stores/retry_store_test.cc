#include "stores/retry_store.h"

#include <atomic>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/fault_store.h"
#include "stores/memory_store.h"
#include "stores/object_store_conformance.h"
#include "tests/support/scripted_store.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using testing::HasSubstr;

Fault fault(FaultKind kind, StoreMethod method, std::uint64_t first, std::uint64_t last) {
  Fault result;
  result.kind = kind;
  result.method = method;
  result.first_call = first;
  result.last_call = last;
  return result;
}

// A store in memory, faults before it, and retries that wait without waiting.
class RetryStoreTest : public testing::Test {
 protected:
  std::shared_ptr<RetryStore> with_options(RetryOptions options) {
    options.waiting = waiting_;
    options.seed = 7;
    return std::make_shared<RetryStore>(faults_, options);
  }
  void break_down(std::uint64_t first_call = 1) { faults_->add(Fault::vanish_from(first_call)); }
  [[nodiscard]] nanoseconds waited() const { return waiting_->now(); }

  std::shared_ptr<MemoryStore> memory_ = std::make_shared<MemoryStore>();
  std::shared_ptr<FaultStore> faults_ = std::make_shared<FaultStore>(memory_);
  std::shared_ptr<ManualWaiting> waiting_ = std::make_shared<ManualWaiting>();
  std::shared_ptr<RetryStore> store_ = with_options({});
};

TEST_F(RetryStoreTest, WhatFailsOnceIsTriedAgain) {
  for (const StoreMethod method :
       {StoreMethod::kPut, StoreMethod::kGet, StoreMethod::kGetRange, StoreMethod::kStat, StoreMethod::kList,
        StoreMethod::kProtect, StoreMethod::kRemove}) {
    faults_->add(fault(FaultKind::kErrorBefore, method, 1, 1));
  }
  EXPECT_TRUE(store_->put("config", as_bytes("x")));
  EXPECT_EQ(as_text(store_->get("config").value()), "x");
  EXPECT_EQ(as_text(store_->get_range("config", 0, 1).value()), "x");
  EXPECT_EQ(store_->stat("config")->size_bytes, 1U);
  EXPECT_TRUE(store_->list("", [](const ObjectInfo&) -> Status { return {}; }));
  EXPECT_TRUE(store_->protect("config"));
  EXPECT_TRUE(store_->remove("config"));
  EXPECT_EQ(store_->retries(), 7U);
}

TEST_F(RetryStoreTest, AnInterruptedCallIsNotTriedAgainButTheNextOneIs) {
  class Interrupting final : public Waiting {
   public:
    [[nodiscard]] nanoseconds now() const override { return {}; }
    bool wait(nanoseconds, const CancelToken*) override {
      if (++waits == 2) store->interrupt();
      return true;
    }
    RetryStore* store = nullptr;
    int waits = 0;
  };
  const auto waiting = std::make_shared<Interrupting>();
  RetryOptions options;
  options.waiting = waiting;
  RetryStore store(faults_, options);
  waiting->store = &store;
  faults_->add(fault(FaultKind::kErrorBefore, StoreMethod::kPut, 1, 5));
  EXPECT_EQ(code_of(store.put("config", as_bytes("x"))), ErrorCode::kCancelled);
  EXPECT_EQ(faults_->calls(StoreMethod::kPut), 2U);
  EXPECT_TRUE(store.put("config", as_bytes("x")));
  EXPECT_EQ(faults_->calls(StoreMethod::kPut), 6U);
}

TEST_F(RetryStoreTest, OnlyAStoreThatCannotBeReachedIsAskedAgain) {
  for (const ErrorCode code : {ErrorCode::kNotFound, ErrorCode::kAlreadyExists, ErrorCode::kPermissionDenied,
                               ErrorCode::kNoSpace, ErrorCode::kCorrupt, ErrorCode::kInvalidArgument}) {
    Fault refusal = Fault::fail_call(StoreMethod::kPut, 1, code);
    faults_->add(refusal);
    EXPECT_EQ(code_of(store_->put("config", as_bytes("x"))), code);
  }
  EXPECT_EQ(store_->retries(), 0U);
}

TEST_F(RetryStoreTest, WaitsStayBelowABoundThatDoublesUpToItsCap) {
  break_down();
  const Status failed = store_->put("config", as_bytes("x"));
  EXPECT_EQ(code_of(failed), ErrorCode::kUnavailable);
  EXPECT_THAT(failed.error().message, HasSubstr("tried 12 times"));
  const std::vector<nanoseconds> waits = waiting_->waits();
  ASSERT_EQ(waits.size(), 11U);
  nanoseconds bound = 200ms;
  for (const nanoseconds wait : waits) {
    EXPECT_LE(wait, bound);
    bound = std::min<nanoseconds>(bound * 2, 20s);
  }
  EXPECT_GT(*std::max_element(waits.begin(), waits.end()), 2s) << "back-off has to grow";
}

TEST_F(RetryStoreTest, RetryAfterIsHonouredUpToItsBound) {
  Fault slow_down = Fault::fail_call(StoreMethod::kGet, 1);
  slow_down.error.retry_after = 7s;
  faults_->add(slow_down);
  slow_down.error.retry_after = 10h;
  slow_down.first_call = slow_down.last_call = 2;
  faults_->add(slow_down);
  ASSERT_TRUE(memory_->put("config", as_bytes("x")));
  ASSERT_TRUE(store_->get("config"));
  const std::vector<nanoseconds> waits = waiting_->waits();
  ASSERT_EQ(waits.size(), 2U);
  EXPECT_GE(waits[0], 7s);
  EXPECT_LE(waits[0], 7s + 200ms);
  EXPECT_GE(waits[1], 60s);
  EXPECT_LE(waits[1], 60s + 200ms);
}

TEST_F(RetryStoreTest, ACallEndsInItsTime) {
  break_down();
  const auto store = with_options({.most_attempts = 1000, .longest_call = 30s, .retry_tokens = 1000});
  EXPECT_FALSE(store->get("config"));
  EXPECT_LE(waited(), 30s);
  EXPECT_GT(waited(), 10s);
}

TEST_F(RetryStoreTest, AStoreThatStaysDownCostsLaterCallsASingleAttempt) {
  break_down();
  for (int call = 0; call < 20; ++call) EXPECT_FALSE(store_->get("config"));
  const std::uint64_t attempts = faults_->calls(StoreMethod::kGet);
  EXPECT_EQ(attempts, 120U) << "20 first attempts and 100 retries of all together";
  const nanoseconds before = waited();
  for (int call = 0; call < 50; ++call) EXPECT_FALSE(store_->get("config"));
  EXPECT_EQ(faults_->calls(StoreMethod::kGet), attempts + 50);
  EXPECT_EQ(waited(), before) << "nobody waits any more";
}

TEST_F(RetryStoreTest, EachAnswerEarnsARetry) {
  break_down();
  for (int call = 0; call < 20; ++call) EXPECT_FALSE(store_->get("config"));
  faults_->clear();
  EXPECT_EQ(code_of(store_->get("config")), ErrorCode::kNotFound) << "an answer, if a sad one";
  EXPECT_EQ(code_of(store_->get("config")), ErrorCode::kNotFound);
  const std::uint64_t retries = store_->retries();
  break_down();
  EXPECT_FALSE(store_->get("config"));
  EXPECT_EQ(store_->retries(), retries + 2);
}

TEST_F(RetryStoreTest, ACancelledWaitEndsTheCallButAFirstAttemptIsAlwaysMade) {
  CancelToken cancel;
  const auto store = with_options({.cancel = &cancel});
  cancel.cancel();
  EXPECT_TRUE(store->put("locks/1", as_bytes("x")));
  EXPECT_TRUE(store->remove("locks/1")) << "locks are let go after a cancel, too";
  break_down();
  EXPECT_EQ(code_of(store->get("config")), ErrorCode::kCancelled);
  EXPECT_EQ(faults_->calls(StoreMethod::kGet), 1U);
}

TEST_F(RetryStoreTest, AWriteWhoseAnswerWasLostIsFoundToBeOurs) {
  faults_->add(fault(FaultKind::kErrorAfter, StoreMethod::kPut, 1, 1));
  EXPECT_TRUE(store_->put("data/aa/pack", as_bytes("mine")));
  EXPECT_EQ(as_text(memory_->get("data/aa/pack").value()), "mine");
}

TEST_F(RetryStoreTest, AnotherWritersObjectIsNotTakenForOurs) {
  ASSERT_TRUE(memory_->put("locks/1", as_bytes("theirs")));
  faults_->add(fault(FaultKind::kErrorBefore, StoreMethod::kPut, 1, 1));
  EXPECT_EQ(code_of(store_->put("locks/1", as_bytes("mine"))), ErrorCode::kAlreadyExists);
  // Of the same length, and at the first attempt.
  EXPECT_EQ(code_of(store_->put("locks/1", as_bytes("thyrs?"))), ErrorCode::kAlreadyExists);
}

TEST_F(RetryStoreTest, ANameThatIsTakenAtTheFirstAttemptIsTakenEvenByEqualBytes) {
  ASSERT_TRUE(memory_->put("locks/1", as_bytes("same")));
  EXPECT_EQ(code_of(store_->put("locks/1", as_bytes("same"))), ErrorCode::kAlreadyExists);
  EXPECT_EQ(faults_->calls(StoreMethod::kGet), 0U);
}

TEST_F(RetryStoreTest, LookingWhetherAWriteIsOursIsTriedAgainToo) {
  faults_->add(fault(FaultKind::kErrorAfter, StoreMethod::kPut, 1, 1));
  faults_->add(fault(FaultKind::kErrorBefore, StoreMethod::kGet, 1, 2));
  EXPECT_TRUE(store_->put("data/aa/pack", as_bytes("mine")));
}

TEST_F(RetryStoreTest, ARemovalWhoseAnswerWasLostHasHappened) {
  ASSERT_TRUE(memory_->put("locks/1", as_bytes("x")));
  faults_->add(fault(FaultKind::kErrorAfter, StoreMethod::kRemove, 1, 1));
  EXPECT_TRUE(store_->remove("locks/1"));
  EXPECT_EQ(code_of(store_->remove("locks/1")), ErrorCode::kNotFound) << "but not when all was clear";
}

// Lists `objects` names and fails after so many of them, as often as it is told.
class BrokenListing : public RetryStoreTest {
 protected:
  Status list_with_break(int objects, int break_after, int breaks, std::multiset<std::string>& visits) {
    class Store final : public ObjectStore {
     public:
      Store(int objects, int break_after, int breaks)
          : objects_(objects), break_after_(break_after), breaks_(breaks) {}
      Status put(std::string_view, ByteView) override { return {}; }
      Result<Bytes> get(std::string_view) override { return Bytes(); }
      Result<Bytes> get_range(std::string_view, std::uint64_t, std::uint64_t) override { return Bytes(); }
      Result<ObjectInfo> stat(std::string_view) override { return ObjectInfo(); }
      Status list(std::string_view, const std::function<Status(const ObjectInfo&)>& visit) override {
        const bool breaks = breaks_ > 0;
        if (breaks) --breaks_;
        for (int i = 0; i < objects_; ++i) {
          if (breaks && i == break_after_) return fail(ErrorCode::kUnavailable, "the page broke off");
          TRY(visit({"data/" + std::to_string(i), 1}));
        }
        return {};
      }
      Status remove(std::string_view) override { return {}; }
      [[nodiscard]] std::string location() const override { return "broken:"; }

     private:
      const int objects_;
      const int break_after_;
      int breaks_;
    };
    RetryStore store(std::make_shared<Store>(objects, break_after, breaks), {.waiting = waiting_});
    return store.list("data/", [&](const ObjectInfo& info) -> Status {
      visits.insert(info.name);
      return {};
    });
  }
};

TEST_F(BrokenListing, VisitsEachObjectOnce) {
  std::multiset<std::string> visits;
  ASSERT_TRUE(list_with_break(1000, 700, 3, visits));
  EXPECT_EQ(visits.size(), 1000U);
  EXPECT_EQ(std::set<std::string>(visits.begin(), visits.end()).size(), 1000U);
}

TEST_F(BrokenListing, ThatGetsNoFurtherEnds) {
  std::multiset<std::string> visits;
  const Status listed = list_with_break(1000, 700, 1000, visits);
  EXPECT_EQ(code_of(listed), ErrorCode::kUnavailable);
  EXPECT_EQ(visits.size(), 700U);
}

TEST_F(RetryStoreTest, AnErrorOfTheVisitorIsNotTheStores) {
  ASSERT_TRUE(memory_->put("data/1", as_bytes("x")));
  ASSERT_TRUE(memory_->put("data/2", as_bytes("x")));
  int visits = 0;
  const Status listed = store_->list("data/", [&](const ObjectInfo&) -> Status {
    ++visits;
    return fail(ErrorCode::kUnavailable, "another store is down");
  });
  EXPECT_EQ(code_of(listed), ErrorCode::kUnavailable);
  EXPECT_EQ(visits, 1);
  EXPECT_EQ(faults_->calls(StoreMethod::kList), 1U);
}

TEST_F(RetryStoreTest, ManyThreadsGetEverythingThroughAStormOfErrors) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  const auto stormy = std::make_shared<FaultStore>(
      memory_, std::vector<Fault>{}, RandomFaults{.seed = seed, .error_before = 0.2, .error_after = 0.15});
  RetryStore store(stormy, {.retry_tokens = 500, .waiting = waiting_, .seed = seed | 1});
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&store, thread] {
        for (int i = 0; i < 100; ++i) {
          const std::string name = "data/" + std::to_string(thread) + "/" + std::to_string(i);
          EXPECT_TRUE(store.put(name, as_bytes(name)));
          EXPECT_EQ(as_text(store.get(name).value_or(Bytes())), name);
          if (i % 4 == 0) {
            EXPECT_TRUE(store.remove(name));
          }
        }
      });
    }
  }
  std::set<std::string> names;
  ASSERT_TRUE(store.list("data/", [&](const ObjectInfo& info) -> Status {
    EXPECT_TRUE(names.insert(info.name).second);
    return {};
  }));
  EXPECT_EQ(names.size(), 300U);
  EXPECT_GT(store.retries(), 50U);
}

TEST(SystemWaiting, EndsEarlyWhenCancelled) {
  SystemWaiting waiting;
  CancelToken cancel;
  std::jthread canceller([&] { cancel.cancel(); });
  EXPECT_FALSE(waiting.wait(10min, &cancel));
}

}  // namespace
}  // namespace skyhold
