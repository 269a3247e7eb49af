#include "app/service_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kStores = R"(
[stores.near]
url = "gs://acme-1/skyhold"
[stores.far]
url = "s3://acme/skyhold"
[regions.europe]
stores = ["near", "far"]
)";

Result<ServiceSettings> parse(std::string_view before, std::string_view after = {}) {
  return parse_service_settings(std::string(before) + std::string(kStores) + std::string(after),
                                "skyhold.toml");
}

// What a person reads who wrote it wrong.
std::string complaint(std::string_view before, std::string_view after = {}) {
  const auto settings = parse(before, after);
  return settings ? "" : to_string(settings.error());
}

TEST(ServiceSettings, WithoutAnyEverythingIsInTheDataDirectory) {
  const auto settings = parse_service_settings("", "no settings");
  ASSERT_TRUE(settings) << to_string(settings.error());
  EXPECT_EQ(settings->catalog(), "sqlite:///var/lib/skyhold/catalog.db");
  EXPECT_EQ(settings->key_file(), "/var/lib/skyhold/master.key");
  ASSERT_EQ(settings->platform.regions.size(), 1U);
  EXPECT_THAT(settings->platform.regions[0].stores, ElementsAre("local-copy"));
  EXPECT_EQ(settings->platform.stores[0].url, "file:///var/lib/skyhold/copies/local");
}

TEST(ServiceSettings, EveryPartIsRead) {
  const auto settings = parse(R"(
platform_time_zone = "Europe/Brussels"
data_directory = "/srv/skyhold"
catalog = "postgresql://skyhold@db1/skyhold"
[server]
listen = ["0.0.0.0:443", "[::1]:8470"]
certificate_file = "/etc/skyhold/cert.pem"
key_file = "/etc/skyhold/key.pem"
session_idle = "30m"
[worker]
region = "europe"
slots = 9
most_jobs_per_database_server = 3
drain_deadline = "90s"
[schedule]
automatic = "30 2 * * *"
grace = "48h"
[import]
database = "postgresql://importer@db9/postgres"
extensions = ["postgis"]
most_database_gigabytes = 80
longest = "2h"
)");
  ASSERT_TRUE(settings) << to_string(settings.error());
  EXPECT_EQ(settings->catalog(), "postgresql://skyhold@db1/skyhold");
  EXPECT_EQ(settings->key_file(), "/srv/skyhold/master.key");
  ASSERT_EQ(settings->server.listen.size(), 2U);
  EXPECT_EQ(settings->server.listen[1].address, "::1");
  EXPECT_EQ(settings->server.listen[1].port, 8470);
  EXPECT_EQ(settings->server.session_idle, std::chrono::minutes{30});
  EXPECT_EQ(settings->worker.slots, 9);
  EXPECT_EQ(settings->worker.drain_deadline, std::chrono::seconds{90});
  EXPECT_EQ(settings->schedule.automatic, "30 2 * * *");
  EXPECT_EQ(settings->schedule.grace, std::chrono::hours{48});
  EXPECT_EQ(settings->imports.database, "postgresql://importer@db9/postgres");
  EXPECT_THAT(settings->imports.extensions, ElementsAre("postgis"));
  EXPECT_EQ(settings->imports.most_database_gigabytes, 80);
  EXPECT_EQ(settings->imports.longest, std::chrono::hours{2});
}

TEST(ServiceSettings, AMistakeIsNamedWithItsKeyAndItsLine) {
  EXPECT_THAT(complaint("data_directory = \"relative\"\n"),
              HasSubstr("line 1: data_directory must be an absolute"));
  EXPECT_THAT(complaint("\n[server]\nlisten = [\"nowhere\"]\n"), HasSubstr("line 3: server.listen"));
  EXPECT_THAT(complaint("[worker]\nslot = 3\n"), HasSubstr("did you mean slots?"));
  EXPECT_THAT(complaint("[schedule]\nautomatic = \"61 1 * * *\"\n"),
              HasSubstr("schedule.automatic is wrong"));
  EXPECT_THAT(complaint("[server]\nkey_file = \"/k\"\n"), HasSubstr("key without a certificate"));
  EXPECT_THAT(complaint("[worker]\nregion = \"asia\"\n"), HasSubstr("\"asia\""));
  EXPECT_THAT(complaint("", "[regions.asia]\nstores = [\"moon\"]\n"), HasSubstr("\"moon\""));
  EXPECT_THAT(complaint("", "[regions.asia]\nstores = [\"far\", \"far\"]\n"), HasSubstr("twice"));
}

