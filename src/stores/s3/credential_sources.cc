#include "stores/s3/credential_sources.h"

#include <cstdlib>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "stores/s3/token_services.h"

namespace skyhold {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// An empty variable is the same as none, as everywhere in AWS's tools.
std::string variable(const EnvironmentReader& environment, const std::string& name) {
  return std::string(trimmed(environment(name).value_or("")));
}

class EnvironmentSource final : public CredentialsSource {
 public:
  EnvironmentSource(std::string prefix, EnvironmentReader environment)
      : prefix_(std::move(prefix)), environment_(std::move(environment)) {}

  Result<Credentials> fetch() override {
    AwsKeys keys{variable(environment_, prefix_ + "_ACCESS_KEY_ID"),
                 variable(environment_, prefix_ + "_SECRET_ACCESS_KEY"),
                 variable(environment_, prefix_ + "_SESSION_TOKEN")};
    if (keys.access_key_id.empty() || keys.secret_access_key.empty()) {
      return fail(
          ErrorCode::kPermissionDenied,
          fmt::format("the environment variable {} is not set",
                      prefix_ + (keys.access_key_id.empty() ? "_ACCESS_KEY_ID" : "_SECRET_ACCESS_KEY")),
          fmt::format("set {0}_ACCESS_KEY_ID and {0}_SECRET_ACCESS_KEY for the process", prefix_));
    }
    return Credentials{std::move(keys), std::nullopt};
  }

 private:
  const std::string prefix_;
  const EnvironmentReader environment_;
};

class FileSource final : public CredentialsSource {
 public:
  FileSource(std::string path, std::string profile) : path_(std::move(path)), profile_(std::move(profile)) {}

  // Reads the file anew: others may have renewed what expired.
  Result<Credentials> fetch() override {
    const std::string text = TRY(read_credentials_file(path_));
    Result<Credentials> credentials = parse_credentials_file(text, profile_);
    if (!credentials) return fail(credentials.error().in(path_));
    return credentials;
  }

