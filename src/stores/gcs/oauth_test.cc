// Tokens: as the fake, which verifies what it is sent, gives them out; and how they are kept.
#include "stores/gcs/oauth.h"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <latch>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/gcs/gcs_store.h"
#include "tests/support/gcs_fake.h"

namespace skyhold {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr Instant kStart{std::chrono::hours(24) * 20'000};

// Hands out "token-1", "token-2", …
class ScriptedSource final : public TokenSource {
 public:
  Result<AccessTokenAnswer> fetch() override {
    const int number = ++fetches;
    if (on_fetch) on_fetch();
    if (fails) return fail(ErrorCode::kUnavailable, "no token number " + std::to_string(number));
    return AccessTokenAnswer{"token-" + std::to_string(number), lifetime};
  }
  [[nodiscard]] std::string description() const override { return "test"; }

  std::atomic<int> fetches{0};
  std::atomic<bool> fails{false};
  seconds lifetime{3600};
  std::function<void()> on_fetch;
};

class TokenCacheTest : public testing::Test {
 protected:
  std::string token() {
    Result<std::string> token = cache_.token();
    return token ? *token : "failed: " + token.error().message;
  }

  std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>(kStart);
  ScriptedSource* source_ = new ScriptedSource;  // the cache owns it
  TokenCache cache_{TokenSourcePtr(source_), clock_};
};

TEST_F(TokenCacheTest, OneTokenServesUntilAFewMinutesBeforeItsEnd) {
  EXPECT_EQ(token(), "token-1");
  clock_->advance(seconds(3600 - 181));
  EXPECT_EQ(token(), "token-1");
  clock_->advance(seconds(2));
  EXPECT_EQ(token(), "token-2");
  EXPECT_EQ(source_->fetches, 2);
}

TEST_F(TokenCacheTest, AShortLifeIsUsedForItsFirstHalfAtLeast) {
  source_->lifetime = seconds(60);
  EXPECT_EQ(token(), "token-1");
  clock_->advance(seconds(29));
  EXPECT_EQ(token(), "token-1");
  clock_->advance(seconds(2));
  EXPECT_EQ(token(), "token-2");
}

TEST_F(TokenCacheTest, TheOldTokenHelpsOutWhileNoNewOneIsToBeHad) {
  EXPECT_EQ(token(), "token-1");
  source_->fails = true;
  clock_->advance(seconds(3500));
  EXPECT_EQ(token(), "token-1");
  EXPECT_EQ(token(), "token-1");
  EXPECT_EQ(source_->fetches, 2) << "not each request asks again";
  clock_->advance(seconds(31));
  EXPECT_EQ(token(), "token-1");
  EXPECT_EQ(source_->fetches, 3);
  clock_->advance(seconds(100));
  EXPECT_THAT(token(), HasSubstr("failed: no token"));
  source_->fails = false;
  EXPECT_EQ(token(), "token-5");
}

TEST_F(TokenCacheTest, ARefusedTokenIsReplacedOnceHoweverManyReportIt) {
  const std::string refused = token();
  cache_.drop(refused);
  EXPECT_EQ(token(), "token-2");
  cache_.drop(refused);
  EXPECT_EQ(token(), "token-2");
}

TEST_F(TokenCacheTest, ManyThreadsCauseOneFetchAndShareWhatCameOfIt) {
  constexpr int kThreads = 8;
  for (const bool fails : {false, true}) {
    cache_.drop("token-1");
    source_->fetches = 0;
    source_->fails = fails;
    std::latch started(kThreads);
    source_->on_fetch = [&] { started.wait(); };  // none is done before all have begun
    std::atomic<int> failures{0};
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
          started.count_down();
          if (!cache_.token()) ++failures;
        });
      }
    }
    source_->on_fetch = nullptr;
    EXPECT_EQ(failures, fails ? kThreads : 0);
    EXPECT_GE(source_->fetches, 1);
    if (!fails) {
      EXPECT_EQ(source_->fetches, 1);
    }
  }
}

