#include "stores/s3/token_services.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "stores/s3/xml.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostFileBytes = std::size_t{1} << 20;
constexpr std::uint64_t kMostAnswerBytes = std::uint64_t{64} << 10;

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

// The body of a good answer. What a service says when it refuses is not repeated: it may
// hold the token that it was asked with.
Result<std::string> ask(HttpClient& http, HttpRequest request, std::string_view whom) {
  request.most_response_bytes = kMostAnswerBytes;
  Result<HttpResponse> response = http.send(request);
  if (!response) return fail(response.error().in(fmt::format("asking {} for credentials", whom)));
  if (response->ok()) return std::string(as_text(response->body));
  const std::optional<S3ErrorBody> body = parse_error_body(response->body);
  const bool may_recover = response->status >= 500 || response->status == 429 || response->status == 408;
  Error error{may_recover ? ErrorCode::kUnavailable : ErrorCode::kPermissionDenied,
              fmt::format("{} gives no credentials: status {}{}", whom, response->status,
                          body ? ", " + body->code : ""),
              may_recover ? "" : "see whether a role is attached to where Skyhold runs"};
  error.retry_after = response->retry_after();
  return fail(std::move(error));
}

Result<Credentials> credentials_of(AwsKeys keys, std::string_view expiration, std::string_view whom) {
  const Result<Instant> expires_at = parse_rfc3339(expiration);
  if (keys.access_key_id.empty() || keys.secret_access_key.empty() || !expires_at) {
    return fail(ErrorCode::kPermissionDenied, fmt::format("{} answers without usable credentials", whom));
  }
  return Credentials{std::move(keys), *expires_at};
}

// {"AccessKeyId": …, "SecretAccessKey": …, "Token": …, "Expiration": …}
Result<Credentials> parse_json_credentials(std::string_view text, std::string_view whom) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  const auto member = [&](const char* name) {
    const auto found = json.is_object() ? json.find(name) : json.end();
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  return credentials_of({member("AccessKeyId"), member("SecretAccessKey"), member("Token")},
                        member("Expiration"), whom);
}

class WebIdentitySource final : public CredentialsSource {
 public:
  WebIdentitySource(WebIdentity identity, std::shared_ptr<HttpClient> http)
      : identity_(std::move(identity)), http_(std::move(http)) {}

  Result<Credentials> fetch() override {
    const std::string token = TRY(read_credentials_file(identity_.token_file));
    const std::string form = canonical_query({{"Action", "AssumeRoleWithWebIdentity"},
                                              {"Version", "2011-06-15"},
                                              {"RoleArn", identity_.role_arn},
                                              {"RoleSessionName", identity_.session_name},
                                              {"WebIdentityToken", token}});
    HttpRequest request{HttpMethod::kPost, identity_.endpoint + "/", {}, {as_bytes(form)}};
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    constexpr std::string_view kWhom = "the token service (STS)";
    const std::string answer = TRY(ask(*http_, std::move(request), kWhom));
    AssumedRole role = TRY(parse_assumed_role(as_bytes(answer)));
    return credentials_of(
        {std::move(role.access_key_id), std::move(role.secret_access_key), std::move(role.session_token)},
        role.expiration, kWhom);
  }

 private:
  const WebIdentity identity_;
  const std::shared_ptr<HttpClient> http_;
};

class ContainerSource final : public CredentialsSource {
 public:
  ContainerSource(ContainerEndpoint endpoint, std::shared_ptr<HttpClient> http)
      : endpoint_(std::move(endpoint)), http_(std::move(http)) {}

  Result<Credentials> fetch() override {
    std::string authorization = endpoint_.authorization;
    if (!endpoint_.authorization_file.empty()) {
      authorization = TRY(read_credentials_file(endpoint_.authorization_file));
    }
    HttpRequest request{HttpMethod::kGet, endpoint_.url, {}, {}};
    if (!authorization.empty()) request.headers = {{"Authorization", authorization}};
    constexpr std::string_view kWhom = "the container's credentials endpoint";
    return parse_json_credentials(TRY(ask(*http_, std::move(request), kWhom)), kWhom);
  }

