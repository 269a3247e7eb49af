// The contract of object_store.h as tests, for every implementation alike.
//
// A Place is default-constructible and open()s a client of one and the same, initially
// empty store, as often as it is asked. One that needs what may not be installed has a static
// why_not(), which says what is missing; then the tests skip and open() may return null. In the
// test file of an implementation:
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ObjectStoreConformance, MemoryPlace);
#pragma once

#include <algorithm>
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "stores/object_store.h"

namespace skyhold {

inline Bytes random_content(std::size_t size) {
  Bytes bytes(size);
  random_bytes(bytes);
  return bytes;
}

inline ErrorCode code_of(const Status& status) {
  return status ? ErrorCode::kInternal : status.error().code;
}
template <typename T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::kInternal : result.error().code;
}

template <typename Place>
class ObjectStoreConformance : public testing::Test {
 protected:
  void SetUp() override {
    if constexpr (requires { Place::why_not(); }) {
      if (const auto why = Place::why_not()) GTEST_SKIP() << *why;
    }
  }
  // The names that a listing gives, each of which must come once.
  std::set<std::string> names(std::string_view prefix) {
    std::set<std::string> found;
    const Status listed = store_->list(prefix, [&](const ObjectInfo& info) -> Status {
      EXPECT_TRUE(found.insert(info.name).second) << info.name << " was listed twice";
      return {};
    });
    EXPECT_TRUE(listed) << to_string(listed.error());
    return found;
  }
  void put(std::string_view name, std::string_view text = "content") {
    const Status written = store_->put(name, as_bytes(text));
    ASSERT_TRUE(written) << to_string(written.error());
  }

  Place place_;
  ObjectStorePtr store_ = place_.open();
};

TYPED_TEST_SUITE_P(ObjectStoreConformance);

TYPED_TEST_P(ObjectStoreConformance, WhatWasPutComesBackForEveryClient) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{3'000'001}}) {
    const std::string name = "data/ab/" + std::to_string(size);
    const Bytes content = random_content(size);
    ASSERT_TRUE(this->store_->put(name, content));
    for (const ObjectStorePtr& client : {this->store_, this->place_.open()}) {
      EXPECT_EQ(client->get(name), content);
      ASSERT_TRUE(client->stat(name));
      EXPECT_EQ(client->stat(name)->size_bytes, size);
      EXPECT_EQ(client->stat(name)->name, name);
    }
  }
}

TYPED_TEST_P(ObjectStoreConformance, AnObjectIsNeverOverwritten) {
  this->put("config", "first");
  EXPECT_EQ(code_of(this->store_->put("config", as_bytes("second"))), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(this->place_.open()->put("config", as_bytes("third"))), ErrorCode::kAlreadyExists);
  EXPECT_EQ(as_text(this->store_->get("config").value()), "first");
}

