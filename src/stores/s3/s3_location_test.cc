#include "stores/s3/s3_location.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

S3Location located(const StoreSettings& settings) {
  return locate_s3(settings).value();
}

TEST(S3Location, AwsHasTheBucketInItsHostName) {
  StoreSettings settings;
  settings.url = "s3://shop-backups/a/b/";
  settings.region = "eu-west-3";
  const S3Location location = located(settings);
  EXPECT_EQ(location.origin, "https://shop-backups.s3.eu-west-3.amazonaws.com");
  EXPECT_EQ(location.host, "shop-backups.s3.eu-west-3.amazonaws.com");
  EXPECT_EQ(location.path_of("data/ab/abcd"), "/a/b/data/ab/abcd");
  EXPECT_EQ(location.url, "s3://shop-backups/a/b");

  settings.region = "cn-north-1";
  EXPECT_EQ(located(settings).host, "shop-backups.s3.cn-north-1.amazonaws.com.cn");
  settings.region = "";
  EXPECT_EQ(located(settings).region, "us-east-1");
  settings.path_style = true;
  EXPECT_EQ(located(settings).origin, "https://s3.us-east-1.amazonaws.com");
  EXPECT_EQ(located(settings).path_of("config"), "/shop-backups/a/b/config");
}

TEST(S3Location, NoCertificateCoversABucketWithADot) {
  StoreSettings settings;
  settings.url = "s3://shop.example.org";
  EXPECT_EQ(located(settings).origin, "https://s3.us-east-1.amazonaws.com");
  EXPECT_EQ(located(settings).path_of("config"), "/shop.example.org/config");
}

TEST(S3Location, AnEndpointHasTheBucketInThePathUnlessToldOtherwise) {
  StoreSettings settings;
  settings.url = "s3://bucket";
  settings.endpoint = "http://localhost:7480/";
  EXPECT_EQ(located(settings).origin, "http://localhost:7480");
  EXPECT_EQ(located(settings).path_of("config"), "/bucket/config");
  settings.path_style = false;
  EXPECT_EQ(located(settings).origin, "http://bucket.localhost:7480");
  EXPECT_EQ(located(settings).path_of("config"), "/config");
  // The Host header, which is signed, comes without the usual port.
  settings.endpoint = "https://s3.example.org:443";
  EXPECT_EQ(located(settings).host, "bucket.s3.example.org");
  settings.endpoint = "http://s3.example.org:443";
  EXPECT_EQ(located(settings).host, "bucket.s3.example.org:443");
}

TEST(S3Location, GoogleHasAnEndpointOfItsOwn) {
  StoreSettings settings;
  settings.url = "gs://bucket/p";
  const S3Location location = located(settings);
  EXPECT_EQ(location.origin, "https://storage.googleapis.com");
  EXPECT_EQ(location.path_of("config"), "/bucket/p/config");
  EXPECT_EQ(location.region, "auto");
  EXPECT_EQ(location.dialect, SigningDialect::kGoogle);
}

TEST(S3Location, WhatCannotBeIsRefused) {
  for (const std::string url : {"", "s3:", "s3://", "s3:///prefix", "s3://ab", "s3://bucket//x",
                                "s3://bucket/../x", "s3://bucket/a/./b", "s3://user:secret@host/x",
                                "s3://bucket/a?b", "s3://bucket/a#b", "s3://bucket/a b", "s3://bucket/%2e%2e",
                                "s3://-bucket", "s3://buck..et", "http://bucket", "s3://bucket/\xc3\xa9"}) {
    StoreSettings settings;
    settings.url = url;
    const Result<S3Location> location = locate_s3(settings);
    ASSERT_FALSE(location) << url;
    EXPECT_EQ(location.error().code, ErrorCode::kInvalidArgument) << url;
    EXPECT_EQ(to_string(location.error()).find("secret"), std::string::npos);
  }
  for (const std::string endpoint : {"localhost:7480", "ftp://host", "https://", "https://host/path",
                                     "https://user:secret@host", "https://host\r\nx"}) {
    StoreSettings settings;
    settings.url = "s3://bucket";
    settings.endpoint = endpoint;
    EXPECT_FALSE(locate_s3(settings)) << endpoint;
  }
  StoreSettings settings;
  settings.url = "s3://bucket";
  settings.region = "eu-west-1.evil.org/";
  EXPECT_FALSE(locate_s3(settings));
}

}  // namespace
}  // namespace skyhold