// Environment variables for the length of a test.
class Environment {
 public:
  Environment() {
    for (const char* name : kNames) ::unsetenv(name);
    ::setenv("HOME", directory_.path().c_str(), 1);
  }
  ~Environment() {
    for (const char* name : kNames) ::unsetenv(name);
    ::setenv("HOME", home_.c_str(), 1);
  }
  void set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }
  [[nodiscard]] std::filesystem::path home() const { return directory_.path(); }

 private:
  static constexpr const char* kNames[] = {"GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG",
                                           "GCE_METADATA_HOST"};
  std::string home_ = std::getenv("HOME") == nullptr ? "" : std::getenv("HOME");
  ScratchDirectory directory_;
};

class OauthTest : public testing::Test {
 protected:
  Result<ObjectStorePtr> open(std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>()) {
    return open_gcs_store(settings_, std::move(clock));
  }
  // The outcome of a first request with what was found.
  Status first_request(std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>()) {
    const ObjectStorePtr store = TRY(open(std::move(clock)));
    return store->list("", [](const ObjectInfo&) -> Status { return {}; });
  }
  void expect_success() {
    const Status listed = first_request();
    EXPECT_TRUE(listed) << to_string(listed.error());
    EXPECT_EQ(fake_.tokens().issued(), 1U);
  }
  // The service account's file with one text in the place of another.
  void change_credentials(const std::string& from, const std::string& to) {
    std::ifstream in(fake_.service_account_file());
    std::string text(std::istreambuf_iterator<char>(in), {});
    ASSERT_NE(text.find(from), std::string::npos);
    text.replace(text.find(from), from.size(), to);
    settings_.credentials.file = (environment_.home() / "changed.json").string();
    std::ofstream(settings_.credentials.file) << text;
  }

  Environment environment_;
  GcsFake fake_;
  StoreSettings settings_ = fake_.settings();
};

TEST_F(OauthTest, AServiceAccountSignsItsWayIn) {
  expect_success();
}

TEST_F(OauthTest, AServiceAccountOverTls) {
  GcsFake tls({.tls = true});
  settings_ = tls.settings();
  EXPECT_TRUE(first_request());
}

TEST_F(OauthTest, GoogleApplicationCredentialsNamesAFile) {
  settings_.credentials.file.clear();
  environment_.set("GOOGLE_APPLICATION_CREDENTIALS", fake_.service_account_file().string());
  expect_success();
}

TEST_F(OauthTest, WhatGcloudKeepsIsFoundAtHome) {
  settings_.credentials.file.clear();
  const auto folder = environment_.home() / ".config/gcloud";
  std::filesystem::create_directories(folder);
  std::filesystem::copy(fake_.authorized_user_file(), folder / "application_default_credentials.json");
  expect_success();
}

TEST_F(OauthTest, AMachineOfGooglesHasItsOwn) {
  settings_.credentials.file.clear();
  environment_.set("GCE_METADATA_HOST", fake_.metadata_host());
  expect_success();
}

TEST_F(OauthTest, AServerThatIsNotTheMetadataServerIsNotBelieved) {
  TestHttpServer stranger([](const TestRequest&) {
    TestResponse response;
    response.body = to_bytes(R"({"access_token": "x", "expires_in": 3600})");
    return response;
  });
  settings_.credentials.file.clear();
  environment_.set("GCE_METADATA_HOST", "127.0.0.1:" + std::to_string(stranger.port()));
  const Status listed = first_request();
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(fake_.api_requests(), 0U);
}

TEST_F(OauthTest, WithoutCredentialsTheHintSaysWhereTheyGo) {
  settings_.credentials.file.clear();
  environment_.set("GCE_METADATA_HOST", "127.0.0.1:1");
  const Status listed = first_request();
  ASSERT_FALSE(listed);
  EXPECT_THAT(listed.error().message, HasSubstr("no credentials were given"));
  EXPECT_THAT(listed.error().hint, HasSubstr("GOOGLE_APPLICATION_CREDENTIALS"));
}

