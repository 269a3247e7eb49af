#include "stores/s3/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace skyhold {
namespace {

using testing::EndsWith;

std::string value_of(const std::vector<HttpHeader>& headers, std::string_view name) {
  for (const HttpHeader& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

// AWS's published test suite for Signature Version 4: its keys, scope and time.
class SigV4Suite : public testing::Test {
 protected:
  std::string authorization() {
    request_.headers.insert(request_.headers.begin(), {"Host", "example.amazonaws.com"});
    return value_of(
        sign(request_, keys_, {"us-east-1", "service"}, parse_rfc3339("2015-08-30T12:36:00Z").value()),
        "authorization");
  }

  const AwsKeys keys_{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
  UnsignedRequest request_{HttpMethod::kGet, "/", {}, {}, sha256({}).hex()};
};

TEST_F(SigV4Suite, GetVanilla) {
  EXPECT_EQ(authorization(),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date, "
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST_F(SigV4Suite, GetUtf8) {
  request_.path = uri_encode("/\u1234", "/");
  EXPECT_THAT(authorization(), EndsWith("=8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"));
}

TEST_F(SigV4Suite, GetVanillaQueryOrderKeyCase) {
  request_.query = {{"Param2", "value2"}, {"Param1", "value1"}};
  EXPECT_THAT(authorization(), EndsWith("=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"));
}

TEST_F(SigV4Suite, GetUnreserved) {
  request_.path = uri_encode("/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "/");
  EXPECT_THAT(authorization(), EndsWith("=07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"));
}

TEST_F(SigV4Suite, PostWwwFormUrlencoded) {
  request_.method = HttpMethod::kPost;
  request_.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request_.payload_sha256 = sha256(as_bytes("Param1=value1")).hex();
  EXPECT_THAT(authorization(), EndsWith("=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"));
}

TEST_F(SigV4Suite, GetHeaderKeyDuplicate) {
  request_.headers = {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}};
  EXPECT_THAT(authorization(), EndsWith("=c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"));
}

TEST_F(SigV4Suite, GetHeaderValueTrim) {
  request_.headers = {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}};
  EXPECT_THAT(authorization(), EndsWith("=acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"));
}

// The worked examples of S3's own documentation of the authorization header.
class SigV4ForS3 : public testing::Test {
 protected:
  std::string authorization() {
    request_.headers.push_back({"Host", "examplebucket.s3.amazonaws.com"});
    request_.headers.push_back({"x-amz-content-sha256", request_.payload_sha256});
    return value_of(sign(request_, keys_, {"us-east-1"}, parse_rfc3339("2013-05-24T00:00:00Z").value()),
                    "authorization");
  }

  const AwsKeys keys_{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
  UnsignedRequest request_{HttpMethod::kGet, "/", {}, {}, sha256({}).hex()};
};

TEST_F(SigV4ForS3, GetObjectWithRange) {
  request_.path = "/test.txt";
  request_.headers = {{"Range", "bytes=0-9"}};
  EXPECT_EQ(authorization(),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_F(SigV4ForS3, PutObject) {
  request_.method = HttpMethod::kPut;
  request_.path = "/test%24file.text";
  request_.headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                      {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
  request_.payload_sha256 = sha256(as_bytes("Welcome to Amazon S3.")).hex();
  EXPECT_THAT(authorization(), EndsWith("=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST_F(SigV4ForS3, GetBucketLifecycle) {
  request_.query = {{"lifecycle", ""}};
  EXPECT_THAT(authorization(), EndsWith("=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
}

TEST_F(SigV4ForS3, ListObjects) {
  request_.query = {{"max-keys", "2"}, {"prefix", "J"}};
  EXPECT_THAT(authorization(), EndsWith("=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(SigV4, SignsTheTokenOfTemporaryKeys) {
  const UnsignedRequest request{HttpMethod::kGet, "/", {}, {{"host", "h"}}, sha256({}).hex()};
  const std::vector<HttpHeader> headers = sign(request, {"id", "secret", "token"}, {"us-east-1"}, Instant{});
  EXPECT_EQ(value_of(headers, "x-amz-security-token"), "token");
  EXPECT_THAT(value_of(headers, "authorization"),
              testing::HasSubstr("SignedHeaders=host;x-amz-date;x-amz-security-token,"));
  EXPECT_EQ(value_of(headers, "x-amz-date"), "19700101T000000Z");
}

TEST(SigV4, SpeaksGooglesVariantWithGooglesWords) {
  const UnsignedRequest request{
      HttpMethod::kGet, "/", {}, {{"host", "storage.googleapis.com"}}, sha256({}).hex()};
  const std::vector<HttpHeader> headers =
      sign(request, {"GOOGID", "secret", ""}, {"auto", "storage", SigningDialect::kGoogle}, Instant{});
  EXPECT_THAT(value_of(headers, "authorization"),
              testing::StartsWith("GOOG4-HMAC-SHA256 Credential=GOOGID/19700101/auto/storage/goog4_request, "
                                  "SignedHeaders=host;x-goog-date, Signature="));
}

TEST(SigV4, EncodesWhatIsNotUnreserved) {
  EXPECT_EQ(uri_encode("a b/c~d+e%"), "a%20b%2Fc~d%2Be%25");
  EXPECT_EQ(uri_encode("a b/c", "/"), "a%20b/c");
  EXPECT_EQ(canonical_query({{"b", "2=3"}, {"a", ""}, {"a-b", "1"}}), "a=&a-b=1&b=2%3D3");
}

}  // namespace
}  // namespace skyhold
