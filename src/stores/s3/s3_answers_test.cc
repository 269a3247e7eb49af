// The driver against answers that a scratch server does not give.
#include <atomic>
#include <deque>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/md5.h"
#include "stores/object_store_conformance.h"
#include "stores/s3/s3_store.h"
#include "stores/s3/s3_test_support.h"
#include "tests/support/http_server.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

TestResponse answer(int status, std::string_view body = {},
                    std::vector<std::pair<std::string, std::string>> headers = {}) {
  TestResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = to_bytes(body);
  return response;
}

TestResponse error(int status, std::string_view code, std::string_view more = {},
                   std::vector<std::pair<std::string, std::string>> headers = {}) {
  return answer(status,
                "<?xml version=\"1.0\"?><Error><Code>" + std::string(code) +
                    "</Code><Message>words</Message>" + std::string(more) + "</Error>",
                std::move(headers));
}

// Gives the answers in their order, then the last again, and keeps what it was asked.
class CannedServer {
 public:
  explicit CannedServer(std::deque<TestResponse> answers)
      : answers_(std::move(answers)), server_([this](const TestRequest& request) { return next(request); }) {}

  [[nodiscard]] std::string url() const { return server_.url(); }
  std::vector<TestRequest> requests() {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  TestResponse next(const TestRequest& request) {
    const std::scoped_lock lock(mutex_);
    requests_.push_back(request);
    TestResponse first = answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    return first;
  }

  std::mutex mutex_;
  std::deque<TestResponse> answers_;
  std::vector<TestRequest> requests_;
  TestHttpServer server_;
};

StoreSettings settings_at(const CannedServer& server, std::string_view url = "s3://bucket/p") {
  StoreSettings settings;
  settings.url = url;
  settings.endpoint = server.url();
  return settings;
}

const AwsKeys kKeys{"id", "secret", ""};

Error error_of_put(const TestResponse& given) {
  CannedServer server({given});
  const Status written = S3Store(parts_of(settings_at(server), kKeys)).put("data/1", as_bytes("x"));
  return written ? Error{ErrorCode::kInternal, "success", {}} : written.error();
}

TEST(S3Answers, EachRefusalHasItsMeaning) {
  struct Row {
    TestResponse response;
    ErrorCode code;
    std::string_view words;
  };
  for (const Row& row : std::vector<Row>{
           {error(412, "PreconditionFailed"), ErrorCode::kAlreadyExists, "is there already"},
           {error(409, "ConditionalRequestConflict"), ErrorCode::kUnavailable, "409"},
           {error(409, "OperationAborted"), ErrorCode::kUnavailable, "409"},
           {error(400, "RequestTimeout"), ErrorCode::kUnavailable, "RequestTimeout"},
           {error(500, "InternalError"), ErrorCode::kUnavailable, "500"},
           {error(503, "SlowDown"), ErrorCode::kUnavailable, "SlowDown"},
           {answer(502, "<html>"), ErrorCode::kUnavailable, "502"},
           {answer(429), ErrorCode::kUnavailable, "429"},
           {answer(408), ErrorCode::kUnavailable, "408"},
           {answer(507), ErrorCode::kNoSpace, "507"},
           {error(403, "QuotaExceeded"), ErrorCode::kNoSpace, "quota"},
           {error(400, "BadDigest"), ErrorCode::kCorrupt, "BadDigest"},
           {error(400, "XAmzContentSHA256Mismatch"), ErrorCode::kCorrupt, "not those"},
           {error(404, "NoSuchBucket"), ErrorCode::kNotFound, "no bucket bucket"},
           {error(403, "AccessDenied"), ErrorCode::kPermissionDenied,
            "allow s3:PutObject on the objects of bucket bucket"},
           {error(403, "SignatureDoesNotMatch"), ErrorCode::kPermissionDenied, "secret key does not belong"},
           {error(403, "InvalidAccessKeyId"), ErrorCode::kPermissionDenied,
            "does not know this access key id"},
           {error(403, "RequestTimeTooSkewed", "", {{"Date", "Mon, 23 Nov 2026 01:00:00 GMT"}}),
            ErrorCode::kPermissionDenied, "the server's says Mon, 23 Nov 2026 01:00:00 GMT"},
           {error(400, "ExpiredToken"), ErrorCode::kPermissionDenied, "expired"},
           {error(400, "KMS.DisabledException"), ErrorCode::kPermissionDenied, "kms_key"},
           {error(501, "NotImplemented"), ErrorCode::kUnsupported, "If-None-Match: *"},
           {answer(405), ErrorCode::kUnsupported, "405"},
           {error(400, "InvalidStorageClass"), ErrorCode::kInvalidArgument, "InvalidStorageClass (words)"},
           {error(301, "PermanentRedirect", "", {{"x-amz-bucket-region", "eu-west-3"}}),
            ErrorCode::kInvalidArgument, "region to \"eu-west-3\""},
           {error(400, "AuthorizationHeaderMalformed", "<Region>eu-central-1</Region>"),
            ErrorCode::kInvalidArgument, "region to \"eu-central-1\""},
           {error(307, "TemporaryRedirect"), ErrorCode::kUnavailable, "minutes ago"},
       }) {
    const Error got = error_of_put(row.response);
    EXPECT_EQ(got.code, row.code) << to_string(got);
    EXPECT_THAT(to_string(got), HasSubstr(std::string(row.words)));
  }
}

TEST(S3Answers, ASuccessThatHoldsAnErrorIsNone) {
  EXPECT_EQ(error_of_put(error(200, "InternalError")).code, ErrorCode::kUnavailable);
  EXPECT_EQ(error_of_put(error(200, "AnythingElse")).code, ErrorCode::kUnavailable);
  CannedServer server({error(200, "InternalError")});
  S3Store store(parts_of(settings_at(server), kKeys));
  EXPECT_EQ(code_of(store.list("", [](const ObjectInfo&) -> Status { return {}; })), ErrorCode::kUnavailable);
}

TEST(S3Answers, TheServersWishToBeLeftAloneIsHandedOn) {
  const Error slow = error_of_put(error(503, "SlowDown", "", {{"Retry-After", "7"}}));
  EXPECT_EQ(slow.retry_after, std::chrono::seconds(7));
  EXPECT_EQ(error_of_put(error(503, "SlowDown")).retry_after, std::chrono::seconds(0));
}

TEST(S3Answers, APutSaysAllThatTheSettingsAskFor) {
  CannedServer server({answer(200)});
  S3Parts parts = parts_of(settings_at(server), {"id", "secret", "token"});
  parts.storage_class = "STANDARD_IA";
  parts.encryption = "aws:kms";
  parts.kms_key = "arn:aws:kms:eu-west-1:1:key/2";
  parts.object_lock_days = 2;
  parts.clock = std::make_shared<ManualClock>(parse_rfc3339("2026-11-23T01:00:00.5Z").value());
  S3Store store(std::move(parts));
  ASSERT_TRUE(store.put("data/1", as_bytes("content")));
  const TestRequest sent = server.requests().at(0);
  EXPECT_EQ(sent.method, "PUT");
  EXPECT_EQ(sent.target, "/bucket/p/data/1");
  EXPECT_EQ(as_text(sent.body), "content");
  const Id id = sha256(as_bytes("content"));
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"if-none-match", "*"},
           {"x-amz-content-sha256", id.hex()},
           {"x-amz-checksum-sha256", base64_encode(id.view())},
           {"x-amz-storage-class", "STANDARD_IA"},
           {"x-amz-server-side-encryption", "aws:kms"},
           {"x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:eu-west-1:1:key/2"},
           {"x-amz-object-lock-mode", "COMPLIANCE"},
           {"x-amz-object-lock-retain-until-date", "2026-11-25T01:00:00Z"},
           {"content-md5", base64_encode(md5(as_bytes("content")))},
           {"x-amz-security-token", "token"},
           {"x-amz-date", "20261123T010000Z"},
           {"content-length", "7"}}) {
    EXPECT_EQ(sent.header(name), value) << name;
    const bool is_signed = std::string(sent.header("authorization")).find(name) != std::string::npos;
    EXPECT_EQ(is_signed, name != "content-length") << name;
  }
}

