#include "operations/restore/session_settings.h"

#include <algorithm>
#include <array>

#include "capture/sql/sql_lexer.h"

namespace skyhold {
namespace {

constexpr std::array<std::string_view, 8> kOurOwn = {
    "statement_timeout",   "lock_timeout",         "idle_in_transaction_session_timeout",
    "transaction_timeout", "idle_session_timeout", "client_min_messages",
    "row_security",        "search_path",
};

}  // namespace

bool SessionSettings::take(std::string_view sql) {
  // The script's way to set the search path, which in our sessions is empty already.
  if (sql.starts_with("SELECT pg_catalog.set_config('search_path', '',")) return true;
  SqlLexer lexer(sql);
  const auto verb = lexer.next();
  const auto name = lexer.next();
  const auto equals = lexer.next();
  if (!verb || !name || !equals || !verb->is_word("set") || !name->is_name() || !equals->is_symbol('=')) {
    return false;
  }
  const std::string setting = name->name();
  if (std::find(kOurOwn.begin(), kOurOwn.end(), setting) == kOurOwn.end()) {
    statements_[setting] = std::string(sql);
  }
  return true;
}

std::string SessionSettings::sql() const {
  std::string text;
  for (const auto& [name, statement] : statements_) text += statement + ";\n";
  return text;
}

}  // namespace skyhold