TYPED_TEST_P(ObjectStoreConformance, WhatIsNotThereIsNotFound) {
  this->put("data/ab/abcd");
  for (const std::string name :
       {"config", "data/ab/none", "data/cd/none", "data/ab/abcd/below", "data/ab", "data"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(code_of(this->store_->get(name)), ErrorCode::kNotFound);
    EXPECT_EQ(code_of(this->store_->get_range(name, 0, 1)), ErrorCode::kNotFound);
    EXPECT_EQ(code_of(this->store_->stat(name)), ErrorCode::kNotFound);
    EXPECT_EQ(code_of(this->store_->remove(name)), ErrorCode::kNotFound);
  }
  EXPECT_EQ(this->names("data/ab/"), std::set<std::string>{"data/ab/abcd"});
}

TYPED_TEST_P(ObjectStoreConformance, ProtectingChangesNothingThatCanBeSeen) {
  this->put("data/ab/abcd", "content");
  const Status kept = this->store_->protect("data/ab/abcd");
  EXPECT_TRUE(kept) << to_string(kept.error());
  EXPECT_EQ(as_text(this->store_->get("data/ab/abcd").value()), "content");
  EXPECT_EQ(this->names(""), std::set<std::string>{"data/ab/abcd"});
  EXPECT_EQ(code_of(this->store_->protect("data/ab/none")),
            this->store_->protects() ? ErrorCode::kNotFound : ErrorCode::kInternal);
}

TYPED_TEST_P(ObjectStoreConformance, ARangeIsWholeOrAnError) {
  this->put("index/1", "0123456789");
  const auto range = [&](std::uint64_t offset, std::uint64_t length) {
    return this->store_->get_range("index/1", offset, length);
  };
  EXPECT_EQ(as_text(range(0, 10).value()), "0123456789");
  EXPECT_EQ(as_text(range(3, 4).value()), "3456");
  EXPECT_EQ(as_text(range(9, 1).value()), "9");
  EXPECT_EQ(as_text(range(10, 0).value()), "");
  EXPECT_EQ(code_of(range(9, 2)), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(range(10, 1)), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(range(11, 0)), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(range(1, UINT64_MAX)), ErrorCode::kCorrupt);  // offset + length wraps around
  EXPECT_EQ(code_of(range(UINT64_MAX, 1)), ErrorCode::kCorrupt);
}

TYPED_TEST_P(ObjectStoreConformance, AListingHoldsWhatBeginsWithThePrefix) {
  EXPECT_EQ(this->names(""), std::set<std::string>{});
  EXPECT_EQ(this->names("data/"), std::set<std::string>{});
  for (const std::string name :
       {"config", "data/ab/abcd", "data/ab/abef", "data/cd/cdef", "database/x", "index/1"}) {
    this->put(name);
  }
  using Names = std::set<std::string>;
  EXPECT_EQ(this->names("data/"), (Names{"data/ab/abcd", "data/ab/abef", "data/cd/cdef"}));
  EXPECT_EQ(this->names("data/ab/ab"), (Names{"data/ab/abcd", "data/ab/abef"}));
  EXPECT_EQ(this->names("data/a"), (Names{"data/ab/abcd", "data/ab/abef"}));
  EXPECT_EQ(this->names("data"), (Names{"data/ab/abcd", "data/ab/abef", "data/cd/cdef", "database/x"}));
  EXPECT_EQ(this->names("index/1"), (Names{"index/1"}));
  EXPECT_EQ(this->names("index/1/"), Names{});
  EXPECT_EQ(this->names("locks/"), Names{});
  EXPECT_EQ(this->names("").size(), 6U);
}

TYPED_TEST_P(ObjectStoreConformance, AListingTellsSizes) {
  this->put("snapshots/a", "12345");
  ASSERT_TRUE(this->store_->list("snapshots/", [](const ObjectInfo& info) -> Status {
    EXPECT_EQ(info.size_bytes, 5U);
    return {};
  }));
}

TYPED_TEST_P(ObjectStoreConformance, AnErrorOfTheVisitorEndsTheListing) {
  this->put("index/1");
  this->put("index/2");
  int visits = 0;
  const Status listed = this->store_->list("index/", [&](const ObjectInfo&) -> Status {
    ++visits;
    return fail(ErrorCode::kCancelled, "enough");
  });
  EXPECT_EQ(code_of(listed), ErrorCode::kCancelled);
  EXPECT_EQ(visits, 1);
}

TYPED_TEST_P(ObjectStoreConformance, TheVisitorMayUseTheStore) {
  for (int i = 0; i < 20; ++i) this->put("locks/" + std::to_string(i));
  ASSERT_TRUE(
      this->store_->list("locks/", [&](const ObjectInfo& info) { return this->store_->remove(info.name); }));
  EXPECT_EQ(this->names("locks/"), std::set<std::string>{});
}

TYPED_TEST_P(ObjectStoreConformance, ARemovedObjectIsGoneAndItsNameFree) {
  this->put("locks/1", "old");
  ASSERT_TRUE(this->store_->remove("locks/1"));
  EXPECT_EQ(code_of(this->place_.open()->get("locks/1")), ErrorCode::kNotFound);
  EXPECT_EQ(this->names("locks/"), std::set<std::string>{});
  this->put("locks/1", "new");
  EXPECT_EQ(as_text(this->store_->get("locks/1").value()), "new");
}

TYPED_TEST_P(ObjectStoreConformance, NamesThatCouldLeaveTheStoreAreRefused) {
  const std::string long_name(201, 'a');
  for (const std::string& name :
       {std::string(""), std::string("/config"), std::string("data/"), std::string("data//x"),
        std::string(".."), std::string("../x"), std::string("data/../../x"), std::string("data/./x"),
        std::string(".hidden"), std::string("data/.hidden"), std::string("a b"), std::string("a\\b"),
        std::string("a\0b", 3), std::string("a\nb"), std::string("a%2fb"), std::string("\xc3\xa9"),
        std::string("tmp"), std::string("tmp/x"), long_name}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(code_of(this->store_->put(name, as_bytes("x"))), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(this->store_->get(name)), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(this->store_->get_range(name, 0, 0)), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(this->store_->stat(name)), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(this->store_->remove(name)), ErrorCode::kInvalidArgument);
  }
  this->put(std::string(200, 'a'));
  this->put("data/tmp/a..b");
  const Status listed = this->store_->list("../", [](const ObjectInfo&) -> Status { return {}; });
  EXPECT_EQ(code_of(listed), ErrorCode::kInvalidArgument);
}

TYPED_TEST_P(ObjectStoreConformance, OneOfManyWritersOfANameWins) {
  constexpr int kWriters = 8;
  std::atomic<int> winners{0};
  std::vector<Bytes> contents;
  for (int i = 0; i < kWriters; ++i) contents.push_back(Bytes(100'000, static_cast<std::uint8_t>(i)));
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&, i] {
        const Status written = this->place_.open()->put("data/aa/race", contents[i]);
        if (written) {
          ++winners;
          return;
        }
        EXPECT_EQ(written.error().code, ErrorCode::kAlreadyExists) << to_string(written.error());
      });
    }
  }
  EXPECT_EQ(winners, 1);
  EXPECT_NE(std::find(contents.begin(), contents.end(), this->store_->get("data/aa/race").value()),
            contents.end());
}

