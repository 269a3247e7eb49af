// Against the fake of tests/support/gcs_fake.h, over HTTP and over TLS.
#include "stores/gcs/gcs_store.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/object_store_conformance.h"
#include "stores/retry_store.h"
#include "tests/support/gcs_fake.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ObjectStorePtr open_or_throw(const StoreSettings& settings) {
  Result<ObjectStorePtr> store = open_gcs_store(settings, std::make_shared<SystemClock>());
  if (!store) throw std::runtime_error(to_string(store.error()));
  return *store;
}

class HttpPlace {
 public:
  ObjectStorePtr open() { return open_or_throw(fake_.settings()); }

 private:
  GcsFake fake_;
};

class TlsPlace {
 public:
  ObjectStorePtr open() { return open_or_throw(fake_.settings("europe/shop")); }

 private:
  GcsFake fake_{{.tls = true}};
};

// Two objects a page, the first page empty: what a listing of millions looks like.
class SmallPagesPlace {
 public:
  SmallPagesPlace() {
    GcsFaults faults;
    faults.objects_per_page = 2;
    faults.one_empty_page = true;
    fake_.set_faults(faults);
  }
  ObjectStorePtr open() { return open_or_throw(fake_.settings("tmp")); }

 private:
  GcsFake fake_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(GcsHttp, ObjectStoreConformance, HttpPlace);
INSTANTIATE_TYPED_TEST_SUITE_P(GcsTls, ObjectStoreConformance, TlsPlace);
INSTANTIATE_TYPED_TEST_SUITE_P(GcsSmallPages, ObjectStoreConformance, SmallPagesPlace);

class GcsStoreTest : public testing::Test {
 protected:
  ObjectStorePtr open_with(const std::function<void(StoreSettings&)>& change) {
    StoreSettings settings = fake_.settings("shop");
    change(settings);
    return open_or_throw(settings);
  }
  std::set<std::string> names(std::string_view prefix = "") {
    std::set<std::string> found;
    const Status listed = store_->list(prefix, [&](const ObjectInfo& info) -> Status {
      found.insert(info.name);
      return {};
    });
    EXPECT_TRUE(listed) << to_string(listed.error());
    return found;
  }
  Status list_all() {
    return store_->list("", [](const ObjectInfo&) -> Status { return {}; });
  }
  void put(std::string_view name, std::string_view text = "content") {
    const Status written = store_->put(name, as_bytes(text));
    ASSERT_TRUE(written) << to_string(written.error());
  }
  template <typename Change>
  void with_faults(Change change) {
    GcsFaults faults;
    change(faults);
    fake_.set_faults(faults);
  }