TEST(S3Answers, GoogleHearsItsOwnWordsOnly) {
  CannedServer server({answer(200), error(412, "PreconditionFailed")});
  S3Parts parts = parts_of(settings_at(server, "gs://bucket/p"), kKeys);
  parts.storage_class = "NEARLINE";
  parts.kms_key = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
  S3Store store(std::move(parts));
  ASSERT_TRUE(store.put("data/1", as_bytes("content")));
  EXPECT_EQ(code_of(store.put("data/1", as_bytes("content"))), ErrorCode::kAlreadyExists);
  const TestRequest sent = server.requests().at(0);
  EXPECT_EQ(sent.target, "/bucket/p/data/1");
  EXPECT_EQ(sent.header("x-goog-if-generation-match"), "0");
  EXPECT_EQ(sent.header("x-goog-storage-class"), "NEARLINE");
  EXPECT_EQ(sent.header("x-goog-encryption-kms-key-name"), "projects/p/locations/l/keyRings/r/cryptoKeys/k");
  EXPECT_EQ(sent.header("content-md5"), base64_encode(md5(as_bytes("content"))));
  const std::string authorization(sent.header("authorization"));
  EXPECT_THAT(authorization, testing::StartsWith("GOOG4-HMAC-SHA256 Credential=id/"));
  EXPECT_THAT(authorization, HasSubstr("/auto/storage/goog4_request"));
  EXPECT_THAT(authorization, Not(HasSubstr("accept-encoding")));
  for (const auto& [name, value] : sent.headers) EXPECT_FALSE(name.starts_with("x-amz-")) << name;
  EXPECT_FALSE(sent.has_header("if-none-match"));
}

