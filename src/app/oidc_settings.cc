#include "app/oidc_settings.h"

#include <sys/stat.h>

#include <algorithm>

#include "access/oidc_documents.h"
#include "io/durable_file.h"
#include "stores/settings_value.h"

namespace skyhold {
namespace {

using namespace settings;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kMostSecretBytes = 1000;
constexpr std::size_t kMostDomains = 100;
constexpr std::size_t kMostScopes = 20;

template <auto Member>
Status read_option(const Value& value, OidcSettings& settings) {
  settings.options.*Member = TRY(value.text());
  return {};
}

Status read_issuer(const Value& value, OidcSettings& settings) {
  std::string issuer = TRY(value.text());
  if (!is_oidc_url(issuer) || issuer.find('?') != std::string::npos) {
    return value.refuse("is not the address of a provider",
                        "write it as the provider does: \"https://id.example.com\"");
  }
  settings.options.issuer = std::move(issuer);
  return {};
}

Status read_scopes(const Value& value, OidcSettings& settings) {
  const std::vector<std::string> scopes = TRY(value.texts(1, kMostScopes));
  if (std::find(scopes.begin(), scopes.end(), "openid") == scopes.end()) {
    return value.refuse("lacks \"openid\", without which nobody is signed in",
                        "write [\"openid\", \"email\", \"profile\"]");
  }
  settings.options.scopes = fmt::format("{}", fmt::join(scopes, " "));
  return {};
}

Status read_domains(const Value& value, OidcSettings& settings) {
  for (std::string domain : TRY(value.texts(1, kMostDomains))) {
    std::transform(domain.begin(), domain.end(), domain.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    if (domain.find('@') != std::string::npos || domain.find('.') == std::string::npos) {
      return value.refuse(fmt::format("has \"{}\", which is no domain", domain.substr(0, 100)),
                          "write what stands behind the @: [\"example.com\"]");
    }
    settings.options.allowed_email_domains.push_back(std::move(domain));
  }
  return {};
}

Status refuse_secret(const Value& value, OidcSettings&) {
  return value.refuse(
      "may not stand in this file",
      "put it into a file that only Skyhold's user may read, and name that: client_secret_file");
}

Status read_secret_file(const Value& value, OidcSettings& settings) {
  settings.client_secret_file = TRY(value.absolute_path());
  return {};
}

Status read_ca_file(const Value& value, OidcSettings& settings) {
  settings.options.ca_file = TRY(value.absolute_path());
  return {};
}

Status read_create_accounts(const Value& value, OidcSettings& settings) {
  settings.options.create_accounts = TRY(value.boolean());
  return {};
}

constexpr std::array<Field<OidcSettings>, 11> kFields{{
    {"issuer", "", read_issuer},
    {"client_id", "", read_option<&OidcOptions::client_id>},
    {"client_secret", "", refuse_secret},
    {"client_secret_file", "", read_secret_file},
    {"scopes", "", read_scopes},
    {"label", "", read_option<&OidcOptions::label>},
    {"create_accounts", "", read_create_accounts},
    {"allowed_email_domains", "", read_domains},
    {"operator_claim", "", read_option<&OidcOptions::operator_claim>},
    {"operator_value", "", read_option<&OidcOptions::operator_value>},
    {"ca_file", "", read_ca_file},
}};

// "id.example.com" of "https://id.example.com/realms/staff".
std::string host_of(std::string_view url) {
  const std::string_view rest = url.substr(url.find("://") + 3);
  return std::string(rest.substr(0, rest.find('/')));
}

}  // namespace

Status read_oidc_settings(const Value& value, OidcSettings& settings) {
  TRY(read_fields<OidcSettings>(value, kFields, "", settings));
  OidcOptions& options = settings.options;
  if (options.issuer.empty() || options.client_id.empty()) {
    return value.refuse("lacks its issuer or its client_id", "give both, as the provider names them");
  }
  if (options.operator_claim.empty() != options.operator_value.empty()) {
    return value.refuse("names a claim for operators without its value, or a value without its claim",
                        "give both operator_claim and operator_value");
  }
  if (options.label.empty()) options.label = host_of(options.issuer);
  return {};
}

Result<OidcOptions> load_oidc_options(const OidcSettings& settings) {
  OidcOptions options = settings.options;
  const std::string& path = settings.client_secret_file;
  if (path.empty()) return options;
  const Result<Bytes> bytes = read_file(path, kMostSecretBytes);
  if (!bytes) return fail(bytes.error().in("reading oidc.client_secret_file"));
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || (status.st_mode & S_IRWXO) != 0) {
    return fail(ErrorCode::kPermissionDenied,
                fmt::format("anybody on this machine may read {}, which holds a secret", path),
                fmt::format("close it: chmod o= {}", path));
  }
  std::string_view secret = as_text(*bytes);
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.remove_suffix(1);
  if (secret.empty() || secret.find('\n') != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} holds no secret of one line", path),
                "put the client's secret into it, as the provider shows it, and nothing else");
  }
  options.client_secret = secret;
  return options;
}

}  // namespace skyhold
