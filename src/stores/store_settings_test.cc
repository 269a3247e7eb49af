#include "stores/store_settings.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

Result<PlatformSettings> parse(std::string_view text) {
  return parse_settings(text, "skyhold.toml");
}

// A store at `url` with one more line.
StoreSettings store_with(std::string_view url, std::string_view line) {
  const auto settings = parse("[stores.a]\nurl = \"" + std::string(url) + "\"\n" + std::string(line) + "\n");
  EXPECT_TRUE(settings) << to_string(settings.error());
  return settings ? settings->stores.at(0) : StoreSettings{};
}

Error error_of(std::string_view text) {
  const auto settings = parse(text);
  EXPECT_FALSE(settings.has_value()) << text;
  if (settings) return {};
  EXPECT_EQ(settings.error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(settings.error().hint.empty()) << settings.error().message;
  EXPECT_THAT(settings.error().message, HasSubstr("skyhold.toml"));
  return settings.error();
}

Error error_of_s3(std::string_view line) {
  return error_of("[stores.a]\nurl = \"s3://bucket\"\n" + std::string(line) + "\n");
}

TEST(Settings, SayEverythingOfAStore) {
  const auto settings = parse(R"(
    platform_time_zone = "Europe/Brussels"

    [stores.far]
    url = "s3://acme-backups/skyhold"
    location = "eu-central-1"
    endpoint = "https://s3.example.com:9000/"
    region = "eu-central-1"
    path_style = true
    storage_class = "STANDARD_IA"
    encryption = "aws:kms"
    kms_key = "arn:aws:kms:eu-central-1:1:key/2"
    ca_file = "/etc/ssl/own.pem"
    ca_directory = "/etc/ssl/certs"
    credentials = { file = "/etc/skyhold/aws", profile = "backup" }
    upload_limit = "50 MB/s"
    removal_delay = "7d"
    object_lock_days = 30
    retry_for = "20s"

    [stores.near]
    url = "gs://acme-backups/skyhold"
    [stores.near.credentials]
    hmac = true
    environment = "NEAR"
  )");
  ASSERT_TRUE(settings) << to_string(settings.error());
  EXPECT_EQ(settings->platform_time_zone, "Europe/Brussels");
  EXPECT_EQ(settings->file, "skyhold.toml");
  ASSERT_EQ(settings->stores.size(), 2U);
  const StoreSettings* far = settings->find("far");
  ASSERT_NE(far, nullptr);
  EXPECT_EQ(far->url, "s3://acme-backups/skyhold");
  EXPECT_EQ(far->location, "eu-central-1");
  EXPECT_EQ(far->endpoint, "https://s3.example.com:9000");
  EXPECT_EQ(far->region, "eu-central-1");
  EXPECT_EQ(far->path_style, true);
  EXPECT_EQ(far->storage_class, "STANDARD_IA");
  EXPECT_EQ(far->encryption, "aws:kms");
  EXPECT_EQ(far->kms_key, "arn:aws:kms:eu-central-1:1:key/2");
  EXPECT_EQ(far->ca_file, "/etc/ssl/own.pem");
  EXPECT_EQ(far->ca_directory, "/etc/ssl/certs");
  EXPECT_EQ(far->credentials.file, "/etc/skyhold/aws");
  EXPECT_EQ(far->credentials.profile, "backup");
  EXPECT_EQ(far->rate_limits.upload_bytes_per_second[13], 50'000'000U);
  EXPECT_EQ(far->removal_delay, 7 * 24h);
  EXPECT_EQ(far->object_lock_days, 30);
  EXPECT_EQ(far->retry_for, 20s);
  const StoreSettings* near = settings->find_url("gs://acme-backups/skyhold/");
  ASSERT_NE(near, nullptr);
  EXPECT_EQ(near->name, "near");
  EXPECT_TRUE(near->credentials.hmac);
  EXPECT_EQ(near->credentials.environment, "NEAR");
  EXPECT_FALSE(near->rate_limits.any());
  EXPECT_EQ(settings->find("nowhere"), nullptr);
}

TEST(Settings, MayBeEmpty) {
  const auto settings = parse("# nothing yet\n");
  ASSERT_TRUE(settings);
  EXPECT_TRUE(settings->stores.empty());
  EXPECT_EQ(settings->platform_time_zone, "UTC");
}

TEST(Settings, RatesFollowTheHoursOfTheDay) {
  const auto limits = store_with("file:///backup/a", R"(upload_limit = [
      { hours = "08-19", limit = "20 MB/s" }, { hours = "22-02", limit = "1 GB/s" } ])")
                          .rate_limits.upload_bytes_per_second;
  EXPECT_EQ(limits[7], 0U);
  EXPECT_EQ(limits[8], 20'000'000U);
  EXPECT_EQ(limits[18], 20'000'000U);
  EXPECT_EQ(limits[19], 0U) << "from 8 to 7 in the evening";
  EXPECT_EQ(limits[21], 0U);
  EXPECT_EQ(limits[22], 1'000'000'000U);
  EXPECT_EQ(limits[0], 1'000'000'000U);
  EXPECT_EQ(limits[1], 1'000'000'000U);
  EXPECT_EQ(limits[2], 0U);
}

TEST(Settings, ARateWithoutHoursIsForAllOthers) {
  const auto limits = store_with("file:///backup/a", R"(download_limit = [
      { limit = "5 MB/s" }, { hours = "00-24", limit = "1 MB/s" } ])")
                          .rate_limits.download_bytes_per_second;
  EXPECT_THAT(limits, testing::Each(1'000'000U));
  const auto others = store_with("file:///backup/a", R"(download_limit = [
      { limit = "5 MB/s" }, { hours = "23-24", limit = "1 MB/s" } ])")
                          .rate_limits.download_bytes_per_second;
  EXPECT_EQ(others[22], 5'000'000U);
  EXPECT_EQ(others[23], 1'000'000U);
}

TEST(Settings, RatesThatMakeNoSenseAreRefused) {
  for (const std::string_view line :
       {R"(upload_limit = "50")", R"(upload_limit = 50)", R"(upload_limit = [{ hours = "08-19" }])",
        R"(upload_limit = [{ hours = "8-19", limit = "1 MB/s" }])",
        R"(upload_limit = [{ hours = "08-25", limit = "1 MB/s" }])",
        R"(upload_limit = [{ hours = "24-02", limit = "1 MB/s" }])",
        R"(upload_limit = [{ hours = "08-08", limit = "1 MB/s" }])", R"(upload_limit = ["1 MB/s"])",
        R"(upload_limit = [{ hours = "08-10", limit = "1 MB/s" }, { hours = "09-11", limit = "2 MB/s" }])",
        R"(upload_limit = [{ limit = "1 MB/s" }, { limit = "2 MB/s" }])"}) {
    SCOPED_TRACE(line);
    EXPECT_THAT(error_of_s3(line).message, HasSubstr("line 3: stores.a.upload_limit"));
  }
}

TEST(Settings, AnUnknownKeyNamesItsLineAndTheNearestOne) {
  const Error error = error_of_s3("\nregoin = \"eu\"");
  EXPECT_THAT(error.message, HasSubstr("skyhold.toml line 4: there is no setting stores.a.regoin"));
  EXPECT_EQ(error.hint, "did you mean region?");
  EXPECT_EQ(error_of("[store.a]\nurl = \"s3://b\"").hint, "did you mean stores?");
  EXPECT_EQ(error_of_s3("credentials = { profil = \"x\" }").hint, "did you mean profile?");
  EXPECT_THAT(error_of_s3("frobnicate = 1").hint, HasSubstr("there are: url, location"));
}

TEST(Settings, SecretsAreRefusedAndNotRepeated) {
  for (const std::string_view line :
       {R"(secret_access_key = "hunter2hunter2")", R"(credentials = { access_key_id = "hunter2" })",
        R"(credentials = { secret = "hunter2" })", R"(password = "hunter2")", R"(session_token = "hunter2")",
        R"(location = "AKIAHUNTER2EXAMPLE")", R"(credentials = { file = "-----BEGIN hunter2 KEY-----" })",
        R"(endpoint = "https://user:hunter2@host")"}) {
    SCOPED_TRACE(line);
    const Error error = error_of_s3(line);
    EXPECT_THAT(error.hint, HasSubstr("credentials.environment"));
    EXPECT_THAT(to_string(error), Not(testing::ContainsRegex("(hunter2|HUNTER2)")));
  }
  const Error in_url = error_of("[stores.a]\nurl = \"s3://key:hunter2@bucket/prefix\"\n");
  EXPECT_THAT(to_string(in_url), Not(HasSubstr("hunter2")));
}

TEST(Settings, AKeyThatMeansNothingToAStoreIsRefused) {
  for (const std::string_view line :
       {"region = \"eu\"", "credentials = { profile = \"x\" }", "object_lock_days = 3", "ca_file = \"/a\"",
        "encryption = \"AES256\""}) {
    SCOPED_TRACE(line);
    const Error error = error_of("[stores.a]\nurl = \"file:///backup/a\"\n" + std::string(line) + "\n");
    EXPECT_THAT(error.message, HasSubstr("means nothing to a store at file://"));
  }
  EXPECT_THAT(error_of("[stores.a]\nurl = \"gs://bucket\"\nencryption = \"AES256\"\n").hint, HasSubstr("s3"));
  EXPECT_THAT(error_of_s3("credentials = { hmac = true }").message, HasSubstr("means nothing"));
}

TEST(Settings, ValuesThatCannotBeAreRefused) {
  for (const std::string_view line :
       {"region = 5", "region = \"\"", "region = \"a\\nb\"", "path_style = \"yes\"", "encryption = \"rot13\"",
        "encryption = \"AES256\"\nkms_key = \"k\"", "ca_file = \"own.pem\"", "credentials = \"file\"",
        "credentials = { environment = \"A-B\" }", "credentials = { environment = \"A\", profile = \"p\" }",
        "endpoint = \"s3.example.com\"", "endpoint = \"https://host/path\"", "endpoint = \"ftp://host\"",
        "removal_delay = \"soon\"", "retry_for = 5", "removal_delay = 7", "object_lock_days = -1",
        "object_lock_days = 99999", "object_lock_days = 1.5"}) {
    SCOPED_TRACE(line);
    EXPECT_THAT(error_of_s3(line).message, testing::ContainsRegex("line [1-4]: stores\\.a"));
  }
  EXPECT_THAT(error_of("[stores.a]\nurl = \"gs://bucket\"\ncredentials.environment = \"A\"\n").hint,
              HasSubstr("hmac"));
}

TEST(Settings, EachStoreHasAUrlAndAPlaceOfItsOwn) {
  EXPECT_THAT(error_of("[stores.a]\nregion = \"eu\"\n").message, HasSubstr("stores.a has no url"));
  for (const std::string_view url : {"", "/backup", "s3:bucket", "s3://", "s3:///prefix", "s3://b?region=x",
                                     "http://h", "gs://b@c/d", "file://backup", "s3://b#x", "gs://buc ket"}) {
    SCOPED_TRACE(url);
    error_of("[stores.a]\nurl = \"" + std::string(url) + "\"\n");
  }
  const Error twice = error_of("[stores.a]\nurl = \"s3://b/x\"\n[stores.c]\nurl = \"s3://b/x/\"\n");
  EXPECT_THAT(twice.message, HasSubstr("stores.c is the same place as stores.a"));
  EXPECT_TRUE(
      parse("[stores.a]\nurl = \"s3://b/x\"\n[stores.c]\nurl = \"s3://b/x\"\nendpoint = \"https://h\"\n"));
}

TEST(Settings, NamesOfStoresArePlain) {
  EXPECT_TRUE(parse("[stores.\"near-1.b_C\"]\nurl = \"file:///a\"\n"));
  for (const std::string_view name : {"", "a b", "-a", ".a", "a/b", "a:b", "s3://x"}) {
    SCOPED_TRACE(name);
    error_of("[stores.\"" + std::string(name) + "\"]\nurl = \"file:///a\"\n");
  }
}

TEST(Settings, TextThatIsNotTomlNamesItsLine) {
  EXPECT_THAT(error_of("a = 1\n[stores").message, HasSubstr("skyhold.toml line 2: not TOML"));
  EXPECT_THAT(error_of("stores = 5").message, HasSubstr("line 1: stores must be a table"));
  EXPECT_THAT(error_of("stores.a = 5").message, HasSubstr("stores.a must be a table"));
  EXPECT_THAT(error_of("platform_time_zone = \"Europe/Nowhere\"").hint, HasSubstr("IANA"));
}

TEST(Settings, ThatAreHugeOrDeepAreRefused) {
  error_of(std::string(kMostSettingsBytes + 1, '\n'));
  std::string deep = "a";
  for (int i = 0; i < 100'000; ++i) deep += ".a";
  EXPECT_THAT(error_of(deep + " = 1").message, HasSubstr("longer than"));
  error_of("a = " + std::string(2000, '[') + std::string(2000, ']'));
}

TEST(Settings, AreReadFromAFile) {
  const ScratchDirectory directory;
  const auto file = directory.path() / "skyhold.toml";
  std::ofstream(file) << "[stores.a]\nurl = \"file:///backup/a\"\n";
  EXPECT_EQ(load_settings(file)->stores.at(0).name, "a");
  const auto absent = load_settings(directory.path() / "absent.toml");
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace skyhold