// A store that locks for 30 days, at the first moment of a year.
S3Store locking_store(const CannedServer& server, int days = 30) {
  const Instant now = parse_rfc3339("2027-01-01T00:00:00Z").value();
  S3Parts parts = parts_of(settings_at(server), kKeys, std::make_shared<ManualClock>(now));
  parts.object_lock_days = days;
  return S3Store(std::move(parts));
}
TestResponse locked(std::string_view until, std::string_view mode = "COMPLIANCE") {
  return answer(200, {},
                {{"x-amz-object-lock-mode", std::string(mode)},
                 {"x-amz-object-lock-retain-until-date", std::string(until)}});
}

TEST(S3Answers, ALockWithHalfOfItsTimeLeftCostsOneLook) {
  CannedServer server({locked("2027-01-16T00:00:00Z")});
  EXPECT_TRUE(locking_store(server).protect("data/1"));
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests().at(0).method, "HEAD");
}

TEST(S3Answers, ALockThatIsShortWeakOrUnseenIsWrittenAnew) {
  for (const TestResponse& seen :
       {locked("2027-01-15T23:59:59Z"), locked("2027-03-01T00:00:00Z", "GOVERNANCE"), locked("soon"),
        answer(200)}) {
    CannedServer server({seen, answer(200)});
    const Status kept = locking_store(server).protect("data/1");
    EXPECT_TRUE(kept) << to_string(kept.error());
    ASSERT_EQ(server.requests().size(), 2U);
    const TestRequest put = server.requests().at(1);
    EXPECT_EQ(put.method, "PUT");
    EXPECT_EQ(put.path(), "/bucket/p/data/1");
    EXPECT_TRUE(put.has_query("retention"));
    EXPECT_EQ(as_text(put.body),
              "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>COMPLIANCE</Mode>"
              "<RetainUntilDate>2027-01-31T00:00:00Z</RetainUntilDate></Retention>");
    EXPECT_EQ(put.header("content-md5"), base64_encode(md5(put.body)));
    EXPECT_EQ(put.header("x-amz-content-sha256"), sha256(put.body).hex());
  }
}

