// The fake itself: a test against it proves as much as it is like the service.
#include "tests/support/gcs_fake.h"

#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/client.h"
#include "stores/gcs/gcs_store.h"
#include "stores/object_store_conformance.h"
#include "tests/support/shell.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

constexpr std::size_t kUnit = 256 << 10;

class GcsFakeTest : public testing::Test {
 protected:
  HttpResponse send(HttpMethod method, const std::string& url, std::vector<HttpHeader> headers = {},
                    ByteView body = {}) {
    HttpRequest request;
    request.method = method;
    request.url = url.starts_with("http") ? url : fake_.url() + url;
    request.headers = std::move(headers);
    if (!authorization_.empty()) request.headers.push_back({"Authorization", authorization_});
    if (!body.empty()) request.body = {body};
    Result<HttpResponse> answer = http_->send(request);
    if (!answer) throw std::runtime_error(to_string(answer.error()));
    return *answer;
  }
  HttpResponse put_part(const std::string& session, const std::string& content_range, ByteView body = {}) {
    return send(HttpMethod::kPut, session, {{"Content-Range", content_range}}, body);
  }
  std::string begin_resumable(const std::string& parameters, const std::string& metadata = "{}") {
    const HttpResponse begun =
        send(HttpMethod::kPost, "/upload/storage/v1/b/backups/o?uploadType=resumable&" + parameters,
             {{"Content-Type", "application/json"}}, as_bytes(metadata));
    EXPECT_EQ(begun.status, 200);
    return std::string(begun.header("location").value_or(""));
  }
  int upload_media(const std::string& parameters, std::string_view text = "x") {
    return send(HttpMethod::kPost, "/upload/storage/v1/b/backups/o?uploadType=media&" + parameters,
                {{"Content-Type", "text/plain"}}, as_bytes(text))
        .status;
  }
  std::string new_authorization() {
    TokenSourcePtr source =
        find_token_source(fake_.service_account_file().string(), http_, std::make_shared<SystemClock>())
            .value();
    return "Bearer " + source->fetch()->access_token;
  }

  GcsFake fake_;
  std::shared_ptr<HttpClient> http_ = std::make_shared<HttpClient>();
  std::string authorization_ = new_authorization();
};

TEST_F(GcsFakeTest, AResumableUploadGrowsInUnitsOf256KiB) {
  const Bytes content = random_content(2 * kUnit + 1000);
  const ByteView view = content;
  const std::string session = begin_resumable("name=big");
  EXPECT_EQ(put_part(session, "bytes */*").header("range"), std::nullopt);

  const HttpResponse first = put_part(session, fmt::format("bytes 0-{}/*", kUnit - 1), view.first(kUnit));
  EXPECT_EQ(first.status, 308);
  EXPECT_EQ(first.header("range"), fmt::format("bytes=0-{}", kUnit - 1));
  EXPECT_EQ(
      put_part(session, fmt::format("bytes {}-{}/*", kUnit, kUnit + 99), view.subspan(kUnit, 100)).status,
      400);
  EXPECT_EQ(put_part(session, fmt::format("bytes */{}", content.size())).status, 308);
  EXPECT_FALSE(fake_.content("big")) << "nothing is seen before the end";

  // What had been sent is sent again: the answer to it may have been lost.
  const HttpResponse last =
      put_part(session, fmt::format("bytes 0-{0}/{1}", content.size() - 1, content.size()), content);
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(fake_.content("big"), content);
  EXPECT_EQ(put_part(session, "bytes */*").status, 200) << "the outcome can be asked for";
}

TEST_F(GcsFakeTest, AResumableUploadIsHeldToItsConditionsAtItsEnd) {
  const std::string session = begin_resumable("name=config&ifGenerationMatch=0");
  ASSERT_EQ(upload_media("name=config", "first"), 200);
  EXPECT_EQ(put_part(session, "bytes 0-5/6", as_bytes("second")).status, 412);
  EXPECT_EQ(as_text(fake_.content("config").value()), "first");

  const std::string cancelled = begin_resumable("name=other");
  EXPECT_EQ(send(HttpMethod::kDelete, cancelled).status, 499);
  EXPECT_EQ(put_part(cancelled, "bytes 0-0/1", as_bytes("x")).status, 404);
}

TEST_F(GcsFakeTest, ChecksumsThatDoNotFitAreRefused) {
  for (const char* stated :
       {R"({"name": "a", "crc32c": "AAAAAA=="})", R"({"name": "a", "md5Hash": "AAAA"})"}) {
    const std::string session = begin_resumable("x=1", stated);
    const HttpResponse answer = put_part(session, "bytes 0-0/1", as_bytes("x"));
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(std::string(as_text(answer.body)), HasSubstr("doesn't match calculated"));
  }
  EXPECT_FALSE(fake_.content("a"));
}