TEST_F(OauthTest, ATokenThatExpiresInTheMiddleIsReplacedAndTheRequestDone) {
  const ObjectStorePtr store = open().value();
  ASSERT_TRUE(store->put("config", as_bytes("x")));
  fake_.tokens().expire_all();
  ASSERT_TRUE(store->put("data/ab/abcd", as_bytes("y")));
  EXPECT_EQ(fake_.tokens().issued(), 2U);
  EXPECT_EQ(fake_.api_requests(), 3U) << "one of them refused";
  EXPECT_EQ(as_text(fake_.content("data/ab/abcd").value()), "y");
}

TEST_F(OauthTest, ASecondRefusalIsFinal) {
  const ObjectStorePtr store = open().value();
  fake_.tokens().hand_out_bad_tokens(true);
  const Status written = store->put("config", as_bytes("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(written.error().hint, HasSubstr(kFakeServiceAccount));
  EXPECT_EQ(fake_.api_requests(), 2U);
  fake_.tokens().hand_out_bad_tokens(false);
  EXPECT_TRUE(store->put("config", as_bytes("x"))) << "a bad token was kept";
}

TEST_F(OauthTest, ARevokedAccountIsPermissionDenied) {
  const ObjectStorePtr store = open().value();
  ASSERT_TRUE(store->put("config", as_bytes("x")));
  fake_.tokens().revoke_account();
  const Result<Bytes> read = store->get("config");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(read.error().message, HasSubstr("invalid_grant"));
}

TEST_F(OauthTest, ATokenEndpointThatIsDownIsUnavailable) {
  GcsFaults faults;
  faults.token_endpoint_down = true;
  fake_.set_faults(faults);
  const Status listed = first_request();
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().code, ErrorCode::kUnavailable);
}

TEST_F(OauthTest, AClockThatIsWrongIsHintedAt) {
  const auto clock = std::make_shared<ManualClock>(SystemClock().now() + std::chrono::hours(2));
  const Status listed = first_request(clock);
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(listed.error().hint, HasSubstr("clock"));
}

TEST_F(OauthTest, AnotherAccountOrKeyIsRefused) {
  change_credentials(kFakeServiceAccount, "mallory@skyhold-test.iam.gserviceaccount.com");
  const Status other_account = first_request();
  ASSERT_FALSE(other_account);
  EXPECT_EQ(other_account.error().code, ErrorCode::kPermissionDenied);

  change_credentials("-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY----");
  const Status broken_key = first_request();
  ASSERT_FALSE(broken_key);
  EXPECT_EQ(broken_key.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(to_string(broken_key.error()), Not(HasSubstr("BEGIN PRIVATE")));
}

TEST_F(OauthTest, AFileThatIsNoCredentialsIsRefusedWhenTheStoreIsOpened) {
  const auto code_of_file = [&](const std::string& text) {
    settings_.credentials.file = (environment_.home() / "file.json").string();
    std::ofstream(settings_.credentials.file) << text;
    const Result<ObjectStorePtr> store = open();
    EXPECT_FALSE(store);
    EXPECT_THAT(store.error().message, HasSubstr("file.json"));
    EXPECT_FALSE(store.error().hint.empty());
    return store.error().code;
  };
  EXPECT_EQ(code_of_file(""), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of_file("[]"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of_file(R"({"type": "service_account"})"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of_file(R"({"type": "authorized_user", "client_id": "x"})"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of_file(R"({"type": "external_account"})"), ErrorCode::kUnsupported);
  EXPECT_EQ(code_of_file(R"({"type": "authorized_user", "client_id": "x", "refresh_token": "y",
                             "token_uri": "http://example.com/token"})"),
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace skyhold
