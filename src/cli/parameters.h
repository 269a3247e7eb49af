// The values of all flags, as one plain struct, and what they mean.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "capture/pg_target.h"
#include "cli/api_parameters.h"
#include "model/progress.h"
#include "operations/restore/hooks.h"
#include "policy/retention.h"

namespace skyhold {

// Looks an environment variable up.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct Parameters {
  // Of every command.
  bool json = false;
  std::string progress = "auto";  // auto, bar, json, none
  bool verbose = false;

  // Which repository.
  std::vector<std::string> stores;           // URLs, or names in the settings
  std::optional<std::string> settings_file;  // none: the usual place; empty: no settings at all
  Environment environment;                   // for what stores look up in it
  std::string key_file;
  std::string project;

  // Which branch.
  std::string branch;
  std::string database;
  std::string database_file;
  std::string database_from_environment;
  std::string filestore;  // empty: none

  // backup
  std::string kind = "manual";
  std::string note;
  bool reread_files = false;
  bool mend = true;
  int jobs = 0;  // also restore's; 0: one a core, at least 2

  // show, restore, undo-restore
  std::string snapshot;
  bool all = false;
  bool replace = false;
  std::string check = "counted";
  std::string owner;
  bool neutralize = false;
  bool exact = false;
  std::string identity;                   // keep, new; empty: new with --neutralize
  std::vector<std::string> addons_paths;  // with --neutralize
  std::string before_swap;                // also undo-restore's
  std::string after_swap;
  bool keep = false;
  bool discard = false;

  std::string from;  // restore, show: this store alone

  // verify, mend
  bool read_data = false;
  std::string share;  // "1/30"

  // unforget
  std::string since;

  // forget
  std::vector<std::string> snapshots;
  std::optional<int> keep_daily;
  std::optional<int> keep_weekly;
  std::optional<int> keep_monthly;
  std::string time_zone = "UTC";
  bool dry_run = false;

  // prune
  std::string grace = "24h";
  double max_unused_percent = 5;

  // serve, worker, recover
  std::string config_file;
  std::string region;

  // export
  struct Export {
    std::string format;
    std::string output;
    bool without_filestore = false;
    std::string table;
    std::string table_format = "csv";
    std::string file;
    std::vector<std::string> recipients;
    std::string passphrase_file;
  };
  Export exported;

  // import
  struct Import {
    std::string file;    // "-": standard input
    std::string accept;  // nothing, clean, warnings; empty: clean, or nothing of a dry run
    std::string odoo_version;
    std::vector<std::string> extensions;
    int max_database_gigabytes = 500;
    int max_hours = 12;
  };
  Import imported;

  // init, key new
  std::string recovery_kit;
  std::string new_key_file;

  ApiParameters api;
};

// Parameters with what the environment says; flags are laid over them.
Parameters parameters_from(const Environment& environment);

// "1/30" as 30. kInvalidArgument unless it is one part of 2 to 1000.
Result<std::uint32_t> parse_share(std::string_view text);

// "latest", or 4 to 64 hex digits. The message holds `text` only when it cannot be a
// URL or a password that went astray.
Status check_snapshot_text(const std::string& text);

// Names of projects and branches: some text, without control characters, at most 200 bytes.
Status check_name(std::string_view flag, const std::string& name);

// What an import keeps: "nothing", "clean" or "warnings", by --accept or --dry-run, which must agree.
Status check_acceptance(const Parameters& parameters);
std::string acceptance(const Parameters& parameters);

// Exactly one of --database and --database-file, or else SKYHOLD_DATABASE.
Status check_database_is_named(const Parameters& parameters);
Result<std::string> database_text(const Parameters& parameters);
Result<PgTarget> database_target(const Parameters& parameters);
// Other users can read a running program's command line.
void warn_of_password_in_flag(const Parameters& parameters, const PgTarget& target, ProgressSink& progress);

// --before-swap and --after-swap.
RestoreHooks restore_hooks(const Parameters& parameters);

// Nothing when snapshots are named outright.
std::optional<RetentionPolicy> retention_policy(const Parameters& parameters);

}  // namespace skyhold
