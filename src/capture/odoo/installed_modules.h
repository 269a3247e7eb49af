// Which modules an Odoo database has, as their neutralization wants to know it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capture/pg_session.h"

namespace skyhold {

struct InstalledModule {
  std::string name;
  std::string author;  // "Odoo S.A." for Odoo's own
};

// Modules in state installed, to upgrade or to remove, by name; none when it is not an Odoo database.
Result<std::vector<InstalledModule>> installed_modules(PgSession& session);

// A module's name is a directory's: letters, digits, "_", "-" and ".", at most 128 bytes, not "." or "..".
bool is_module_name(std::string_view name);

}  // namespace skyhold