 private:
  const ContainerEndpoint endpoint_;
  const std::shared_ptr<HttpClient> http_;
};

class MetadataSource final : public CredentialsSource {
 public:
  MetadataSource(std::string endpoint, std::shared_ptr<HttpClient> http)
      : endpoint_(std::move(endpoint)), http_(std::move(http)) {}

  Result<Credentials> fetch() override {
    Result<Credentials> credentials = fetch_by_session();
    if (credentials) {
      answered_before_ = true;
    } else if (credentials.error().code == ErrorCode::kUnavailable && !answered_before_) {
      // Most likely this is no machine of AWS's, and trying again would not make it one.
      return fail(ErrorCode::kPermissionDenied,
                  fmt::format("found no credentials: no variables, no file, no role ({})",
                              credentials.error().message),
                  "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, write ~/.aws/credentials, or name "
                  "credentials in the settings file");
    }
    return credentials;
  }

 private:
  static constexpr std::string_view kWhom = "the machine's metadata service";

  Result<Credentials> fetch_by_session() {
    HttpRequest open{HttpMethod::kPut, endpoint_ + "/latest/api/token", {}, {}};
    open.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "300"}};
    const std::string session = TRY(ask(*http_, std::move(open), kWhom));
    const std::string roles = endpoint_ + "/latest/meta-data/iam/security-credentials/";
    const std::string listed = TRY(read(roles, session));
    const std::string role = trimmed(std::string_view(listed).substr(0, listed.find('\n')));
    if (role.empty()) {
      return fail(ErrorCode::kPermissionDenied, "no role is attached to this machine",
                  "attach an instance profile, or name credentials in the settings file");
    }
    return parse_json_credentials(TRY(read(roles + uri_encode(role), session)), kWhom);
  }
  Result<std::string> read(const std::string& url, const std::string& session) {
    HttpRequest request{HttpMethod::kGet, url, {}, {}};
    request.headers = {{"X-aws-ec2-metadata-token", session}};
    return ask(*http_, std::move(request), kWhom);
  }

  const std::string endpoint_;
  const std::shared_ptr<HttpClient> http_;
  bool answered_before_ = false;
};

}  // namespace

std::unique_ptr<CredentialsSource> web_identity_source(WebIdentity identity,
                                                       std::shared_ptr<HttpClient> http) {
  return std::make_unique<WebIdentitySource>(std::move(identity), std::move(http));
}

std::unique_ptr<CredentialsSource> container_source(ContainerEndpoint endpoint,
                                                    std::shared_ptr<HttpClient> http) {
  return std::make_unique<ContainerSource>(std::move(endpoint), std::move(http));
}

std::unique_ptr<CredentialsSource> metadata_source(std::string endpoint, std::shared_ptr<HttpClient> http) {
  return std::make_unique<MetadataSource>(std::move(endpoint), std::move(http));
}

bool may_ask_container_endpoint(std::string_view url) {
  if (url.starts_with("https://")) return true;
  for (const std::string_view host :
       {"http://localhost", "http://127.0.0.1", "http://[::1]", "http://169.254.170.2",
        "http://169.254.170.23", "http://[fd00:ec2::23]"}) {
    if (!url.starts_with(host)) continue;
    const std::string_view rest = url.substr(host.size());
    if (rest.empty() || rest.front() == '/' || rest.front() == ':') return true;
  }
  return false;
}

std::string aws_domain(std::string_view region) {
  return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

Result<std::string> read_credentials_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMostFileBytes + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    return fail(ErrorCode::kPermissionDenied,
                fmt::format("cannot read the credentials in {}: {}", path, std::strerror(errno)),
                "see whether the file is there and belongs to the user that Skyhold runs as");
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMostFileBytes) {
    return fail(ErrorCode::kPermissionDenied, fmt::format("{} is too large for a file of credentials", path));
  }
  return trimmed(text);
}

}  // namespace skyhold
