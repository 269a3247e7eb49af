// Where keys come from, and when they are asked for again.
#include "stores/s3/credentials.h"

#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/s3/credential_sources.h"
#include "stores/s3/s3_test_support.h"
#include "stores/s3/token_services.h"
#include "tests/support/http_server.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;

const Instant kStart = parse_rfc3339("2026-11-23T01:00:00Z").value();

Credentials keys_until(const std::string& id, std::optional<Instant> end) {
  return {{id, "secret", "token-" + id}, end};
}

TEST(CredentialsProvider, AsksAgainBeforeKeysExpire) {
  const auto clock = std::make_shared<ManualClock>(kStart);
  const auto provider =
      provider_of({keys_until("1", kStart + minutes(60)), keys_until("2", kStart + minutes(120))}, clock);
  EXPECT_EQ(provider->keys()->access_key_id, "1");
  clock->advance(minutes(54));
  EXPECT_EQ(provider->keys()->access_key_id, "1");
  clock->advance(minutes(2));
  EXPECT_EQ(provider->keys()->access_key_id, "2");
}

TEST(CredentialsProvider, OldKeysServeOnWhileNewOnesCannotBeHad) {
  const auto clock = std::make_shared<ManualClock>(kStart);
  const auto provider = provider_of(
      {keys_until("1", kStart + minutes(60)), fail(ErrorCode::kUnavailable, "the token service is down")},
      clock);
  EXPECT_EQ(provider->keys()->access_key_id, "1");
  clock->advance(minutes(58));
  EXPECT_EQ(provider->keys()->access_key_id, "1");
  clock->advance(minutes(3));
  const Result<AwsKeys> none = provider->keys();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kUnavailable);
}

TEST(CredentialsProvider, KeysThatWereRefusedAreAskedForAgainOnce) {
  const auto clock = std::make_shared<ManualClock>(kStart);
  const auto provider = provider_of({keys_until("1", std::nullopt), keys_until("2", std::nullopt)}, clock);
  const AwsKeys first = provider->keys().value();
  provider->refuse(first);
  EXPECT_EQ(provider->keys()->access_key_id, "2");
  provider->refuse(first);  // by a thread that heard of it later
  EXPECT_EQ(provider->keys()->access_key_id, "2");
}

TEST(CredentialsFile, HasProfiles) {
  const std::string_view text =
      "# comment\n[default]\naws_access_key_id = A\naws_secret_access_key=SA/+=\r\n\n"
      "[ backup ]\n; comment\naws_access_key_id=B\naws_secret_access_key = SB\naws_session_token = "
      "TB\nregion = x\n"
      "[role]\nrole_arn = arn\nsource_profile = default";
  EXPECT_EQ(parse_credentials_file(text, "default")->keys.secret_access_key, "SA/+=");
  EXPECT_EQ(parse_credentials_file(text, "default")->keys.session_token, "");
  EXPECT_EQ(parse_credentials_file(text, "backup")->keys.access_key_id, "B");
  EXPECT_EQ(parse_credentials_file(text, "backup")->keys.session_token, "TB");
  for (const std::string_view profile : {"role", "other", ""}) {
    const Result<Credentials> none = parse_credentials_file(text, profile);
    ASSERT_FALSE(none) << profile;
    EXPECT_EQ(none.error().code, ErrorCode::kPermissionDenied);
    EXPECT_THAT(to_string(none.error()), testing::Not(HasSubstr("SA")));
  }
}

class CredentialSearchTest : public testing::Test {
 protected:
  void SetUp() override {
    search_.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional<std::string>(found->second);
    };
    variables_["HOME"] = directory_.path();
    variables_["AWS_EC2_METADATA_DISABLED"] = "true";
  }
  std::string write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name) << text;
    return (directory_ / name).string();
  }
  static std::string profile(const std::string& name, const std::string& id) {
    return "[" + name + "]\naws_access_key_id=" + id + "\naws_secret_access_key=s\n";
  }
  // The id that is found, or what the error says.
  std::string found() {
    const auto source = find_credentials_source(search_);
    if (!source) return to_string(source.error());
    const Result<Credentials> credentials = (*source)->fetch();
    return credentials ? credentials->keys.access_key_id : to_string(credentials.error());
  }

  const ScratchDirectory directory_;
  std::map<std::string, std::string> variables_;
  CredentialSearch search_;
};

TEST_F(CredentialSearchTest, AReferenceComesFirst) {
  variables_["AWS_ACCESS_KEY_ID"] = "ambient";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_EQ(found(), "ambient");
  search_.reference.environment = "FAR";
  EXPECT_THAT(found(), HasSubstr("FAR_ACCESS_KEY_ID is not set"));
  variables_["FAR_ACCESS_KEY_ID"] = "far";
  EXPECT_THAT(found(), HasSubstr("FAR_SECRET_ACCESS_KEY is not set"));
  variables_["FAR_SECRET_ACCESS_KEY"] = "s\n";
  EXPECT_EQ(found(), "far");

  search_.reference = {};
  search_.reference.file = write("keys.ini", profile("default", "file") + profile("b", "profile"));
  EXPECT_EQ(found(), "file");
  search_.reference.profile = "b";
  EXPECT_EQ(found(), "profile");
  search_.reference.profile = "c";
  EXPECT_THAT(found(), HasSubstr("there is no profile [c]"));
  search_.reference.file = directory_ / "missing.ini";
  EXPECT_THAT(found(), HasSubstr("cannot read the credentials in"));
}