 private:
  const std::string path_;
  const std::string profile_;
};

std::string shared_file(const EnvironmentReader& environment) {
  if (std::string named = variable(environment, "AWS_SHARED_CREDENTIALS_FILE"); !named.empty()) return named;
  const std::string home = variable(environment, "HOME");
  return home.empty() ? "" : home + "/.aws/credentials";
}

std::string one_of(std::string_view first, std::string_view second) {
  return std::string(first.empty() ? second : first);
}

// A source that needs no asking elsewhere, so it is seen at once whether it has what it takes.
Result<std::unique_ptr<CredentialsSource>> checked(std::unique_ptr<CredentialsSource> source) {
  TRY(source->fetch());
  return source;
}

std::unique_ptr<CredentialsSource> web_identity(const CredentialSearch& search,
                                                std::shared_ptr<HttpClient> http) {
  const EnvironmentReader& environment = search.environment;
  const std::string regional =
      search.region.empty() ? std::string("https://sts.amazonaws.com")
                            : fmt::format("https://sts.{}.{}", search.region, aws_domain(search.region));
  return web_identity_source(
      {variable(environment, "AWS_WEB_IDENTITY_TOKEN_FILE"), variable(environment, "AWS_ROLE_ARN"),
       one_of(variable(environment, "AWS_ROLE_SESSION_NAME"), "skyhold"),
       one_of(variable(environment, "AWS_ENDPOINT_URL_STS"), regional)},
      std::move(http));
}

Result<std::unique_ptr<CredentialsSource>> container(const EnvironmentReader& environment,
                                                     std::shared_ptr<HttpClient> http) {
  const std::string relative = variable(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  ContainerEndpoint endpoint{relative.empty() ? variable(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI")
                                              : fmt::format("{}{}", kContainerHost, relative),
                             variable(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN"),
                             variable(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")};
  if (!may_ask_container_endpoint(endpoint.url)) {
    return fail(ErrorCode::kPermissionDenied,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI names a place from which keys would come unprotected",
                "use https://, or an address of this machine");
  }
  return container_source(std::move(endpoint), std::move(http));
}

std::shared_ptr<HttpClient> impatient_client() {
  HttpClientOptions options;
  options.connect_timeout = std::chrono::milliseconds(2'000);
  options.request_timeout = std::chrono::milliseconds(10'000);
  return std::make_shared<HttpClient>(options);
}

// Places 2, 4 and 5 of the chain, or nothing.
Result<std::unique_ptr<CredentialsSource>> find_token_service(const CredentialSearch& search) {
  const EnvironmentReader& environment = search.environment;
  const auto is_set = [&](const std::string& name) { return !variable(environment, name).empty(); };
  const std::shared_ptr<HttpClient> http = search.http ? search.http : impatient_client();
  if (is_set("AWS_WEB_IDENTITY_TOKEN_FILE") && is_set("AWS_ROLE_ARN")) return web_identity(search, http);
  if (is_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || is_set("AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
    return container(environment, http);
  }
  if (variable(environment, "AWS_EC2_METADATA_DISABLED") == "true") return nullptr;
  return metadata_source(
      one_of(variable(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT"), kMetadataEndpoint), http);
}

}  // namespace

std::optional<std::string> read_environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<Credentials> parse_credentials_file(std::string_view text, std::string_view profile) {
  AwsKeys keys;
  bool is_ours = false;
  bool was_found = false;
  while (!text.empty()) {
    const std::string_view line = trimmed(text.substr(0, text.find('\n')));
    text.remove_prefix(
        std::min(text.size(), text.find('\n') == std::string_view::npos ? text.size() : text.find('\n') + 1));
    if (line.starts_with('[') && line.ends_with(']')) {
      is_ours = trimmed(line.substr(1, line.size() - 2)) == profile;
      was_found = was_found || is_ours;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!is_ours || equals == std::string_view::npos || line.front() == '#' || line.front() == ';') continue;
    const std::string_view name = trimmed(line.substr(0, equals));
    const std::string value(trimmed(line.substr(equals + 1)));
    if (name == "aws_access_key_id") keys.access_key_id = value;
    if (name == "aws_secret_access_key") keys.secret_access_key = value;
    if (name == "aws_session_token") keys.session_token = value;
  }
  if (!was_found) {
    return fail(ErrorCode::kPermissionDenied, fmt::format("there is no profile [{}]", profile),
                "name one that is there as the credentials' profile");
  }
  if (keys.access_key_id.empty() || keys.secret_access_key.empty()) {
    return fail(ErrorCode::kPermissionDenied,
                fmt::format("the profile [{}] lacks aws_access_key_id or aws_secret_access_key", profile),
                "only profiles that hold keys themselves are understood");
  }
  return Credentials{std::move(keys), std::nullopt};
}

Result<std::unique_ptr<CredentialsSource>> find_credentials_source(const CredentialSearch& search) {
  const EnvironmentReader& environment = search.environment;
  const StoreCredentials& reference = search.reference;
  if (!reference.environment.empty()) {
    return checked(std::make_unique<EnvironmentSource>(reference.environment, environment));
  }
  const std::string file = one_of(reference.file, shared_file(environment));
  if (!reference.file.empty() || !reference.profile.empty()) {
    return checked(std::make_unique<FileSource>(file, one_of(reference.profile, "default")));
  }
  if (!variable(environment, "AWS_ACCESS_KEY_ID").empty()) {
    return checked(std::make_unique<EnvironmentSource>("AWS", environment));
  }
  const bool has_web_identity = search.temporary_keys &&
                                !variable(environment, "AWS_WEB_IDENTITY_TOKEN_FILE").empty() &&
                                !variable(environment, "AWS_ROLE_ARN").empty();
  const std::string profile = variable(environment, "AWS_PROFILE");
  std::error_code ignored;  // what cannot be looked at is as good as not there
  if (!has_web_identity && (!profile.empty() || std::filesystem::exists(file, ignored))) {
    return checked(std::make_unique<FileSource>(file, one_of(profile, "default")));
  }
  if (search.temporary_keys) {
    if (auto service = TRY(find_token_service(search))) return service;
  }
  return fail(
      ErrorCode::kPermissionDenied, "found no credentials: no variables, no file, no role",
      "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, write ~/.aws/credentials, or name credentials "
      "in the settings file");
}

}  // namespace skyhold