TYPED_TEST_P(ObjectStoreConformance, AReaderNeverSeesAPartOfAnObject) {
  constexpr int kRounds = 30;
  const Bytes content = random_content(400'000);
  std::atomic<bool> done{false};
  std::jthread reader([&] {
    while (!done) {
      for (int i = 0; i < kRounds; ++i) {
        const Result<Bytes> seen = this->store_->get("data/bb/" + std::to_string(i));
        EXPECT_TRUE(seen ? *seen == content : seen.error().code == ErrorCode::kNotFound);
      }
      EXPECT_TRUE(this->store_->list("data/", [&](const ObjectInfo& info) -> Status {
        EXPECT_EQ(info.size_bytes, content.size());
        return {};
      }));
    }
  });
  for (int i = 0; i < kRounds; ++i) EXPECT_TRUE(this->store_->put("data/bb/" + std::to_string(i), content));
  done = true;
}

TYPED_TEST_P(ObjectStoreConformance, ManyThreadsShareOneClient) {
  constexpr int kThreads = 8;
  constexpr int kObjects = 20;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kObjects; ++i) {
          const std::string name = "data/" + std::to_string(i) + "/" + std::to_string(t);
          EXPECT_TRUE(this->store_->put(name, as_bytes(name)));
          EXPECT_EQ(as_text(this->store_->get(name).value()), name);
          if (i % 2 == 0) {
            EXPECT_TRUE(this->store_->remove(name));
          }
        }
      });
    }
  }
  EXPECT_EQ(this->names("data/").size(), std::size_t{kThreads * kObjects / 2});
}

TYPED_TEST_P(ObjectStoreConformance, LargeObjectsAreTakenAndTooLargeOnesRefused) {
  constexpr std::size_t kLargest = std::size_t{160} << 20;
  const Bytes content(kLargest + 1, 7);
  EXPECT_EQ(code_of(this->store_->put("data/aa/huge", content)), ErrorCode::kInvalidArgument);
  ASSERT_TRUE(this->store_->put("data/aa/large", ByteView(content).first(kLargest)));
  EXPECT_EQ(this->store_->stat("data/aa/large")->size_bytes, kLargest);
  EXPECT_EQ(this->store_->get_range("data/aa/large", kLargest - 5, 5), Bytes(5, 7));
}

REGISTER_TYPED_TEST_SUITE_P(ObjectStoreConformance, WhatWasPutComesBackForEveryClient,
                            AnObjectIsNeverOverwritten, WhatIsNotThereIsNotFound,
                            ProtectingChangesNothingThatCanBeSeen, ARangeIsWholeOrAnError,
                            AListingHoldsWhatBeginsWithThePrefix, AListingTellsSizes,
                            AnErrorOfTheVisitorEndsTheListing, TheVisitorMayUseTheStore,
                            ARemovedObjectIsGoneAndItsNameFree, NamesThatCouldLeaveTheStoreAreRefused,
                            OneOfManyWritersOfANameWins, AReaderNeverSeesAPartOfAnObject,
                            ManyThreadsShareOneClient, LargeObjectsAreTakenAndTooLargeOnesRefused);

}  // namespace skyhold