  GcsFake fake_;
  ObjectStorePtr store_ = open_or_throw(fake_.settings("shop"));
};

TEST_F(GcsStoreTest, ObjectsLieUnderThePrefixWithTheirChecksum) {
  EXPECT_EQ(store_->location(), "gs://backups/shop");
  put("data/ab/abcd", "123456789");
  EXPECT_THAT(fake_.bucket().names(), ElementsAre("shop/data/ab/abcd"));
  const GcsFakeObject object = fake_.bucket().look_at("shop/data/ab/abcd").value();
  EXPECT_EQ(object.crc32c, 0xe3069283U);
  EXPECT_EQ(as_text(*object.bytes), "123456789");
}

TEST_F(GcsStoreTest, BytesThatLookLikeABoundaryAreStoredAsTheyAre) {
  const std::string tricky = "\r\n--boundary\r\nContent-Type: x\r\n\r\n--boundary--\r\n\r\n--\r\n";
  put("config", tricky);
  EXPECT_EQ(as_text(store_->get("config").value()), tricky);
}

TEST_F(GcsStoreTest, WhatOthersPutInTheBucketIsNoObjectOfOurs) {
  put("config");
  for (const char* name :
       {"shop/", "shop/data/", "shop/with space", "shop/.hidden", "shopping/config", "other"}) {
    fake_.bucket().place(name, as_bytes("x"));
  }
  EXPECT_EQ(names(), std::set<std::string>{"config"});
}

TEST_F(GcsStoreTest, SettingsGoAlongWithEachObject) {
  constexpr const char* kKey = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k";
  const ObjectStorePtr store = open_with([&](StoreSettings& settings) {
    settings.storage_class = "NEARLINE";
    settings.kms_key = kKey;
  });
  ASSERT_TRUE(store->put("config", as_bytes("x")));
  EXPECT_EQ(fake_.bucket().look_at("shop/config")->storage_class, "NEARLINE");
  EXPECT_EQ(fake_.bucket().look_at("shop/config")->kms_key, kKey);

  const ObjectStorePtr wrong =
      open_with([&](StoreSettings& settings) { settings.storage_class = "COOLEST"; });
  const Status refused = wrong->put("data/ab/abcd", as_bytes("x"));
  EXPECT_EQ(code_of(refused), ErrorCode::kInvalidArgument);
  EXPECT_THAT(refused.error().hint, HasSubstr("storage_class"));
}

TEST_F(GcsStoreTest, RetainedObjectsCannotBeRemovedButLocksCan) {
  const ObjectStorePtr store = open_with([](StoreSettings& settings) { settings.object_lock_days = 30; });
  ASSERT_TRUE(store->put("data/ab/abcd", as_bytes("x")));
  ASSERT_TRUE(store->put("locks/1", as_bytes("x")));
  const GcsFakeObject object = fake_.bucket().look_at("shop/data/ab/abcd").value();
  EXPECT_EQ(object.retention_mode, "Locked");
  EXPECT_GT(object.retain_until, SystemClock().now() + std::chrono::hours(29 * 24));
  EXPECT_LT(object.retain_until, SystemClock().now() + std::chrono::hours(31 * 24));

  const Status removed = store->remove("data/ab/abcd");
  EXPECT_EQ(code_of(removed), ErrorCode::kPermissionDenied);
  EXPECT_THAT(removed.error().hint, HasSubstr("retention"));
  EXPECT_TRUE(store->remove("locks/1"));
}

TEST_F(GcsStoreTest, ARetentionIsExtendedWhenLessThanHalfOfItIsLeft) {
  const auto clock = std::make_shared<ManualClock>(SystemClock().now());
  const auto store_of_days = [&](int days) {
    StoreSettings settings = fake_.settings("shop");
    settings.object_lock_days = days;
    return open_gcs_store(settings, clock).value();
  };
  const auto retained_for = [&](const std::string& name) {
    const GcsFakeObject object = fake_.bucket().look_at("shop/" + name).value();
    EXPECT_EQ(object.retention_mode, "Locked");
    return std::chrono::round<std::chrono::hours>(object.retain_until - clock->now()).count() / 24;
  };
  ASSERT_TRUE(store_of_days(3)->put("data/ab/abcd", as_bytes("x")));
  put("data/ab/unretained", "x");
  const std::uint64_t before = fake_.api_requests();
  for (const int enough : {3, 5}) {
    const Status kept = store_of_days(enough)->protect("data/ab/abcd");
    EXPECT_TRUE(kept) << to_string(kept.error());
  }
  EXPECT_EQ(fake_.api_requests() - before, 2U) << "one look each";
  EXPECT_EQ(retained_for("data/ab/abcd"), 3);

  const ObjectStorePtr longer = store_of_days(30);
  EXPECT_TRUE(longer->protects());
  for (const std::string name : {"data/ab/abcd", "data/ab/unretained"}) {
    const Status extended = longer->protect(name);
    EXPECT_TRUE(extended) << to_string(extended.error());
    EXPECT_EQ(retained_for(name), 30);
    EXPECT_EQ(code_of(longer->remove(name)), ErrorCode::kPermissionDenied);
  }
  EXPECT_TRUE(store_of_days(3)->protect("data/ab/abcd"));
  EXPECT_EQ(retained_for("data/ab/abcd"), 30) << "never shortened";
  EXPECT_EQ(code_of(longer->protect("data/ab/none")), ErrorCode::kNotFound);

  EXPECT_FALSE(store_->protects());
  ASSERT_TRUE(longer->put("locks/1", as_bytes("x")));
  ASSERT_TRUE(longer->put("removed/2027-01-01T00-00-00Z/data/ab/abcd", {}));
  EXPECT_TRUE(longer->protect("locks/1"));
  for (const auto& name : names("locks/")) EXPECT_TRUE(longer->remove(name));
  for (const auto& name : names("removed/")) EXPECT_TRUE(longer->remove(name));
  EXPECT_THAT(names("locks/"), IsEmpty());
}

TEST_F(GcsStoreTest, WhoMayNotExtendARetentionIsTold) {
  put("data/ab/abcd");
  const ObjectStorePtr store = open_with([](StoreSettings& settings) { settings.object_lock_days = 30; });
  with_faults([](GcsFaults& faults) { faults.refuse_writes = true; });
  const Status refused = store->protect("data/ab/abcd");
  EXPECT_EQ(code_of(refused), ErrorCode::kPermissionDenied);
  EXPECT_THAT(refused.error().hint, HasSubstr("storage.objects.update"));
}

TEST_F(GcsStoreTest, DamageAtRestIsNoticedOnReading) {
  put("data/ab/abcd", std::string(10'000, 'x'));
  fake_.flip_bit("shop/data/ab/abcd");
  const Result<Bytes> flipped = store_->get("data/ab/abcd");
  EXPECT_EQ(code_of(flipped), ErrorCode::kCorrupt);
  EXPECT_THAT(flipped.error().message, HasSubstr("data/ab/abcd of gs://backups/shop"));
  fake_.cut("shop/data/ab/abcd", 5000);
  EXPECT_EQ(code_of(store_->get("data/ab/abcd")), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(store_->get_range("data/ab/abcd", 4000, 2000)), ErrorCode::kCorrupt);
}

TEST_F(GcsStoreTest, DamageOnTheWayIsNoticedOnReading) {
  put("data/ab/abcd", std::string(10'000, 'x'));
  with_faults([](GcsFaults& faults) { faults.flipped_bit_share = 1; });
  EXPECT_EQ(code_of(store_->get("data/ab/abcd")), ErrorCode::kCorrupt);
  with_faults([](GcsFaults& faults) { faults.cut_answer_share = 1; });
  EXPECT_EQ(code_of(store_->get("data/ab/abcd")), ErrorCode::kUnavailable);
  EXPECT_EQ(code_of(store_->get_range("data/ab/abcd", 0, 100)), ErrorCode::kUnavailable);
}

TEST_F(GcsStoreTest, AStoreThatKeptOtherBytesIsNotBelieved) {
  with_faults([](GcsFaults& faults) { faults.damaged_upload_share = 1; });
  const Status written = store_->put("data/ab/abcd", as_bytes("content"));
  EXPECT_EQ(code_of(written), ErrorCode::kCorrupt);
  EXPECT_THAT(written.error().hint, HasSubstr("removed"));
  EXPECT_THAT(fake_.bucket().names(), IsEmpty());

  with_faults([](GcsFaults&) {});
  put("data/ab/abcd");
}

TEST_F(GcsStoreTest, NoRetriesAreMadeAndEachFailureHasItsCode) {
  put("config");
  const auto codes = [&] {
    return std::vector<ErrorCode>{code_of(store_->put("data/ab/abcd", as_bytes("x"))),
                                  code_of(store_->get("config")),
                                  code_of(store_->get_range("config", 0, 1)),
                                  code_of(store_->stat("config")),
                                  code_of(list_all()),
                                  code_of(store_->remove("config"))};
  };
  const std::vector<ErrorCode> all_unavailable(6, ErrorCode::kUnavailable);
  const auto meet = [&](auto change) {
    with_faults(change);
    const std::uint64_t before = fake_.api_requests();
    EXPECT_EQ(codes(), all_unavailable);
    EXPECT_EQ(fake_.api_requests() - before, 6U);
  };
  meet([](GcsFaults& faults) { faults.unavailable_share = 1; });
  meet([](GcsFaults& faults) { faults.too_many_requests_share = 1; });
  with_faults([](GcsFaults& faults) { faults.lost_answer_share = 1; });
  EXPECT_EQ(codes(), all_unavailable);
  with_faults([](GcsFaults&) {});
  EXPECT_THAT(fake_.bucket().names(), ElementsAre("shop/data/ab/abcd")) << "both were done, the answers lost";

  with_faults([](GcsFaults& faults) { faults.hang_up_share = 1; });
  EXPECT_EQ(codes(), all_unavailable);
  fake_.stop();
  EXPECT_EQ(codes(), all_unavailable);
  fake_.start();
  with_faults([](GcsFaults&) {});
  EXPECT_EQ(as_text(store_->get("data/ab/abcd").value()), "x");
}

// A connection that was kept and turns out dead makes the client send once more, so that a
// refusal may be of what the first sending did.
TEST_F(GcsStoreTest, ThroughLostAnswersARetryingCallerLearnsWhatWasDone) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  with_faults([&](GcsFaults& faults) {
    faults.seed = seed;
    faults.lost_answer_share = 0.25;
    faults.hang_up_share = 0.1;
    faults.unavailable_share = 0.1;
  });
  RetryOptions retry;
  retry.most_attempts = 100;
  retry.retry_tokens = 10'000;
  retry.base_delay = retry.longest_delay = std::chrono::milliseconds(1);
  RetryStore patient(store_, retry);
  for (int i = 0; i < 100; ++i) {
    const std::string name = "data/aa/" + std::to_string(i);
    const Status written = patient.put(name, as_bytes(name));
    ASSERT_TRUE(written) << to_string(written.error());
    ASSERT_EQ(as_text(patient.get(name).value()), name);
    const Status removed = patient.remove(name);
    ASSERT_TRUE(removed) << to_string(removed.error());
  }
  EXPECT_THAT(fake_.bucket().names(), IsEmpty());
}

TEST_F(GcsStoreTest, RetryAfterIsHandedOn) {
  with_faults([](GcsFaults& faults) {
    faults.unavailable_share = 1;
    faults.retry_after = std::chrono::seconds(7);
  });
  EXPECT_EQ(store_->get("config").error().retry_after, std::chrono::seconds(7));
}

TEST_F(GcsStoreTest, OneWriteASecondOfAName) {
  with_faults([](GcsFaults& faults) { faults.one_write_a_second = true; });
  put("locks/1");
  EXPECT_EQ(code_of(store_->remove("locks/1")), ErrorCode::kUnavailable);
  put("locks/2");
}

TEST_F(GcsStoreTest, ARefusalNamesThePermissionTheBucketAndWhoLacksIt) {
  put("config");
  with_faults(
      [](GcsFaults& faults) { faults.refuse_writes = faults.refuse_lists = faults.refuse_reads = true; });
  const auto expect = [](const Status& refused, const std::string& permission) {
    EXPECT_EQ(code_of(refused), ErrorCode::kPermissionDenied);
    EXPECT_THAT(refused.error().hint, HasSubstr("grant " + permission + " on bucket backups"));
    EXPECT_THAT(refused.error().hint, HasSubstr(kFakeServiceAccount));
  };
  expect(store_->put("data/ab/abcd", as_bytes("x")), "storage.objects.create");
  expect(store_->remove("config"), "storage.objects.delete");
  expect(list_all(), "storage.objects.list");
  expect(store_->stat("config").map([](const ObjectInfo&) {}), "storage.objects.get");
  EXPECT_EQ(code_of(store_->get("config")), ErrorCode::kPermissionDenied);
}

TEST_F(GcsStoreTest, AFullQuotaIsNoSpaceAndReadingGoesOn) {
  put("config");
  with_faults([](GcsFaults& faults) { faults.quota_bytes = 10; });
  const Status written = store_->put("data/ab/abcd", as_bytes("too much"));
  EXPECT_EQ(code_of(written), ErrorCode::kNoSpace);
  EXPECT_THAT(written.error().hint, HasSubstr("quota"));
  EXPECT_TRUE(store_->get("config"));
}

TEST_F(GcsStoreTest, AMissingBucketIsNamed) {
  const ObjectStorePtr store =
      open_with([](StoreSettings& settings) { settings.url = "gs://no-such-bucket/shop"; });
  const Status written = store->put("config", as_bytes("x"));
  const Status listed = store->list("", [](const ObjectInfo&) -> Status { return {}; });
  for (const Status& failed : {written, listed, store->remove("config")}) {
    EXPECT_EQ(code_of(failed), ErrorCode::kNotFound);
    EXPECT_THAT(failed.error().hint, HasSubstr("there is no bucket no-such-bucket"));
  }
}

TEST_F(GcsStoreTest, ALateListingOnlyLacksWhatIsNew) {
  put("config");
  with_faults([](GcsFaults& faults) { faults.listed_late = 2; });
  put("snapshots/1");
  EXPECT_EQ(names(), std::set<std::string>{"config"});
  EXPECT_EQ(names(), std::set<std::string>{"config"});
  EXPECT_EQ(names(), (std::set<std::string>{"config", "snapshots/1"}));
}

TEST_F(GcsStoreTest, AnUntrustedServerHearsNothing) {
  GcsFake other({.tls = true});
  StoreSettings settings = other.settings();
  settings.ca_file.clear();
  const Result<Bytes> read = open_or_throw(settings)->get("config");
  EXPECT_EQ(code_of(read), ErrorCode::kPermissionDenied);
  EXPECT_EQ(other.tokens().issued(), 0U);
}

TEST_F(GcsStoreTest, TheSameSeedMeetsTheSameFaults) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  put("config");
  const auto outcomes = [&] {
    GcsFaults faults;
    faults.seed = seed;
    faults.unavailable_share = 0.3;
    faults.hang_up_share = 0.3;
    // With no connection left from before: a request on one that was hung up is asked again by itself.
    const ObjectStorePtr store = open_with([](StoreSettings&) {});
    fake_.set_faults(faults);
    std::vector<bool> successes;
    for (int i = 0; i < 30; ++i) successes.push_back(store->get("config").has_value());
    return successes;
  };
  EXPECT_EQ(outcomes(), outcomes());
}

TEST(OpenGcsStore, RefusesSettingsThatCannotBe) {
  const GcsFake fake;
  const auto refused = [&](const std::function<void(StoreSettings&)>& change) {
    StoreSettings settings = fake.settings();
    change(settings);
    const Result<ObjectStorePtr> store = open_gcs_store(settings, std::make_shared<SystemClock>());
    EXPECT_TRUE(store ? false : !store.error().hint.empty());
    return code_of(store);
  };
  for (const char* url : {"s3://backups", "gs://", "gs:///x", "gs://a", "gs://Backups", "gs://user@backups",
                          "gs://backups/a b", "gs://backups//a", "gs://backups/../a", "gs://backups?x=1"}) {
    EXPECT_EQ(refused([&](StoreSettings& s) { s.url = url; }), ErrorCode::kInvalidArgument) << url;
  }
  EXPECT_EQ(refused([](StoreSettings& s) { s.endpoint = "http://storage.example.com"; }),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused([](StoreSettings& s) { s.endpoint = "http://localhost:80@example.com"; }),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused([](StoreSettings& s) { s.object_lock_days = -1; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused([](StoreSettings& s) { s.object_lock_days = 100'000; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused([](StoreSettings& s) { s.encryption = "AES256"; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused([](StoreSettings& s) { s.credentials.file = "/nowhere/key.json"; }),
            ErrorCode::kNotFound);
}

TEST(OpenGcsStore, ASlashAtTheEndOfUrlOrEndpointChangesNothing) {
  const GcsFake fake;
  StoreSettings settings = fake.settings("shop");
  settings.url += "/";
  settings.endpoint += "/";
  const ObjectStorePtr store = open_or_throw(settings);
  EXPECT_EQ(store->location(), "gs://backups/shop");
  EXPECT_TRUE(store->put("config", as_bytes("x")));
}

}  // namespace
}  // namespace skyhold
