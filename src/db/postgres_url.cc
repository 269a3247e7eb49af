#include "db/postgres_url.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace skyhold {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
struct FreeText {
  void operator()(char* text) const { PQfreemem(text); }
};

constexpr std::string_view kFormHint =
    "write postgresql://user@host:5432/database, with characters such as @ : / ? # in a user name or "
    "password percent-encoded (%40 for @)";

// Of several hosts the one that takes writes; a peer that is gone without a word is noticed
// within a minute, not in the kernel's two hours.
constexpr std::pair<std::string_view, std::string_view> kDefaults[] = {
    {"target_session_attrs", "read-write"},  {"connect_timeout", "10"}, {"keepalives_idle", "30"},
    {"keepalives_interval", "10"},           {"keepalives_count", "3"}, {"tcp_user_timeout", "60000"},
    {"fallback_application_name", "skyhold"}};

// A password whose @ or / was not encoded ends up in what libpq takes for the host, and that is
// shown to people: such a URL is refused.
bool holds_stray_separator(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return true;
  const std::string_view rest = text.substr(scheme + 3, text.substr(scheme + 3).find('?'));
  const auto at = rest.find('@');
  if (at == std::string_view::npos) return false;
  return rest.find('/') < at || rest.find('@', at + 1) != std::string_view::npos;
}

}  // namespace

Result<PostgresUrl> PostgresUrl::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument, "the catalog's PostgreSQL URL holds a zero byte",
                std::string(kFormHint));
  }
  char* raw_complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(std::string(text).c_str(), &raw_complaint));
  // libpq's complaint quotes the text, and with it perhaps a password: it is dropped.
  const std::unique_ptr<char, FreeText> complaint(raw_complaint);
  if (!options || holds_stray_separator(text)) {
    return fail(ErrorCode::kInvalidArgument,
                "the catalog's PostgreSQL URL cannot be understood (not shown: it may hold a password)",
                std::string(kFormHint));
  }
  PostgresUrl url;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) url.parameters_.emplace_back(option->keyword, option->val);
  }
  if (url.value("dbname").empty()) {
    return fail(ErrorCode::kInvalidArgument, "the catalog's PostgreSQL URL names no database",
                "put the database's name after the host: postgresql://user@host:5432/database");
  }
  for (const auto& [keyword, standard] : kDefaults) {
    if (url.value(keyword).empty()) url.parameters_.emplace_back(keyword, standard);
  }
  url.parameters_.emplace_back("client_encoding", "UTF8");  // the last one counts
  return url;
}

std::string PostgresUrl::value(std::string_view keyword) const {
  const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                  [&](const auto& each) { return each.first == keyword; });
  return found == parameters_.end() ? std::string() : found->second;
}

std::string PostgresUrl::describe() const {
  const std::string host = value("host").empty() ? value("hostaddr") : value("host");
  const std::string port = value("port");
  const std::string user = value("user");
  std::string text = value("dbname");
  if (!host.empty()) text += fmt::format(" on {}{}{}", host, port.empty() ? "" : ":", port);
  if (!user.empty()) text += fmt::format(" as {}", user);
  return text;
}

std::string PostgresUrl::redacted(std::string text) const {
  const std::string password = value("password");
  if (password.empty()) return text;
  for (auto at = text.find(password); at != std::string::npos; at = text.find(password, at + 3)) {
    text.replace(at, password.size(), "***");
  }
  return text;
}

}  // namespace skyhold
