#include "capture/pg_target.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace skyhold {
namespace {

struct ConninfoFree {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
struct LibpqFree {
  void operator()(char* text) const { PQfreemem(text); }
};

constexpr std::string_view kFormHint =
    "write postgresql://user@host:5432/database, with characters such as @ : / ? # in a user name or "
    "password percent-encoded (%40 for @), or \"host=… port=… user=… dbname=…\"";

std::string find(const std::vector<std::pair<std::string, std::string>>& parameters, std::string_view key) {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const auto& each) { return each.first == key; });
  return found == parameters.end() ? std::string() : found->second;
}

// A peer that is gone without a word is noticed in about two minutes; the kernel's own
// two hours are longer than a night's work may hang.
void add_default_parameters(std::vector<std::pair<std::string, std::string>>& parameters) {
  const std::array<std::pair<const char*, const char*>, 3> defaults{
      {{"keepalives_idle", "60"}, {"keepalives_interval", "10"}, {"keepalives_count", "6"}}};
  for (const auto& [key, value] : defaults) {
    if (find(parameters, key).empty()) parameters.emplace_back(key, value);
  }
}

// A password whose @ or / was not encoded ends up in what libpq takes for the host, port
// or database, and those are shown to people: such a URL is refused.
bool holds_stray_separator(std::string_view text) {
  const auto scheme = text.find("://");
  if (!text.starts_with("postgres") || scheme == std::string_view::npos) return false;
  const std::string_view rest = text.substr(scheme + 3, text.substr(scheme + 3).find('?'));
  const auto at = rest.find('@');
  if (at == std::string_view::npos) return false;
  return rest.find('/') < at || rest.find('@', at + 1) != std::string_view::npos;
}

}  // namespace

Result<PgTarget> PgTarget::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument, "the PostgreSQL URL holds a zero byte", std::string(kFormHint));
  }
  char* raw_complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, ConninfoFree> options(
      PQconninfoParse(std::string(text).c_str(), &raw_complaint));
  // libpq's complaint quotes the text, and with it perhaps a password: it is dropped.
  const std::unique_ptr<char, LibpqFree> complaint(raw_complaint);
  PgTarget target;
  if (options) {
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
      if (option->val != nullptr) target.parameters_.emplace_back(option->keyword, option->val);
    }
  }
  if (!options || holds_stray_separator(text)) {
    return fail(ErrorCode::kInvalidArgument,
                "this is not a PostgreSQL URL or keyword string (not shown: it may hold a password)",
                std::string(kFormHint));
  }
  add_default_parameters(target.parameters_);
  target.database_ = find(target.parameters_, "dbname");
  target.password_ = find(target.parameters_, "password");
  if (target.database_.empty()) {
    // libpq would fall back to the user's name, which is never what a backup means.
    return fail(ErrorCode::kInvalidArgument, "the PostgreSQL URL names no database",
                "put the database's name after the host: postgresql://user@host:5432/database");
  }
  return target;
}

PgTarget PgTarget::with_database(std::string_view name) const {
  PgTarget other = *this;
  other.database_ = name;
  for (auto& [key, value] : other.parameters_) {
    if (key == "dbname") value = name;
  }
  return other;
}

PgTarget PgTarget::with_login(std::string_view user, std::string_view password) const {
  PgTarget other = *this;
  other.password_ = password;
  std::erase_if(other.parameters_, [](const auto& each) {
    return each.first == "user" || each.first == "password" || each.first == "passfile" ||
           each.first == "options";
  });
  other.parameters_.emplace_back("user", user);
  other.parameters_.emplace_back("password", password);
  return other;
}

std::string PgTarget::describe() const {
  std::string host = find(parameters_, "host");
  if (host.empty()) host = find(parameters_, "hostaddr");
  const std::string port = find(parameters_, "port");
  const std::string user = find(parameters_, "user");
  std::string text = database_;
  if (!host.empty()) text += fmt::format(" on {}{}{}", host, port.empty() ? "" : ":", port);
  if (host.empty() && !port.empty()) text += fmt::format(" on port {}", port);
  if (!user.empty()) text += fmt::format(" as {}", user);
  return text;
}

}  // namespace skyhold
