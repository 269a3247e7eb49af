#include "stores/open_store.h"

#include <cstdlib>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/file_url.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

TEST(OpenStore, TakesAbsolutePathsAndSaysThemBack) {
  const std::vector<std::pair<std::string, std::string>> urls{
      {"file:///backup/a", "file:///backup/a"},
      {"file:///backup/a/", "file:///backup/a"},
      {"file:///backup//a/./b/..", "file:///backup/a"},
      {"file://localhost/backup/a", "file:///backup/a"},
      {"file:///with%20space/100%25", "file:///with%20space/100%25"},
      {"file:///caf%c3%a9", "file:///caf%C3%A9"},
      {"file:///a%3Fb%23c", "file:///a%3Fb%23c"},
  };
  for (const auto& [given, said] : urls) {
    const Result<ObjectStorePtr> store = open_store(given);
    ASSERT_TRUE(store) << given << ": " << to_string(store.error());
    EXPECT_EQ((*store)->location(), said);
  }
}

TEST(OpenStore, DecodesWhatItOpens) {
  EXPECT_EQ(parse_file_url("file:///with%20space/100%25").value(), "/with space/100%");
}

TEST(OpenStore, EveryRefusalSaysHowToWriteItRight) {
  for (const std::string url :
       {"", "backup", "/backup/a", "file:", "file:/backup", "file://", "file://backup/a", "file:///",
        "file:///a/..", "file:///a?b", "file:///a#b", "file:///%", "file:///%4", "file:///%zz",
        "file:///a%00b", "http://host/a", "FTP://host"}) {
    SCOPED_TRACE(url);
    const Result<ObjectStorePtr> store = open_store(url);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(store.error().hint.empty());
  }
  EXPECT_THAT(open_store("/backup/a").error().hint, HasSubstr("file:///backup/a"));
  EXPECT_THAT(open_store("file://backup/a").error().hint, HasSubstr("file:///backup/a"));
}

TEST(OpenStore, CredentialsInAUrlAreRefusedAndNotRepeated) {
  for (const std::string url : {"s3://key:secret@bucket/prefix", "gs://secret@bucket",
                                "ftp://key:secret@host", "key:secret@bucket"}) {
    SCOPED_TRACE(url);
    const Result<ObjectStorePtr> store = open_store(url);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(to_string(store.error()), testing::Not(HasSubstr("secret")));
  }
}

TEST(OpenStore, AQueryIsSentToTheSettings) {
  const Result<ObjectStorePtr> store = open_store("s3://bucket/prefix?endpoint=https://host");
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("has a query"));
  EXPECT_THAT(store.error().hint, HasSubstr("settings"));
}

// Keys by reference, so that neither this machine's own are used nor its metadata service is asked.
class OpenCloudStore : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("SKYHOLD_OPEN_STORE_TEST_ACCESS_KEY_ID", "GOOG1EXAMPLE", 1);
    ::setenv("SKYHOLD_OPEN_STORE_TEST_SECRET_ACCESS_KEY", "example", 1);
  }
  void TearDown() override {
    ::unsetenv("SKYHOLD_OPEN_STORE_TEST_ACCESS_KEY_ID");
    ::unsetenv("SKYHOLD_OPEN_STORE_TEST_SECRET_ACCESS_KEY");
  }
  static StoreSettings settings_at(const std::string& url) {
    StoreSettings settings;
    settings.url = url;
    settings.credentials.environment = "SKYHOLD_OPEN_STORE_TEST";
    // Where nobody listens.
    settings.endpoint = "http://127.0.0.1:1";
    return settings;
  }
};

TEST_F(OpenCloudStore, RetriesWhatANetworkLosesAndMeasuresEachAttempt) {
  const auto waiting = std::make_shared<ManualWaiting>();
  for (const bool google : {false, true}) {
    StoreSettings settings = settings_at(google ? "gs://bucket/prefix" : "s3://bucket/prefix");
    settings.credentials.hmac = google;
    settings.location = "europe-west1";
    OpenStoreOptions options;
    options.retry.most_attempts = 3;
    options.retry.waiting = waiting;
    const Result<OpenedStore> opened = open_store(settings, options);
    ASSERT_TRUE(opened) << to_string(opened.error());
    EXPECT_EQ(opened->store->location(), settings.url);
    EXPECT_EQ(opened->settings.location, "europe-west1");
    EXPECT_EQ(opened->late, nullptr);
    const auto answer = opened->store->get("config");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(answer.error().message, HasSubstr("tried 3 times"));
    EXPECT_EQ(opened->timings->timings().of(StoreMethod::kGet).calls, 3U);
    EXPECT_EQ(opened->timings->timings().failures_in_a_row, 3U);
  }
}

