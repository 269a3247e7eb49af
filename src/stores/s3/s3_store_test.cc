// The driver against a real server.
#include "stores/s3/s3_store.h"

#include <atomic>
#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/id.h"
#include "crypto/hash.h"
#include "stores/object_store_conformance.h"
#include "stores/s3/s3_test_support.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/scratch_radosgw.h"
#include "tests/support/shell.h"
#include "tests/support/test_certificates.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

StoreSettings over_http(const std::string& bucket, const std::string& prefix = "") {
  StoreSettings settings;
  settings.url = "s3://" + bucket + (prefix.empty() ? "" : "/" + prefix);
  settings.endpoint = ScratchRadosgw::instance().url();
  return settings;
}

StoreSettings over_tls(const std::string& bucket, const std::string& prefix = "") {
  StoreSettings settings = over_http(bucket, prefix);
  settings.endpoint = ScratchRadosgw::instance().tls_url();
  settings.ca_file = ScratchRadosgw::instance().ca_file();
  return settings;
}

// Clients of one bucket of their own; all that a place does must stay below "a/b/".
template <StoreSettings (*settings)(const std::string&, const std::string&)>
class S3Place {
 public:
  static std::optional<std::string> why_not() { return ScratchRadosgw::why_not(); }
  ObjectStorePtr open() {
    if (why_not()) return nullptr;
    if (bucket_.empty()) bucket_ = ScratchRadosgw::instance().make_bucket();
    return std::make_shared<S3Store>(parts_of(settings(bucket_, "a/b")));
  }

 private:
  std::string bucket_;
};

using Places = testing::Types<S3Place<over_http>, S3Place<over_tls>>;
class PlaceNames {
 public:
  template <typename Place>
  static std::string GetName(int i) {
    return i == 0 ? "Http" : "Tls";
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(S3, ObjectStoreConformance, Places, PlaceNames);

class S3StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = ScratchRadosgw::why_not()) GTEST_SKIP() << *why;
    bucket_ = ScratchRadosgw::instance().make_bucket();
  }
  [[nodiscard]] S3Store store(const std::string& prefix = "") const {
    return S3Store(parts_of(over_http(bucket_, prefix)));
  }
  static std::set<std::string> names(S3Store& store, std::string_view prefix) {
    std::set<std::string> found;
    const Status listed = store.list(prefix, [&](const ObjectInfo& info) -> Status {
      EXPECT_TRUE(found.insert(info.name).second);
      return {};
    });
    EXPECT_TRUE(listed) << to_string(listed.error());
    return found;
  }
  // A program with the test's keys in its environment, as an operator would have them.
  static ShellOutcome run_with_keys(const std::string& command) {
    return run_shell(
        std::string("unset AWS_CA_BUNDLE AWS_PROFILE\nexport AWS_ACCESS_KEY_ID=") +
        ScratchRadosgw::kAccessKeyId + " AWS_SECRET_ACCESS_KEY=" + ScratchRadosgw::kSecretAccessKey +
        " AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null\n" + command);
  }

  std::string bucket_;
};

TEST_F(S3StoreTest, ListsMoreThanAPage) {
  S3Parts parts = parts_of(over_http(bucket_, "p"));
  parts.most_keys_per_page = 7;
  S3Store paged(std::move(parts));
  std::set<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    expected.insert("data/" + std::to_string(i));
    ASSERT_TRUE(paged.put("data/" + std::to_string(i), as_bytes("x")));
  }
  EXPECT_EQ(names(paged, "data/"), expected);
  // And whole pages of 1000, as they are by default.
  for (int i = 50; i < 1005; ++i) expected.insert("data/" + std::to_string(i));
  std::atomic<int> next{50};
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 8; ++writer) {
      writers.emplace_back([&] {
        for (int i = 0; (i = next++) < 1005;) EXPECT_TRUE(paged.put("data/" + std::to_string(i), {}));
      });
    }
  }
  S3Store usual = store("p");
  EXPECT_EQ(names(usual, "data/"), expected);
}