TEST(ServiceSettings, AProviderOfSignInsIsRead) {
  EXPECT_FALSE(parse("")->oidc.configured());
  const auto least = parse("[oidc]\nissuer = \"https://id.example.com/staff\"\nclient_id = \"skyhold\"\n");
  ASSERT_TRUE(least) << to_string(least.error());
  EXPECT_EQ(least->oidc.options.label, "id.example.com");
  EXPECT_EQ(least->oidc.options.scopes, "openid email profile");
  EXPECT_FALSE(least->oidc.options.create_accounts);
  const auto most = parse(R"(
[server]
public_url = "https://skyhold.example.com/"
[oidc]
issuer = "https://id.example.com"
client_id = "skyhold"
client_secret_file = "/etc/skyhold/oidc"
scopes = ["openid", "email", "groups"]
label = "Example"
create_accounts = true
allowed_email_domains = ["Example.com"]
operator_claim = "groups"
operator_value = "backup-operators"
ca_file = "/etc/skyhold/ca.pem"
)");
  ASSERT_TRUE(most) << to_string(most.error());
  EXPECT_EQ(most->server.public_url, "https://skyhold.example.com");
  EXPECT_EQ(most->oidc.client_secret_file, "/etc/skyhold/oidc");
  EXPECT_EQ(most->oidc.options.scopes, "openid email groups");
  EXPECT_EQ(most->oidc.options.label, "Example");
  EXPECT_TRUE(most->oidc.options.create_accounts);
  EXPECT_THAT(most->oidc.options.allowed_email_domains, ElementsAre("example.com"));
  EXPECT_EQ(most->oidc.options.operator_value, "backup-operators");
}

TEST(ServiceSettings, AProviderThatCannotBeIsNamed) {
  EXPECT_THAT(complaint("[oidc]\nissuer = \"https://id.example.com\"\n"), HasSubstr("client_id"));
  EXPECT_THAT(complaint("[oidc]\nissuer = \"http://id.example.com\"\nclient_id = \"s\"\n"),
              HasSubstr("line 2: oidc.issuer is not the address of a provider"));
  EXPECT_THAT(complaint("[oidc]\nscopes = [\"email\"]\n"), HasSubstr("lacks \"openid\""));
  EXPECT_THAT(complaint("[oidc]\nallowed_email_domains = [\"@example.com\"]\n"), HasSubstr("no domain"));
  EXPECT_THAT(complaint("[server]\npublic_url = \"skyhold.example.com\"\n"), HasSubstr("server.public_url"));
  const std::string secret = complaint("[oidc]\nclient_secret = \"hunter2\"\n");
  EXPECT_THAT(secret, HasSubstr("client_secret_file"));
  EXPECT_THAT(secret, testing::Not(HasSubstr("hunter2")));
}

TEST(ServiceSettings, APasswordDoesNotBelongHere) {
  const std::string words = complaint("catalog = \"postgresql://skyhold:hunter2@db1/skyhold\"\n");
  EXPECT_THAT(words, HasSubstr("may not hold a password"));
  EXPECT_THAT(words, testing::Not(HasSubstr("hunter2")));
}

TEST(ServiceSettings, StoresWithoutARegionAreForNobody) {
  const auto settings =
      parse_service_settings("[stores.near]\nurl = \"gs://acme-1/skyhold\"\n", "skyhold.toml");
  ASSERT_FALSE(settings);
  EXPECT_THAT(to_string(settings.error()), HasSubstr("[regions."));
}

}  // namespace
}  // namespace skyhold
