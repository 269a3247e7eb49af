#include "stores/gcs/oauth.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/log.h"
#include "crypto/rsa_signature.h"
#include "io/durable_file.h"
#include "stores/gcs/gcs_url.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr seconds kRenewBeforeExpiry{180};
constexpr seconds kPauseAfterFailure{30};
constexpr seconds kJwtLifetime{3600};  // the longest that Google takes
constexpr std::uint64_t kMostCredentialsBytes = 64 << 10;
constexpr const char* kDefaultMetadataHost = "metadata.google.internal";
constexpr const char* kMetadataTokenPath = "/computeMetadata/v1/instance/service-accounts/default/token";

// A token endpoint's refusal as an error. `who` is the source's description.
Error token_error(const HttpResponse& answer, const std::string& who) {
  const GoogleProblem problem = parse_google_problem(answer.body);
  Error error;
  error.message = fmt::format("no access token for the {}: HTTP {}{}{}", who, answer.status,
                              problem.message.empty() ? "" : ": ", problem.message);
  if (answer.status == 408 || answer.status == 429 || answer.status >= 500) {
    error.code = ErrorCode::kUnavailable;
    error.retry_after = answer.retry_after();
  } else {
    error.code = ErrorCode::kPermissionDenied;
    error.hint =
        "check that its key or login was not revoked, and that this machine's clock is right: "
        "a token asked for at another time is refused";
  }
  return error;
}

Result<AccessTokenAnswer> post_form(HttpClient& http, const std::string& token_uri, std::string_view form,
                                    const std::string& who) {
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = token_uri;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = {as_bytes(form)};
  Result<HttpResponse> answer = http.send(request);
  if (!answer) return fail(answer.error().in(fmt::format("no access token for the {}", who)));
  if (!answer->ok()) return fail(token_error(*answer, who));
  return parse_access_token(answer->body);
}

class ServiceAccountSource final : public TokenSource {
 public:
  ServiceAccountSource(GoogleCredentials credentials, std::shared_ptr<HttpClient> http,
                       std::shared_ptr<const Clock> clock)
      : credentials_(std::move(credentials)), http_(std::move(http)), clock_(std::move(clock)) {}

  Result<AccessTokenAnswer> fetch() override {
    const auto now = std::chrono::floor<seconds>(clock_->now().time_since_epoch());
    const JwtClaims claims{credentials_.client_email, std::string(kStorageScope), credentials_.token_uri,
                           now.count(), (now + kJwtLifetime).count()};
    const std::string input = jwt_signing_input(credentials_.private_key_id, claims);
    const Result<Bytes> signature = sign_rs256(credentials_.private_key_pem, as_bytes(input));
    if (!signature) return fail(signature.error().in(description()));
    const std::string form =
        fmt::format("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={}.{}", input,
                    base64url_encode(*signature));
    return post_form(*http_, credentials_.token_uri, form, description());
  }
  [[nodiscard]] std::string description() const override {
    return fmt::format("service account {}", credentials_.client_email);
  }

 private:
  const GoogleCredentials credentials_;
  const std::shared_ptr<HttpClient> http_;
  const std::shared_ptr<const Clock> clock_;
};

class AuthorizedUserSource final : public TokenSource {
 public:
  AuthorizedUserSource(GoogleCredentials credentials, std::shared_ptr<HttpClient> http)
      : credentials_(std::move(credentials)), http_(std::move(http)) {}

  Result<AccessTokenAnswer> fetch() override {
    const std::string form =
        fmt::format("grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}",
                    percent_encoded(credentials_.client_id), percent_encoded(credentials_.client_secret),
                    percent_encoded(credentials_.refresh_token));
    return post_form(*http_, credentials_.token_uri, form, description());
  }
  [[nodiscard]] std::string description() const override { return "user that gcloud logged in"; }

 private:
  const GoogleCredentials credentials_;
  const std::shared_ptr<HttpClient> http_;
};

// It is a hop away or nowhere: who forgot the credentials should not wait for it.
HttpClientOptions metadata_client_options() {
  HttpClientOptions options;
  options.connect_timeout = seconds(2);
  options.stall_timeout = seconds(10);
  return options;
}

class MetadataSource final : public TokenSource {
 public:
  explicit MetadataSource(std::string host) : host_(std::move(host)) {}

  Result<AccessTokenAnswer> fetch() override {
    HttpRequest request;
    request.url = fmt::format("http://{}{}", host_, kMetadataTokenPath);
    request.headers = {{"Metadata-Flavor", "Google"}};
    Result<HttpResponse> answer = http_.send(request);
    if (!answer) {
      Error error = answer.error().in("no credentials were given, and no metadata server answers");
      error.hint =
          "name a service account's key as the store's credentials file or in "
          "GOOGLE_APPLICATION_CREDENTIALS, "
          "or run on a machine of Google Cloud that has a service account";
      return fail(std::move(error));
    }
    // Elsewhere than at Google that name may lead to anybody, who must not be believed.
    if (answer->header("metadata-flavor") != "Google") {
      return fail(ErrorCode::kPermissionDenied,
                  fmt::format("{} answers, but is not Google's metadata server", host_),
                  "name a service account's key as the store's credentials file");
    }
    if (!answer->ok()) return fail(token_error(*answer, description()));
    return parse_access_token(answer->body);
  }
  [[nodiscard]] std::string description() const override { return "service account of this machine"; }

