#include "http/server_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(NetworkAddressTest, KnowsAnAddressInAnySpelling) {
  const auto text_of = [](const char* text) {
    const auto address = NetworkAddress::parse(text);
    return address ? address->text() : "none";
  };
  EXPECT_EQ(text_of("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(text_of("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(text_of("2001:DB8:0:0::1"), "2001:db8::1");
  for (const char* wrong : {"", "192.0.2", "192.0.2.256", "::1%eth0", "[::1]", "localhost", "1.2.3.4 "}) {
    EXPECT_EQ(text_of(wrong), "none") << wrong;
  }
  EXPECT_EQ(NetworkAddress::parse("2001:db8:1:2:3::4")->network(), "2001:db8:1:2::");
  EXPECT_EQ(NetworkAddress::parse("192.0.2.1")->network(), "192.0.2.1");
}

TEST(TrustedProxiesTest, HoldsNetworksOfBothKinds) {
  const TrustedProxies trusted =
      TrustedProxies::parse({"10.1.0.0/15", "2001:db8::/33", "::1", "unix"}).value();
  for (const char* inside :
       {"10.0.0.0", "10.1.255.255", "::ffff:10.1.2.3", "2001:db8:7fff::1", "::1", "unix"}) {
    EXPECT_TRUE(trusted.contains(inside)) << inside;
  }
  for (const char* outside : {"10.2.0.0", "9.255.255.255", "2001:db8:8000::1", "::2", "unixes", ""}) {
    EXPECT_FALSE(trusted.contains(outside)) << outside;
  }
  EXPECT_TRUE(TrustedProxies::parse({"0.0.0.0/0"}).value().contains("192.0.2.1"));
  EXPECT_FALSE(TrustedProxies::parse({"0.0.0.0/0"}).value().contains("2001:db8::1"));
  EXPECT_FALSE(TrustedProxies().contains("unix"));
  for (const char* wrong :
       {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "localhost"}) {
    EXPECT_FALSE(TrustedProxies::parse({wrong})) << wrong;
  }
}

TEST(FindClientTest, ReadsBackAsFarAsItTrusts) {
  const TrustedProxies trusted = TrustedProxies::parse({"10.0.0.0/8"}).value();
  const auto client_of = [&](const std::vector<HttpHeader>& headers) {
    return find_client({"10.0.0.1", false}, headers, trusted).address;
  };
  EXPECT_EQ(client_of({}), "10.0.0.1");
  EXPECT_EQ(client_of({{"x-forwarded-for", "6.6.6.6, 192.0.2.1 , 10.0.0.2"}}), "192.0.2.1");
  EXPECT_EQ(client_of({{"x-forwarded-for", "6.6.6.6"}, {"x-forwarded-for", "192.0.2.1"}}), "192.0.2.1");
  EXPECT_EQ(client_of({{"x-forwarded-for", "10.0.0.3, 10.0.0.2"}}), "10.0.0.3");
  EXPECT_EQ(client_of({{"x-forwarded-for", "192.0.2.1:4711"}}), "192.0.2.1");
  EXPECT_EQ(client_of({{"x-forwarded-for", "[2001:db8::1]:4711"}}), "2001:db8::1");
  EXPECT_EQ(client_of({{"x-forwarded-for", "6.6.6.6, unknown, 10.0.0.2"}}), "10.0.0.2");
}

TEST(FindClientTest, BelievesOneWordAboutTls) {
  const TrustedProxies trusted = TrustedProxies::parse({"10.0.0.0/8"}).value();
  const auto is_secure = [&](const char* peer, const std::vector<HttpHeader>& headers) {
    return find_client({peer, false}, headers, trusted).secure;
  };
  EXPECT_TRUE(is_secure("10.0.0.1", {{"x-forwarded-proto", "https"}}));
  EXPECT_FALSE(is_secure("10.0.0.1", {{"x-forwarded-proto", "http"}}));
  EXPECT_FALSE(is_secure("10.0.0.1", {{"x-forwarded-proto", "https"}, {"x-forwarded-proto", "http"}}));
  EXPECT_FALSE(is_secure("192.0.2.1", {{"x-forwarded-proto", "https"}}));
}

}  // namespace
}  // namespace skyhold
