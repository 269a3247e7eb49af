// What Skyhold itself knows to switch off in an Odoo database, for modules whose own SQL is
// not at hand. Versions 15 to 19; a rule applies where its table and columns exist.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/pg_session.h"

namespace skyhold {

struct NeutralizeRule {
  std::string module;   // "*": of no module in particular
  std::string kind;     // SwitchedOff::kind; empty: nothing to report
  std::string table;    // in schema public, here known as t
  std::string columns;  // that must exist, parted by spaces
  std::string live;     // which rows reach outside
  std::string action;   // the SET list that stops them, or kDelete
  std::string spared;   // live rows that may stay so; empty: none
};
inline constexpr std::string_view kDelete = "DELETE";

// Which tables of schema public have which columns.
using PublicColumns = std::map<std::string, std::set<std::string>, std::less<>>;
Result<PublicColumns> public_columns(PgSession& session);
bool has_columns(const PublicColumns& columns, std::string_view table, std::string_view wanted);

// Those that apply to such a database, base's first. Test flags of localizations and payment
// terminals are found by their names: l10n_xx_edi_test_env, adyen_test_mode, ….
std::vector<NeutralizeRule> applicable_rules(const PublicColumns& columns);

// Modules that have a rule at all, whether it applies or not.
bool has_built_in_rule(std::string_view module);

// UPDATE or DELETE.
std::string rule_sql(const NeutralizeRule& rule);

// Sets a configuration parameter, there or not.
std::string set_parameter_sql(const PublicColumns& columns, std::string_view key, std::string_view value);
// What base's rules need beside switching off: the mark of a neutralized database, and a mail
// server that leads nowhere, for Odoo falls back to its command line's when it finds none.
std::vector<std::string> base_additions_sql(const PublicColumns& columns);

}  // namespace skyhold