TEST_F(S3StoreTest, StoresInOneBucketDoNotSeeEachOther) {
  S3Store a = store("a");
  S3Store ab = store("a/b");
  S3Store whole = store();
  ASSERT_TRUE(a.put("config", as_bytes("a")));
  ASSERT_TRUE(ab.put("config", as_bytes("ab")));
  EXPECT_EQ(as_text(a.get("config").value()), "a");
  EXPECT_EQ(as_text(ab.get("config").value()), "ab");
  EXPECT_EQ(names(ab, ""), std::set<std::string>{"config"});
  EXPECT_EQ(names(whole, ""), (std::set<std::string>{"a/config", "a/b/config"}));
  EXPECT_EQ(a.location(), "s3://" + bucket_ + "/a");
}

TEST_F(S3StoreTest, ABucketMayBeAPartOfTheHostsName) {
  StoreSettings settings = over_http(bucket_, "p");
  settings.path_style = false;  // http://bucket.localhost
  S3Store by_host_name(parts_of(settings));
  ASSERT_TRUE(by_host_name.put("data/1", as_bytes("x")));
  EXPECT_EQ(names(by_host_name, ""), std::set<std::string>{"data/1"});
  EXPECT_EQ(as_text(store("p").get("data/1").value()), "x");
}

TEST_F(S3StoreTest, OtherProgramsReadWhatWeWrote) {
  if (run_shell("command -v aws && command -v rclone").exit_status != 0) {
    GTEST_SKIP() << "there is no aws or no rclone: apt-get install awscli rclone";
  }
  const Bytes content = random_content(300'000);
  const std::string name = "data/ab/" + sha256(content).hex();
  S3Store written = store("a");
  ASSERT_TRUE(written.put(name, content));
  const std::string url = ScratchRadosgw::instance().url();
  const ShellOutcome aws = run_with_keys("aws --endpoint-url " + url + " s3 cp --quiet s3://" + bucket_ +
                                         "/a/" + name + " - | sha256sum");
  EXPECT_THAT(aws.output, testing::StartsWith(sha256(content).hex())) << aws.output;
  const ShellOutcome rclone =
      run_with_keys("rclone --config /dev/null cat ':s3,provider=Ceph,env_auth=true,endpoint=\"" + url +
                    "\":" + bucket_ + "/a/" + name + "' | sha256sum");
  EXPECT_THAT(rclone.output, testing::StartsWith(sha256(content).hex())) << rclone.output;
}

TEST_F(S3StoreTest, ContentThatIsNotWhatItsNameSaysIsRefusedByTheServer) {
  S3Store into = store();
  const std::string name = "data/ab/" + sha256(as_bytes("the true content")).hex();
  const Status written = into.put(name, as_bytes("the true c0ntent"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kCorrupt) << to_string(written.error());
  EXPECT_EQ(code_of(into.stat(name)), ErrorCode::kNotFound);
  ASSERT_TRUE(into.put(name, as_bytes("the true content")));
  EXPECT_EQ(as_text(into.get(name).value()), "the true content");
}

TEST_F(S3StoreTest, AWrongSecretIsNamedAsSuch) {
  S3Store wrong(parts_of(over_http(bucket_), {ScratchRadosgw::kAccessKeyId, "WRONGSECRET", ""}));
  const Status written = wrong.put("config", as_bytes("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(written.error().hint, HasSubstr("secret key does not belong"));
  EXPECT_THAT(to_string(written.error()), testing::Not(HasSubstr("WRONGSECRET")));
  EXPECT_EQ(code_of(wrong.stat("config")), ErrorCode::kPermissionDenied);

  S3Store unknown(parts_of(over_http(bucket_), {"NOBODY", "SECRET", ""}));
  const Result<Bytes> read = unknown.get("config");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(read.error().hint, HasSubstr("does not know this access key id"));
}

TEST_F(S3StoreTest, ABucketThatIsNotThereIsNamed) {
  S3Store nowhere(parts_of(over_http("no-such-bucket")));
  for (const Error& error : {nowhere.put("config", as_bytes("x")).error(), nowhere.get("config").error(),
                             nowhere.list("", [](const ObjectInfo&) -> Status { return {}; }).error()}) {
    EXPECT_EQ(error.code, ErrorCode::kNotFound) << to_string(error);
    EXPECT_THAT(error.message, HasSubstr("there is no bucket no-such-bucket"));
  }
  EXPECT_EQ(code_of(nowhere.stat("config")), ErrorCode::kNotFound);
}

TEST_F(S3StoreTest, AClockThatIsOffIsTheClocksFault) {
  for (const auto off : {std::chrono::minutes(-40), std::chrono::minutes(40)}) {
    const auto clock = std::make_shared<ManualClock>(SystemClock().now() + off);
    S3Store skewed(parts_of(over_http(bucket_), radosgw_keys(), clock));
    const Status written = skewed.put("config", as_bytes("x"));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::kPermissionDenied);
    EXPECT_THAT(written.error().message, HasSubstr("clocks differ")) << to_string(written.error());
    EXPECT_THAT(written.error().hint, HasSubstr("clock"));
  }
}

TEST_F(S3StoreTest, ACertificateOfAnotherAuthorityIsRefused) {
  const ScratchDirectory directory;
  StoreSettings settings = over_tls(bucket_);
  settings.ca_file = make_test_certificates(directory.path()).ca_file;
  const Result<Bytes> read = S3Store(parts_of(settings)).get("config");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kPermissionDenied) << to_string(read.error());
  EXPECT_THAT(read.error().hint, HasSubstr("ca_file"));
  settings.ca_file.clear();  // the system's authorities do not know it either
  EXPECT_EQ(code_of(S3Store(parts_of(settings)).get("config")), ErrorCode::kPermissionDenied);
}

TEST_F(S3StoreTest, AFullQuotaIsNoSpace) {
  ScratchRadosgw& server = ScratchRadosgw::instance();
  struct Quota {
    ScratchRadosgw& its_server;
    explicit Quota(ScratchRadosgw& given) : its_server(given) {
      its_server.admin("quota set --uid=test --quota-scope=bucket --max-objects=1");
      its_server.admin("quota enable --uid=test --quota-scope=bucket");
    }
    ~Quota() { its_server.admin("quota disable --uid=test --quota-scope=bucket"); }
  };
  const Quota quota(server);
  S3Store full = store();
  ASSERT_TRUE(full.put("data/1", as_bytes("x")));
  const Status written = full.put("data/2", as_bytes("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kNoSpace) << to_string(written.error());
  EXPECT_EQ(as_text(full.get("data/1").value()), "x");
}

// The header of an object, asked for past the driver.
std::string raw_header(const std::string& bucket, const std::string& name, const std::string& header) {
  const S3Location location = locate_s3(over_http(bucket)).value();
  UnsignedRequest request{HttpMethod::kHead, location.path_of(name), {}, {}, sha256({}).hex()};
  request.headers = {{"host", location.host}, {"x-amz-content-sha256", request.payload_sha256}};
  HttpClient client;
  const HttpResponse response =
      client
          .send({HttpMethod::kHead,
                 location.origin + request.path,
                 sign(request, radosgw_keys(), {location.region}, SystemClock().now()),
                 {}})
          .value();
  return std::string(response.header(header).value_or(""));
}

TEST_F(S3StoreTest, LocksWhatItWritesAndNotTheRepositorysOwnLocks) {
  ScratchRadosgw::instance().make_bucket("locked", true);
  StoreSettings settings = over_http("locked");
  S3Parts parts = parts_of(settings);
  parts.object_lock_days = 3;
  const Instant started = SystemClock().now();
  S3Store locked(std::move(parts));
  const Status written = locked.put("data/1", as_bytes("x"));
  ASSERT_TRUE(written) << to_string(written.error());
  ASSERT_TRUE(locked.put("locks/1", as_bytes("x")));
  EXPECT_EQ(raw_header("locked", "data/1", "x-amz-object-lock-mode"), "COMPLIANCE");
  const Result<Instant> until =
      parse_rfc3339(raw_header("locked", "data/1", "x-amz-object-lock-retain-until-date"));
  ASSERT_TRUE(until);
  EXPECT_GE(*until, started + std::chrono::hours(71));
  EXPECT_LE(*until, started + std::chrono::hours(73));
  EXPECT_EQ(raw_header("locked", "locks/1", "x-amz-object-lock-mode"), "");
  // Removed from sight; the version that is locked stays, which is the use of it.
  EXPECT_TRUE(locked.remove("data/1"));
  EXPECT_EQ(code_of(locked.get("data/1")), ErrorCode::kNotFound);
  EXPECT_TRUE(locked.put("data/1", as_bytes("again")));
}

TEST_F(S3StoreTest, ALockIsExtendedWhenLessThanHalfOfItIsLeft) {
  ScratchRadosgw::instance().make_bucket("extended", true);
  const auto clock =
      std::make_shared<ManualClock>(std::chrono::floor<std::chrono::seconds>(SystemClock().now()));
  const auto store_of_days = [&](int days) {
    S3Parts parts = parts_of(over_http("extended"), radosgw_keys(), clock);
    parts.object_lock_days = days;
    return S3Store(std::move(parts));
  };
  const auto locked_until = [](const std::string& name) {
    return parse_rfc3339(raw_header("extended", name, "x-amz-object-lock-retain-until-date")).value();
  };
  const auto days = [](int count) { return std::chrono::hours(24) * count; };
  const Instant written_at = clock->now();
  ASSERT_TRUE(store_of_days(3).put("data/1", as_bytes("x")));
  ASSERT_TRUE(store_of_days(0).put("data/2", as_bytes("x")));
  ASSERT_TRUE(store_of_days(3).put("locks/1", as_bytes("x")));

  clock->advance(std::chrono::minutes(2));
  for (const int enough : {3, 5}) {
    const Status kept = store_of_days(enough).protect("data/1");
    EXPECT_TRUE(kept) << to_string(kept.error());
    EXPECT_EQ(locked_until("data/1"), written_at + days(3)) << enough;
  }
  S3Store longer = store_of_days(30);
  for (const char* name : {"data/1", "data/2"}) {
    const Status extended = longer.protect(name);
    EXPECT_TRUE(extended) << to_string(extended.error());
    EXPECT_EQ(locked_until(name), clock->now() + days(30));
    EXPECT_EQ(raw_header("extended", name, "x-amz-object-lock-mode"), "COMPLIANCE");
    EXPECT_EQ(as_text(longer.get(name).value()), "x");
  }
  EXPECT_TRUE(store_of_days(3).protect("data/1"));
  EXPECT_EQ(locked_until("data/1"), clock->now() + days(30)) << "never shortened";

  EXPECT_TRUE(longer.protect("locks/1"));
  EXPECT_EQ(raw_header("extended", "locks/1", "x-amz-object-lock-mode"), "");
  EXPECT_EQ(code_of(longer.protect("data/none")), ErrorCode::kNotFound);
}

TEST_F(S3StoreTest, ABucketThatCannotLockIsTold) {
  ASSERT_TRUE(store().put("data/1", as_bytes("x")));
  S3Parts parts = parts_of(over_http(bucket_));
  parts.object_lock_days = 3;
  EXPECT_FALSE(S3Store(std::move(parts)).protect("data/1"));
}

TEST_F(S3StoreTest, AStoreOpensByItsSettings) {
  ::setenv("SKYHOLD_S3_TEST_ACCESS_KEY_ID", ScratchRadosgw::kAccessKeyId, 1);
  ::setenv("SKYHOLD_S3_TEST_SECRET_ACCESS_KEY", ScratchRadosgw::kSecretAccessKey, 1);
  StoreSettings settings = over_tls(bucket_, "x");
  settings.credentials.environment = "SKYHOLD_S3_TEST";
  const Result<ObjectStorePtr> opened = open_s3_store(settings);
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_TRUE((*opened)->put("config", as_bytes("x")));
  EXPECT_EQ((*opened)->location(), "s3://" + bucket_ + "/x");
  ::unsetenv("SKYHOLD_S3_TEST_SECRET_ACCESS_KEY");
  EXPECT_EQ(code_of(open_s3_store(settings)), ErrorCode::kPermissionDenied);
  ::unsetenv("SKYHOLD_S3_TEST_ACCESS_KEY_ID");
}

}  // namespace
}  // namespace skyhold