TEST(S3Answers, ALockThatAnotherBackupJustExtendedIsGoodEnough) {
  CannedServer beaten(
      {locked("2027-01-02T00:00:00Z"), error(403, "AccessDenied"), locked("2027-01-31T00:00:01Z")});
  EXPECT_TRUE(locking_store(beaten).protect("data/1"));
  EXPECT_EQ(beaten.requests().size(), 3U);

  CannedServer refusing(
      {locked("2027-01-02T00:00:00Z"), error(403, "AccessDenied"), locked("2027-01-02T00:00:00Z")});
  const Status refused = locking_store(refusing).protect("data/1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(refused.error().hint, HasSubstr("allow s3:PutObjectRetention"));
}

TEST(S3Answers, WithoutALockThereIsNothingToAsk) {
  CannedServer server({answer(200)});
  EXPECT_FALSE(locking_store(server, 0).protects());
  EXPECT_TRUE(locking_store(server, 0).protect("data/1"));
  EXPECT_TRUE(locking_store(server).protects());
  EXPECT_TRUE(locking_store(server).protect("locks/1"));
  EXPECT_TRUE(server.requests().empty());
}

Credentials temporary(const std::string& token) {
  return {{"id", "secret", token}, std::nullopt};
}

TEST(S3Answers, KeysThatExpiredAreRenewedOnceAndTheRequestIsSignedAnew) {
  CannedServer server(
      {error(400, "ExpiredToken"), answer(200), error(400, "ExpiredToken"), error(400, "ExpiredToken")});
  S3Parts parts = parts_of(settings_at(server));
  parts.credentials = provider_of({temporary("old"), temporary("new"), temporary("newer")}, parts.clock);
  S3Store store(std::move(parts));
  ASSERT_TRUE(store.put("data/1", as_bytes("x")));
  const std::vector<TestRequest> requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].header("x-amz-security-token"), "old");
  EXPECT_EQ(requests[1].header("x-amz-security-token"), "new");
  EXPECT_NE(requests[0].header("authorization"), requests[1].header("authorization"));
  EXPECT_EQ(as_text(requests[1].body), "x");

  const Status refused = store.put("data/1", as_bytes("x"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(refused.error().hint, HasSubstr("renew the credentials"));
  EXPECT_EQ(server.requests().size(), 4U);
}

TEST(S3Answers, KeysThatAreNoneTheNewerAreNotTriedAgain) {
  CannedServer server({error(400, "ExpiredToken")});
  S3Store store(parts_of(settings_at(server), {"id", "secret", "token"}));
  EXPECT_EQ(code_of(store.get("data/1")), ErrorCode::kPermissionDenied);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(S3Answers, ARefusalWithoutWordsMayMeanExpiredKeys) {
  CannedServer server({answer(400), answer(200, "x")});
  S3Parts parts = parts_of(settings_at(server));
  parts.credentials = provider_of({temporary("old"), temporary("new")}, parts.clock);
  const Result<ObjectInfo> info = S3Store(std::move(parts)).stat("data/1");
  ASSERT_TRUE(info) << to_string(info.error());
  EXPECT_EQ(info->size_bytes, 1U);
}

TEST(S3Answers, AConditionalPutThatMayHaveMetItselfIsUnclear) {
  TestResponse hang_up;
  hang_up.close_without_answer = true;
  CannedServer server({answer(200, "x"), hang_up, error(412, "PreconditionFailed")});
  S3Store store(parts_of(settings_at(server), kKeys));
  ASSERT_TRUE(store.get("data/1"));  // so that there is a kept connection
  const Status written = store.put("data/2", as_bytes("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kUnavailable) << to_string(written.error());
  EXPECT_THAT(written.error().message, HasSubstr("unclear"));
}

TEST(S3Answers, OnlyTheRangeThatWasAskedForIsTaken) {
  struct Row {
    TestResponse response;
    ErrorCode code;
  };
  for (const Row& row :
       std::vector<Row>{{answer(206, "2345", {{"Content-Range", "bytes 2-5/10"}}),
                         ErrorCode::kInternal},  // as it should be
                        {answer(206, "2345", {{"Content-Range", "bytes 3-6/10"}}), ErrorCode::kCorrupt},
                        {answer(206, "23", {{"Content-Range", "bytes 2-3/4"}}), ErrorCode::kCorrupt},
                        {answer(206, "23", {{"Content-Range", "bytes 2-5/10"}}), ErrorCode::kCorrupt},
                        {answer(206, "2345"), ErrorCode::kCorrupt},
                        {answer(200, "0123456789"), ErrorCode::kCorrupt},
                        {error(416, "InvalidRange"), ErrorCode::kCorrupt},
                        {error(404, "NoSuchKey"), ErrorCode::kNotFound},
                        {error(503, "SlowDown"), ErrorCode::kUnavailable}}) {
    CannedServer server({row.response});
    const Result<Bytes> got = S3Store(parts_of(settings_at(server), kKeys)).get_range("data/1", 2, 4);
    EXPECT_EQ(code_of(got), row.code) << row.response.status << (got ? "" : to_string(got.error()));
    EXPECT_EQ(got ? as_text(*got) : "2345", "2345");
    EXPECT_EQ(server.requests().at(0).header("range"), "bytes=2-5");
  }
}

TEST(S3Answers, AnObjectThatIsCutOffIsNoObject) {
  TestResponse cut = answer(200, "0123456789");
  cut.cut_body_after = 4;
  CannedServer server({cut});
  EXPECT_EQ(code_of(S3Store(parts_of(settings_at(server), kKeys)).get("data/1")), ErrorCode::kUnavailable);
}

std::string page(const std::string& keys, const std::string& next_token = "") {
  return "<ListBucketResult><EncodingType>url</EncodingType>" + keys +
         (next_token.empty() ? "<IsTruncated>false</IsTruncated>"
                             : "<IsTruncated>true</IsTruncated><NextContinuationToken>" + next_token +
                                   "</NextContinuationToken>") +
         "</ListBucketResult>";
}
std::string key(const std::string& name) {
  return "<Contents><Key>" + name + "</Key><Size>1</Size></Contents>";
}

TEST(S3Answers, PagesFollowTheirTokensAndForeignKeysAreLeftOut) {
  CannedServer server({answer(200, page(key("p/data/1") + key("p/data/") + key("p/data/a+b"), "t/1=")),
                       answer(200, page(key("p/data/2") + key("p/data/.hidden")))});
  S3Store store(parts_of(settings_at(server), kKeys));
  std::vector<std::string> found;
  const Status listed = store.list("data/", [&](const ObjectInfo& info) -> Status {
    found.push_back(info.name);
    return {};
  });
  ASSERT_TRUE(listed) << to_string(listed.error());
  EXPECT_EQ(found, (std::vector<std::string>{"data/1", "data/2"}));
  const std::vector<TestRequest> requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].query("prefix"), "p/data/");
  EXPECT_EQ(requests[0].query("max-keys"), "1000");
  EXPECT_FALSE(requests[0].has_query("continuation-token"));
  EXPECT_EQ(requests[1].query("continuation-token"), "t/1=");
}

TEST(S3Answers, AListThatLiesOrNeverEndsIsCorrupt) {
  const auto visit = [](const ObjectInfo&) -> Status { return {}; };
  CannedServer endless({answer(200, page(key("p/data/1"), "again"))});
  EXPECT_EQ(code_of(S3Store(parts_of(settings_at(endless), kKeys)).list("", visit)), ErrorCode::kCorrupt);
  CannedServer elsewhere({answer(200, page(key("q/data/1")))});
  EXPECT_EQ(code_of(S3Store(parts_of(settings_at(elsewhere), kKeys)).list("", visit)), ErrorCode::kCorrupt);
  CannedServer nonsense({answer(200, "<html>welcome</html>")});
  EXPECT_EQ(code_of(S3Store(parts_of(settings_at(nonsense), kKeys)).list("", visit)), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace skyhold