TEST_F(GcsFakeTest, GenerationsGuardWhatIsReadAndRemoved) {
  ASSERT_EQ(upload_media("name=a", "old"), 200);
  const std::uint64_t old_generation = fake_.bucket().look_at("a")->generation;
  ASSERT_EQ(upload_media("name=a", "new"), 200);
  const std::uint64_t generation = fake_.bucket().look_at("a")->generation;
  EXPECT_GT(generation, old_generation);
  EXPECT_EQ(upload_media("name=a&ifGenerationMatch=0"), 412);
  EXPECT_EQ(upload_media(fmt::format("name=a&ifGenerationMatch={}", old_generation)), 412);
  const std::string url = "/storage/v1/b/backups/o/a";
  EXPECT_EQ(send(HttpMethod::kDelete, fmt::format("{}?generation={}", url, old_generation)).status, 404);
  EXPECT_EQ(send(HttpMethod::kDelete, fmt::format("{}?ifGenerationMatch={}", url, old_generation)).status,
            412);
  EXPECT_EQ(send(HttpMethod::kDelete, fmt::format("{}?generation={}", url, generation)).status, 204);
  EXPECT_EQ(send(HttpMethod::kGet, url).status, 404);
}

TEST_F(GcsFakeTest, OnlyTheFieldsThatWereAskedForAreAnswered) {
  ASSERT_EQ(upload_media("name=a", "12345"), 200);
  const auto text = [&](const std::string& target) {
    return std::string(as_text(send(HttpMethod::kGet, target).body));
  };
  EXPECT_EQ(text("/storage/v1/b/backups/o/a?fields=name,size"), R"({"name":"a","size":"5"})");
  EXPECT_EQ(text("/storage/v1/b/backups/o?fields=items(size),nextPageToken"), R"({"items":[{"size":"5"}]})");
  EXPECT_EQ(text("/storage/v1/b/backups/o?fields=items/name"), R"({"items":[{"name":"a"}]})");
  EXPECT_EQ(send(HttpMethod::kGet, "/storage/v1/b/backups/o/a?fields=nmae").status, 400);
  EXPECT_EQ(send(HttpMethod::kGet, "/storage/v1/b/backups/o/a?fields=items(name").status, 400);
}

TEST_F(GcsFakeTest, PagesAndFoldersAreListedOnceEach) {
  for (const char* name : {"a/1", "a/2", "a/3", "b", "c/1", "c/2"}) fake_.bucket().place(name, as_bytes("x"));
  GcsFakeListQuery query;
  query.delimiter = "/";
  query.most = 1;
  std::vector<std::string> seen;
  for (int pages = 0; pages < 10; ++pages) {
    const GcsFakeListing listing = fake_.bucket().list(query);
    for (const GcsFakeObject& object : listing.objects) seen.push_back(object.name);
    for (const std::string& prefix : listing.prefixes) seen.push_back(prefix);
    query.after = listing.next_after;
    if (!query.after) break;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"a/", "b", "c/"}));
  EXPECT_EQ(send(HttpMethod::kGet, "/storage/v1/b/backups/o?pageToken=made-up").status, 400);
}

TEST_F(GcsFakeTest, WithoutAGoodTokenNothingIsAnswered) {
  const std::string good = authorization_;
  for (const std::string& bad : {std::string(), std::string("Bearer "), std::string("Bearer x"), good + "x",
                                 "Basic " + good.substr(7)}) {
    authorization_ = bad;
    EXPECT_EQ(send(HttpMethod::kGet, "/storage/v1/b/backups/o").status, 401) << bad;
  }
  authorization_ = good;
  EXPECT_EQ(send(HttpMethod::kGet, "/storage/v1/b/backups/o").status, 200);
  fake_.tokens().expire_all();
  EXPECT_EQ(send(HttpMethod::kGet, "/storage/v1/b/backups/o").status, 401);
}

TEST_F(GcsFakeTest, AnAssertionMustBeRightInEachOfItsParts) {
  std::ifstream in(fake_.service_account_file());
  const std::string file(std::istreambuf_iterator<char>(in), {});
  const GoogleCredentials good = parse_google_credentials(as_bytes(file)).value();
  const auto is_taken = [&](GoogleCredentials credentials, Instant now = SystemClock().now()) {
    const auto clock = std::make_shared<ManualClock>(now);
    return credentials_token_source(std::move(credentials), http_, clock)->fetch().has_value();
  };
  EXPECT_TRUE(is_taken(good));
  GoogleCredentials other = good;
  other.private_key_pem = make_test_rsa_key().private_key;
  EXPECT_FALSE(is_taken(other)) << "the signature of another key";
  other = good;
  other.client_email = "mallory@example.com";
  EXPECT_FALSE(is_taken(other)) << "another issuer";
  other = good;
  other.token_uri += "?x=1";
  EXPECT_FALSE(is_taken(other)) << "another audience";
  EXPECT_FALSE(is_taken(good, SystemClock().now() + std::chrono::minutes(10))) << "from the future";
  EXPECT_FALSE(is_taken(good, SystemClock().now() - std::chrono::minutes(70))) << "from the past";
}