TEST_F(OpenCloudStore, ACallIsTriedAgainForAsLongAsTheSettingsSay) {
  StoreSettings settings = settings_at("s3://bucket/prefix");
  for (const std::chrono::seconds retry_for : {std::chrono::seconds{0}, std::chrono::seconds{5}}) {
    const auto waiting = std::make_shared<ManualWaiting>();
    OpenStoreOptions options;
    options.retry.waiting = waiting;
    settings.retry_for = retry_for;
    const Result<OpenedStore> opened = open_store(settings, options);
    ASSERT_TRUE(opened) << to_string(opened.error());
    EXPECT_FALSE(opened->store->get("config"));
    EXPECT_LE(waiting->now(), retry_for);
    EXPECT_EQ(waiting->now().count() == 0, retry_for.count() == 0);
  }
}

TEST(OpenStore, ARateLimitOfTheSettingsHolds) {
  const ScratchDirectory directory;
  StoreSettings settings;
  settings.url = file_url(directory.path());
  settings.rate_limits.upload_bytes_per_second.fill(1000);
  const auto waiting = std::make_shared<ManualWaiting>();
  OpenStoreOptions options;
  options.retry.waiting = waiting;
  const Result<OpenedStore> opened = open_store(settings, options);
  ASSERT_TRUE(opened);
  ASSERT_TRUE(opened->store->put("data/1", Bytes(5000)));
  ASSERT_TRUE(opened->store->put("data/2", Bytes(5000)));
  EXPECT_NEAR(std::chrono::duration<double>(waiting->now()).count(), 5, 0.01);
  options.platform_time_zone = "Europe/Nowhere";
  EXPECT_FALSE(open_store(settings, options));
}

TEST(OpenStore, ACopyWithARemovalDelayLetsGoLate) {
  const ScratchDirectory directory;
  StoreSettings settings;
  settings.url = file_url(directory.path());
  settings.removal_delay = std::chrono::hours{24};
  const Result<OpenedStore> opened = open_store(settings);
  ASSERT_TRUE(opened);
  ASSERT_NE(opened->late, nullptr);
  EXPECT_EQ(opened->late->delay(), std::chrono::hours{24});
}

TEST(OpenStore, ARetentionThatWouldFailEveryPruneIsRefused) {
  StoreSettings settings;
  settings.url = "gs://acme/skyhold";
  settings.object_lock_days = 30;
  settings.removal_delay = std::chrono::hours(24 * 7);
  const auto opened = open_store(settings);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(opened.error().hint, HasSubstr("removal_delay = \"30d\""));
}

TEST(OpenStore, TheEnvironmentSaysWhatAUrlLeavesOpen) {
  const auto settings = [](std::string_view url, std::map<std::string, std::string> variables) {
    return settings_of_url(url, [&](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
  };
  const StoreSettings s3 = settings("s3://bucket", {{"AWS_ENDPOINT_URL", "https://all"},
                                                    {"AWS_ENDPOINT_URL_S3", "https://s3"},
                                                    {"AWS_DEFAULT_REGION", "eu-west-1"},
                                                    {"AWS_REGION", ""},
                                                    {"AWS_CA_BUNDLE", "/ca.pem"},
                                                    {"STORAGE_EMULATOR_HOST", "localhost:1"}});
  EXPECT_EQ(s3.endpoint, "https://s3");
  EXPECT_EQ(s3.region, "eu-west-1");
  EXPECT_EQ(s3.ca_file, "/ca.pem");
  EXPECT_EQ(settings("s3://bucket", {{"AWS_ENDPOINT_URL", "https://all"}}).endpoint, "https://all");
  EXPECT_EQ(settings("gs://bucket", {{"STORAGE_EMULATOR_HOST", "localhost:1"}}).endpoint,
            "http://localhost:1");
  EXPECT_EQ(settings("gs://bucket", {{"STORAGE_EMULATOR_HOST", "https://h"}}).endpoint, "https://h");
  EXPECT_EQ(settings("gs://bucket", {{"AWS_ENDPOINT_URL", "https://all"}}).endpoint, "");
  EXPECT_EQ(settings("file:///a", {{"AWS_ENDPOINT_URL", "https://all"}}).endpoint, "");
}

}  // namespace
}  // namespace skyhold
