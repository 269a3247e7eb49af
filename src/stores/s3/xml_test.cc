#include "stores/s3/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

Result<ListPage> page_of(const std::string& inside) {
  return parse_list_page(
      as_bytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
               "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>" +
               inside + "</ListBucketResult>"));
}

TEST(S3Xml, ReadsAPageOfAListing) {
  const Result<ListPage> page = page_of(
      "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>a/+=</"
      "NextContinuationToken>"
      "<Contents><Key>p%2Fdata%2Fab+c%25</Key><Size>5368709120</Size></Contents>"
      "<Contents><Key>p/x</Key><LastModified>2026-11-23T01:00:00.000Z</LastModified><Size>0</Size></"
      "Contents>");
  ASSERT_TRUE(page) << to_string(page.error());
  ASSERT_EQ(page->objects.size(), 2U);
  EXPECT_EQ(page->objects[0].name, "p/data/ab c%");
  EXPECT_EQ(page->objects[0].size_bytes, 5'368'709'120U);
  EXPECT_EQ(page->objects[1].name, "p/x");
  EXPECT_EQ(page->next_token, "a/+=");
}

TEST(S3Xml, KeysThatAreNotEncodedStayAsTheyAre) {
  const Result<ListPage> page = page_of(
      "<IsTruncated>false</IsTruncated><Contents><Key>a+b%2F&amp;&#x1;</Key><Size>1</Size></Contents>");
  ASSERT_TRUE(page) << to_string(page.error());
  EXPECT_EQ(page->objects.at(0).name, "a+b%2F&\x01");
  EXPECT_TRUE(page->next_token.empty());
}

TEST(S3Xml, HalfAPageIsNotAPage) {
  const std::string object = "<Contents><Key>a</Key><Size>1</Size></Contents>";
  for (const std::string& inside :
       {object,                                                                            // the last or not?
        object + "<IsTruncated>true</IsTruncated>",                                        // where to go on?
        std::string("<IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents>"),  // no size
        std::string("<IsTruncated>false</IsTruncated><Contents><Size>1</Size></Contents>"),  // no key
        std::string("<IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>-1</Size></Contents>"),
        std::string("<IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>99999999999999999999</"
                    "Size></Contents>"),
        std::string("<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Contents><Key>a%2</Key>"
                    "<Size>1</Size></Contents>")}) {
    const Result<ListPage> page = page_of(inside);
    ASSERT_FALSE(page) << inside;
    EXPECT_EQ(page.error().code, ErrorCode::kCorrupt);
  }
  for (const char* text : {"", "<html/>", "<ListBucketResult><IsTruncated>false</IsTruncated>", "{}"}) {
    EXPECT_FALSE(parse_list_page(as_bytes(text))) << text;
  }
}

TEST(S3Xml, EndlessNestingAndEntitiesDoNoHarm) {
  std::string deep;
  for (int i = 0; i < 1'000'000; ++i) deep += "<a>";
  EXPECT_FALSE(parse_list_page(as_bytes(deep)));
  for (int i = 0; i < 1'000'000; ++i) deep += "</a>";
  EXPECT_FALSE(parse_list_page(as_bytes(deep)));

  const std::optional<S3ErrorBody> error = parse_error_body(
      as_bytes("<!DOCTYPE e [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Error><Code>&x;</Code></Error>"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "&x;");
}

TEST(S3Xml, ReadsErrors) {
  const std::optional<S3ErrorBody> error = parse_error_body(
      as_bytes("<Error><Code>AuthorizationHeaderMalformed</Code><Message>wrong\nregion\x1b[2J</Message>"
               "<Region>eu-central-1</Region></Error>"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "AuthorizationHeaderMalformed");
  EXPECT_EQ(error->message, "wrong region [2J");
  EXPECT_EQ(error->region, "eu-central-1");
  EXPECT_EQ(parse_error_body(
                as_bytes("<ErrorResponse><Error><Code>ExpiredTokenException</Code></Error></ErrorResponse>"))
                ->code,
            "ExpiredTokenException");
  EXPECT_FALSE(parse_error_body({}));
  EXPECT_FALSE(parse_error_body(as_bytes("<html><body>502 Bad Gateway</body></html>")));
}

TEST(S3Xml, ReadsAnAssumedRole) {
  const auto answer = [](const std::string& inside) {
    return parse_assumed_role(as_bytes(
        "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
        "<AssumeRoleWithWebIdentityResult><Credentials>" +
        inside + "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"));
  };
  const Result<AssumedRole> role = answer(
      "<AccessKeyId>id</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</"
      "SessionToken>"
      "<Expiration>2026-11-23T02:00:00Z</Expiration>");
  ASSERT_TRUE(role) << to_string(role.error());
  EXPECT_EQ(role->access_key_id, "id");
  EXPECT_EQ(role->secret_access_key, "secret");
  EXPECT_EQ(role->session_token, "token");
  EXPECT_EQ(role->expiration, "2026-11-23T02:00:00Z");
  EXPECT_FALSE(answer("<AccessKeyId>id</AccessKeyId>"));
  EXPECT_FALSE(parse_assumed_role(as_bytes("{}")));
}

}  // namespace
}  // namespace skyhold
