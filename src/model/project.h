// Projects, their branches and people, as the catalog keeps them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace skyhold {

enum class BranchType { kProduction, kStaging, kDevelopment };
std::string_view to_string(BranchType type);  // "production", "staging", "development"
Result<BranchType> parse_branch_type(std::string_view text);

// What one may do. An operator is one by account; the others are members of a project.
enum class Role { kNone, kUser, kAdmin, kOperator };
std::string_view to_string(Role role);                  // "none", "user", "admin", "operator"
Result<Role> parse_member_role(std::string_view text);  // "user" or "admin"

// How long backups of a project live. Days of what is not automatic; 0: until deleted.
struct RetentionRules {
  int keep_daily = 7;
  int keep_weekly = 4;
  int keep_monthly = 2;
  int manual_days = 30;
  int imported_days = 0;
  int safety_days = 7;

  friend bool operator==(const RetentionRules&, const RetentionRules&) = default;
};

struct Project {
  std::string name;    // its id: a slug, see check_slug()
  std::string title;   // for people
  std::string region;  // of the settings
  RetentionRules retention;
  int objective_hours = 26;  // the last good backup of production may be so old
  bool paused = false;       // no automatic backups
  std::string paused_reason;
  std::string repository_id;     // hex; empty until its repository is made
  std::string wrapped_recovery;  // the recovery password, wrapped by the master key
  Instant created_at;
};

struct Branch {
  std::string project;
  std::string name;  // a slug
  BranchType type = BranchType::kDevelopment;
  std::string wrapped_database_url;  // wrapped by the master key: it may hold a password
  std::string database_label;        // "acme on db1:5432 as odoo", for people
  std::string database_server;       // "db1:5432": what caps of concurrent work count by
  std::string filestore;             // a directory; empty: none
  std::string addons_path;           // directories parted by ','; empty: not known
  std::string odoo_version;          // "17.0"; empty: not known
  std::string before_swap;           // commands that stop and start Odoo around a restore
  std::string after_swap;
  Instant created_at;
};

// When a branch, or every branch of a type, is backed up by itself.
struct Schedule {
  std::string id;  // "sc_…"
  std::string project;
  std::string branch;              // a branch's name, or "*production": whichever is the production branch
  std::string cron = "0 1 * * *";  // in platform time
  // Restores `refresh_source`'s newest backup onto `branch`, neutralized, instead of a backup.
  std::string refresh_source;
  bool enabled = true;
  Instant created_at;
  Instant active_since{};  // created, changed or switched on again; the catalog keeps it
};
inline constexpr std::string_view kProductionBranch = "*production";

// 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit: a name that is safe
// in URLs, in paths and as a part of database names.
Status check_slug(std::string_view what, std::string_view text);

// Text for people: valid UTF-8 without control characters, at most `most_bytes`.
Status check_text(std::string_view what, std::string_view text, std::size_t most_bytes);

// For what a machine wrote (an error's words, a server's version) and must not be lost for its
// form: control characters become blanks, what is not UTF-8 becomes U+FFFD, and what is longer
// is cut between two characters and ends with "…".
std::string clean_text(std::string_view text, std::size_t most_bytes);

}  // namespace skyhold
