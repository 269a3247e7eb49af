// Makes a copy of an Odoo database harmless: no mail, no cron, no payment, no call to the
// outside, and an identity of its own. Runs in a database that nobody uses yet.
//
// Odoo's modules bring their own SQL for it (<module>/data/neutralize.sql, Odoo 16 and later).
// Where an addons path has a module, its file runs; where not, the built-in rules of that module
// (neutralize_rules.h), which act only on tables and columns that exist.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "capture/pg_session.h"

namespace skyhold {

struct NeutralizeOptions {
  // The target's own, each a directory of modules; empty: the built-in rules alone.
  std::vector<std::filesystem::path> addons_paths;
};

// A kind of thing that reaches outside, and how many were live.
struct SwitchedOff {
  std::string kind;  // stable: "scheduled_actions", "outgoing_mail_servers", "payment_providers", …
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  std::vector<std::string> names;  // of those that were switched off, at most kMostNames
  static constexpr std::size_t kMostNames = 50;
};

struct NeutralizationScript {
  std::string module;
  std::string source;  // the file, or "built-in"
  bool built_in = false;
};

struct NeutralizationReport {
  bool odoo = true;          // false: not an Odoo database, nothing was to be done
  bool neutralized = false;  // false: only the identity is new
  bool new_identity = false;
  std::vector<SwitchedOff> switched_off;  // kinds that the database has
  std::vector<NeutralizationScript> scripts;
  // Installed modules that brought no rule and for which there is no built-in one: what they
  // do stays as it was. Most have nothing to switch off; those by others than Odoo S.A. are
  // worth a look.
  std::vector<std::string> modules_without_rule;
  std::vector<std::string> foreign_modules_without_rule;  // of those, not by Odoo S.A.
};

// What an exact restore onto the same branch keeps, and a copy must not share with its original.
enum class Identity {
  kKeep,  // a move: nothing changes
  kNew,   // a copy: new database.uuid, .secret and .create_date; web.base.url, the login
          // cooldown and the enterprise subscription reset
};

// kNotFound, or kInvalidArgument, unless each path is a directory: before anything is begun.
Status check_addons_paths(const NeutralizeOptions& options);

// All in one transaction, as the role that owns Odoo's tables, from which the SQL cannot
// get away: it runs inside a security definer function. kSource with the file's name when one
// fails, and nothing has changed then. `options` nullopt: the identity alone.
Result<NeutralizationReport> neutralize(PgSession& session, const std::optional<NeutralizeOptions>& options,
                                        Identity identity, Instant now);

// One JSON object, keys as the members above.
std::string neutralization_json(const NeutralizationReport& report);

}  // namespace skyhold