TEST_F(CredentialSearchTest, TheUsualPlacesAreLookedInto) {
  EXPECT_THAT(found(), HasSubstr("found no credentials"));
  write(".aws/credentials", profile("default", "home") + profile("work", "work"));
  EXPECT_EQ(found(), "home");
  variables_["AWS_PROFILE"] = "work";
  EXPECT_EQ(found(), "work");
  variables_["AWS_SHARED_CREDENTIALS_FILE"] = write("other", profile("work", "other"));
  EXPECT_EQ(found(), "other");
  variables_["AWS_ACCESS_KEY_ID"] = "variable";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_EQ(found(), "variable");
}

TEST_F(CredentialSearchTest, WebIdentityTradesATokenForKeys) {
  std::string form;
  const TestHttpServer server([&](const TestRequest& request) {
    form = as_text(request.body);
    TestResponse response;
    response.body = to_bytes(std::string_view(
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
        "<AccessKeyId>web</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        "<Expiration>2026-11-23T02:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
        "</AssumeRoleWithWebIdentityResponse>"));
    return response;
  });
  write(".aws/credentials", profile("default", "home"));
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = write("token", "ey.J+/=\n");
  variables_["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/backup";
  variables_["AWS_ENDPOINT_URL_STS"] = server.url();
  const auto source = find_credentials_source(search_);
  ASSERT_TRUE(source) << to_string(source.error());
  const Result<Credentials> credentials = (*source)->fetch();
  ASSERT_TRUE(credentials) << to_string(credentials.error());
  EXPECT_EQ(credentials->keys.access_key_id, "web");
  EXPECT_EQ(credentials->keys.session_token, "t");
  EXPECT_EQ(credentials->expires_at, kStart + minutes(60));
  EXPECT_EQ(form,
            "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fbackup&"
            "RoleSessionName=skyhold&Version=2011-06-15&WebIdentityToken=ey.J%2B%2F%3D");
}

constexpr std::string_view kJson =
    R"({"Code":"Success","AccessKeyId":"json","SecretAccessKey":"s","Token":"t","Expiration":"2026-11-23T02:00:00Z"})";

TEST_F(CredentialSearchTest, AContainerAsksItsEndpoint) {
  std::string authorization;
  const TestHttpServer server([&](const TestRequest& request) {
    authorization = request.header("authorization");
    TestResponse response;
    response.status = request.target == "/v2/keys" ? 200 : 404;
    response.body = to_bytes(kJson);
    return response;
  });
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url() + "/v2/keys";
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = write("token", "bearer x\n");
  EXPECT_EQ(found(), "json");
  EXPECT_EQ(authorization, "bearer x");
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url() + "/elsewhere";
  EXPECT_THAT(found(), HasSubstr("gives no credentials: status 404"));
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://keys.example.org/";
  EXPECT_THAT(found(), HasSubstr("unprotected"));
}

TEST(ContainerEndpoint, KeysTravelOverTlsOrNotFar) {
  for (const char* url :
       {"https://example.org/x", "http://127.0.0.1/x", "http://localhost:80/x", "http://169.254.170.2/x",
        "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1"}) {
    EXPECT_TRUE(may_ask_container_endpoint(url)) << url;
  }
  for (const char* url : {"", "http://example.org/x", "http://127.0.0.1.example.org/",
                          "http://localhost@example.org/", "http://169.254.170.234/", "ftp://localhost/"}) {
    EXPECT_FALSE(may_ask_container_endpoint(url)) << url;
  }
}

TEST_F(CredentialSearchTest, AMachineAsksItsMetadataServiceInASession) {
  std::atomic<int> refusals{0};
  const TestHttpServer server([&](const TestRequest& request) {
    TestResponse response;
    if (request.method == "PUT" && request.target == "/latest/api/token" &&
        request.has_header("x-aws-ec2-metadata-token-ttl-seconds")) {
      response.body = to_bytes(std::string_view("session"));
    } else if (request.header("x-aws-ec2-metadata-token") != "session") {
      ++refusals;
      response.status = 401;
    } else if (request.target == "/latest/meta-data/iam/security-credentials/") {
      response.body = to_bytes(std::string_view("backup-role\n"));
    } else if (request.target == "/latest/meta-data/iam/security-credentials/backup-role") {
      response.body = to_bytes(kJson);
    } else {
      response.status = 404;
    }
    return response;
  });
  variables_["AWS_EC2_METADATA_DISABLED"] = "";
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url();
  EXPECT_EQ(found(), "json");
  EXPECT_EQ(refusals, 0);
  search_.temporary_keys = false;  // of no use to Google
  EXPECT_THAT(found(), HasSubstr("found no credentials"));
}

TEST_F(CredentialSearchTest, AMachineThatIsNotOfTheCloudSaysWhatIsMissing) {
  variables_["AWS_EC2_METADATA_DISABLED"] = "";
  {
    const TestHttpServer gone([](const TestRequest&) { return TestResponse(); });
    variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = gone.url();
  }
  const auto source = find_credentials_source(search_);
  ASSERT_TRUE(source);
  const Result<Credentials> none = (*source)->fetch();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kPermissionDenied);  // not to be tried again and again
  EXPECT_THAT(none.error().hint, HasSubstr("AWS_ACCESS_KEY_ID"));
}

TEST_F(CredentialSearchTest, AServiceThatAnswersNonsenseGivesNoKeys) {
  std::string body;
  const TestHttpServer server([&](const TestRequest&) {
    TestResponse response;
    response.body = to_bytes(body);
    return response;
  });
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url();
  for (const char* text :
       {"", "[]", "{", "null", R"({"AccessKeyId":7})", R"({"AccessKeyId":"a","SecretAccessKey":"s"})",
        R"({"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"soon"})"}) {
    body = text;
    EXPECT_THAT(found(), HasSubstr("without usable credentials")) << text;
  }
}

}  // namespace
}  // namespace skyhold