TEST_F(GcsFakeTest, ALockedRetentionCanOnlyBeExtended) {
  const auto in_days = [](int days) {
    return format_rfc3339(SystemClock().now() + std::chrono::hours(24) * days);
  };
  const auto patch = [&](const std::string& mode, int days, const std::string& query = "") {
    const std::string body =
        fmt::format(R"({{"retention": {{"mode": "{}", "retainUntilTime": "{}"}}}})", mode, in_days(days));
    return send(HttpMethod::kPatch, "/storage/v1/b/backups/o/a" + query, {}, as_bytes(body)).status;
  };
  constexpr const char* kOverride = "?overrideUnlockedRetention=true";
  EXPECT_EQ(patch("Locked", 5), 404);
  ASSERT_EQ(upload_media("name=a"), 200);
  EXPECT_EQ(patch("Unlocked", 5), 200);
  EXPECT_EQ(patch("Unlocked", 3), 403);
  EXPECT_EQ(patch("Unlocked", 3, kOverride), 200);
  EXPECT_EQ(patch("Locked", 3), 403);
  EXPECT_EQ(patch("Locked", 3, kOverride), 200);
  EXPECT_EQ(patch("Locked", 9), 200);
  EXPECT_EQ(patch("Locked", 8), 403);
  EXPECT_EQ(patch("Locked", 8, kOverride), 403);
  EXPECT_EQ(patch("Unlocked", 10, kOverride), 403);
  EXPECT_EQ(patch("Locked", -1), 400);
  EXPECT_EQ(patch("Sealed", 10), 400);
  EXPECT_EQ(send(HttpMethod::kDelete, "/storage/v1/b/backups/o/a").status, 403);
  EXPECT_EQ(upload_media("name=a"), 403);
  const HttpResponse seen =
      send(HttpMethod::kGet, "/storage/v1/b/backups/o/a?fields=metageneration,retention(mode)");
  EXPECT_EQ(as_text(seen.body), R"({"metageneration":"5","retention":{"mode":"Locked"}})");
}

TEST_F(GcsFakeTest, ObjectsOutliveAStop) {
  ASSERT_EQ(upload_media("name=a", "kept"), 200);
  const std::string url = fake_.url();
  fake_.stop();
  EXPECT_THROW(send(HttpMethod::kGet, "/storage/v1/b/backups/o/a"), std::runtime_error);
  fake_.start();
  EXPECT_EQ(fake_.url(), url);
  EXPECT_EQ(as_text(send(HttpMethod::kGet, "/storage/v1/b/backups/o/a?alt=media").body), "kept");
}

// An independent client: it signs its own JWT, uploads large objects resumably and compares
// checksums. Each reads what the other wrote.
TEST_F(GcsFakeTest, RcloneAndTheDriverReadEachOthersObjects) {
  if (run_shell("command -v rclone").exit_status != 0) GTEST_SKIP() << "rclone is not installed";
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch / "tree");
  const Bytes large = random_content((17 << 20) + 5);  // above rclone's chunk of 16 MiB
  std::ofstream(scratch / "tree/large", std::ios::binary) << as_text(large);
  const std::string rclone = fmt::format(
      "RCLONE_CONFIG={} rclone --retries 1 --gcs-endpoint {}/storage/v1/ --gcs-service-account-file {} ",
      shell_word((scratch / "rclone.conf").string()), fake_.url(),
      shell_word(fake_.service_account_file().string()));
  const auto run = [&](const std::string& arguments) {
    const ShellOutcome outcome = run_shell(rclone + arguments);
    EXPECT_EQ(outcome.exit_status, 0) << arguments << "\n" << outcome.output;
  };
  std::ofstream(scratch / "rclone.conf").flush();
  run("copy " + shell_word((scratch / "tree").string()) + " :gcs:backups/shop/data");

  const ObjectStorePtr store =
      open_gcs_store(fake_.settings("shop"), std::make_shared<SystemClock>()).value();
  EXPECT_EQ(store->get("data/large"), large);
  const Bytes pack = random_content(100'000);
  ASSERT_TRUE(store->put("data/ab/abcd", pack));
  std::filesystem::create_directory(scratch / "tree/ab");
  std::ofstream(scratch / "tree/ab/abcd", std::ios::binary) << as_text(pack);
  run("check --download " + shell_word((scratch / "tree").string()) + " :gcs:backups/shop/data");
  run("check " + shell_word((scratch / "tree").string()) + " :gcs:backups/shop/data");
}

}  // namespace
}  // namespace skyhold
