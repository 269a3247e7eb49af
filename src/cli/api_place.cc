// Which service a command speaks to, and what an answer of it means that is no success.
#include <fmt/format.h>

#include "cli/api_client.h"
#include "cli/format.h"

namespace skyhold {
namespace {

constexpr std::string_view kUsualUrl = "http://127.0.0.1:8470";
constexpr std::size_t kMostShownBytes = 1000;

std::string variable(const Parameters& parameters, const std::string& name) {
  return parameters.environment ? parameters.environment(name).value_or("") : std::string();
}

Result<std::string> checked_url(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  // A query or a user in it would be a mistake, and may be a secret.
  if (is_http && url.find_first_of("?#@ ") == std::string::npos && printable(url) == url) return url;
  return fail(ErrorCode::kInvalidArgument, "the service's address is not a URL of http or https",
              "write it like https://backups.example.com, without user, password or query");
}

Result<std::optional<SavedSignIn>> saved(const Parameters& parameters) {
  return load_sign_in(TRY(saved_sign_in_path(parameters.environment)));
}

std::string first_of(std::initializer_list<std::string> candidates) {
  for (const std::string& candidate : candidates) {
    if (!candidate.empty()) return candidate;
  }
  return {};
}

// For a name that the table of errors does not have.
ErrorCode code_of_status(int status) {
  switch (status) {
    case 401:
    case 403: return ErrorCode::kPermissionDenied;
    case 404: return ErrorCode::kNotFound;
    case 409: return ErrorCode::kAlreadyExists;
    case 423: return ErrorCode::kBusy;
    case 408:
    case 429:
    case 502:
    case 503:
    case 504: return ErrorCode::kUnavailable;
    case 501: return ErrorCode::kUnsupported;
    case 507: return ErrorCode::kNoSpace;
    default: return status >= 400 && status < 500 ? ErrorCode::kInvalidArgument : ErrorCode::kInternal;
  }
}

std::string usual_hint(const HttpResponse& response, const std::string& url) {
  if (response.status == 401) return fmt::format("run `skyhold login {}`", url);
  if (response.status >= 300 && response.status < 400) {
    return "the server sends elsewhere: give the address where it is, with https:// if it has TLS";
  }
  return {};
}

}  // namespace

Result<ApiPlace> api_place(const Parameters& parameters) {
  const std::string named = first_of({parameters.api.url, variable(parameters, "SKYHOLD_URL")});
  const std::string token = variable(parameters, "SKYHOLD_TOKEN");
  const std::string ca_file = first_of({parameters.api.ca_file, variable(parameters, "SKYHOLD_CA_FILE")});
  // A script that names both needs no file, nor a home.
  if (!named.empty() && !token.empty()) return ApiPlace{TRY(checked_url(named)), token, ca_file};
  const std::optional<SavedSignIn> sign_in = TRY(saved(parameters));
  const std::string url =
      TRY(checked_url(first_of({named, sign_in ? sign_in->url : std::string(), std::string(kUsualUrl)})));
  const bool same = sign_in && sign_in->url == url;
  if (token.empty() && !same) {
    return fail(ErrorCode::kPermissionDenied, fmt::format("nobody is signed in at {}", url),
                fmt::format("run `skyhold login {}`; scripts set SKYHOLD_URL and SKYHOLD_TOKEN", url));
  }
  return ApiPlace{url, first_of({token, same ? sign_in->token : std::string()}),
                  first_of({ca_file, same ? sign_in->ca_file : std::string()})};
}

Result<ApiPlace> sign_in_place(const Parameters& parameters, const std::string& wanted) {
  const std::optional<SavedSignIn> sign_in = TRY(saved(parameters));
  const std::string url =
      TRY(checked_url(first_of({wanted, parameters.api.url, variable(parameters, "SKYHOLD_URL"),
                                sign_in ? sign_in->url : std::string(), std::string(kUsualUrl)})));
  const std::string ca_file = first_of({parameters.api.ca_file, variable(parameters, "SKYHOLD_CA_FILE")});
  const bool same = sign_in && sign_in->url == url;
  return ApiPlace{url, "", first_of({ca_file, same ? sign_in->ca_file : std::string()})};
}

std::optional<ErrorCode> error_code_named(std::string_view name) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    if (traits(static_cast<ErrorCode>(code)).name == name) return static_cast<ErrorCode>(code);
  }
  return std::nullopt;
}

Error error_of_answer(const HttpResponse& response, const std::string& url) {
  Error error;
  const auto json = ApiJson::parse(as_text(response.body));
  const std::string name = json ? json->text("code") : std::string();
  error.code = error_code_named(name).value_or(code_of_status(response.status));
  error.retry_after = response.retry_after();
  error.message = json ? truncated(json->text("title"), kMostShownBytes) : std::string();
  error.hint = json ? truncated(json->text("hint"), kMostShownBytes) : std::string();
  if (error.message.empty()) error.message = fmt::format("{} answered with status {}", url, response.status);
  if (const std::string field = json ? json->text("field") : std::string(); !field.empty()) {
    error.message += fmt::format(" ({})", truncated(field, kMostShownBytes));
  }
  if (error.hint.empty()) error.hint = usual_hint(response, url);
  if (const std::string request = json ? json->text("request_id") : std::string();
      !request.empty() && error.code == ErrorCode::kInternal) {
    error.message += fmt::format(" (request {})", request);
  }
  return error;
}

}  // namespace skyhold
