#include "capture/odoo/installed_modules.h"

#include <algorithm>

#include "capture/pg_text.h"

namespace skyhold {

Result<std::vector<InstalledModule>> installed_modules(PgSession& session) {
  std::vector<InstalledModule> modules;
  const PgRows columns = TRY(session.query(
      "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = "
      "pg_catalog.to_regclass('public.ir_module_module') AND attname IN ('name', 'state', 'author') "
      "AND NOT attisdropped"));
  const auto has = [&](std::string_view name) {
    return std::any_of(columns.begin(), columns.end(), [&](const PgRow& row) { return row[0] == name; });
  };
  if (!has("name") || !has("state")) return modules;
  const std::string author = has("author") ? "author" : "NULL";
  const PgRows rows =
      TRY(session.query("SELECT name, " + author +
                        " FROM public.ir_module_module WHERE state IN ('installed', 'to upgrade', "
                        "'to remove') ORDER BY name COLLATE \"C\""));
  for (const PgRow& row : rows) modules.push_back({text_of(row[0]), text_of(row[1])});
  return modules;
}

bool is_module_name(std::string_view name) {
  constexpr std::size_t kMostBytes = 128;
  if (name.empty() || name.size() > kMostBytes || name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

}  // namespace skyhold