 private:
  const std::string host_;
  HttpClient http_{metadata_client_options()};
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Where gcloud keeps what `auth application-default login` made; empty: nowhere.
fs::path gcloud_credentials_file() {
  const std::string configuration = environment("CLOUDSDK_CONFIG");
  const std::string home = environment("HOME");
  if (configuration.empty() && home.empty()) return {};
  const fs::path folder = configuration.empty() ? fs::path(home) / ".config/gcloud" : fs::path(configuration);
  const fs::path file = folder / "application_default_credentials.json";
  std::error_code unreadable;  // then it is not ours to use
  return fs::exists(file, unreadable) ? file : fs::path();
}

Result<TokenSourcePtr> source_of_file(const fs::path& file, std::shared_ptr<HttpClient> http,
                                      std::shared_ptr<const Clock> clock) {
  const std::string context = fmt::format("credentials file {}", file.string());
  Result<Bytes> content = read_file(file, kMostCredentialsBytes);
  if (!content) {
    Error error = content.error().in(context);
    if (error.hint.empty())
      error.hint = "name the JSON file of a service account's key, which this user can read";
    return fail(std::move(error));
  }
  Result<GoogleCredentials> credentials = parse_google_credentials(*content);
  if (!credentials) return fail(credentials.error().in(context));
  if (const Status safe = check_url_for_secrets(credentials->token_uri); !safe) {
    return fail(safe.error().in(context));
  }
  return credentials_token_source(std::move(*credentials), std::move(http), std::move(clock));
}

}  // namespace

TokenSourcePtr credentials_token_source(GoogleCredentials credentials, std::shared_ptr<HttpClient> http,
                                        std::shared_ptr<const Clock> clock) {
  if (credentials.kind == GoogleCredentials::Kind::kAuthorizedUser) {
    return std::make_unique<AuthorizedUserSource>(std::move(credentials), std::move(http));
  }
  return std::make_unique<ServiceAccountSource>(std::move(credentials), std::move(http), std::move(clock));
}

TokenSourcePtr metadata_token_source(std::string host) {
  return std::make_unique<MetadataSource>(std::move(host));
}

Result<TokenSourcePtr> find_token_source(const std::string& file, std::shared_ptr<HttpClient> http,
                                         std::shared_ptr<const Clock> clock) {
  for (const fs::path& candidate :
       {fs::path(file), fs::path(environment("GOOGLE_APPLICATION_CREDENTIALS")), gcloud_credentials_file()}) {
    if (!candidate.empty()) return source_of_file(candidate, std::move(http), std::move(clock));
  }
  const std::string host = environment("GCE_METADATA_HOST");
  return metadata_token_source(host.empty() ? kDefaultMetadataHost : host);
}

TokenCache::TokenCache(TokenSourcePtr source, std::shared_ptr<const Clock> clock)
    : source_(std::move(source)), clock_(std::move(clock)) {}

bool TokenCache::holds() const {
  return !token_.empty() && clock_->now() < expires_at_;
}

Result<std::string> TokenCache::token() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (holds() && (fetching_ || clock_->now() < renew_at_)) return token_;
    if (!fetching_) break;
    const std::uint64_t awaited = fetches_;
    fetched_.wait(lock, [&] { return fetches_ != awaited; });
    // A storm of waiters must not ask, one after the other, what was just refused.
    if (has_failed_) return fail(failure_);
  }
  fetching_ = true;
  lock.unlock();
  Result<AccessTokenAnswer> fetched = source_->fetch();
  lock.lock();
  fetching_ = false;
  ++fetches_;
  keep(std::move(fetched));
  fetched_.notify_all();
  if (has_failed_) return fail(failure_);
  return token_;
}

void TokenCache::keep(Result<AccessTokenAnswer> fetched) {
  const Instant now = clock_->now();
  has_failed_ = !fetched && !holds();
  if (fetched) {
    token_ = std::move(fetched->access_token);
    expires_at_ = now + fetched->lifetime;
    // The metadata server hands out one token until shortly before its end.
    renew_at_ = expires_at_ - std::min(kRenewBeforeExpiry, fetched->lifetime / 2);
  } else if (has_failed_) {
    failure_ = std::move(fetched).error();
  } else {
    log::warning("{}; the old access token holds for now", fetched.error().message);
    renew_at_ = std::min(now + kPauseAfterFailure, expires_at_);
  }
}

void TokenCache::drop(std::string_view refused) {
  const std::scoped_lock lock(mutex_);
  if (token_ == refused) token_.clear();
}

}  // namespace skyhold
