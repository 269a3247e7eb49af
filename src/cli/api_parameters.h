// The values of the flags of commands that speak to the service.
#pragma once

#include <optional>
#include <string>

namespace skyhold {

struct ApiParameters {
  // Which service.
  std::string url;
  std::string ca_file;

  // login, token
  std::string server;  // login's URL
  std::string user;
  bool password_stdin = false;
  int expires_days = 90;

  // What is meant: each command has one positional at most, and a project beside it.
  std::string name;     // of a project, branch, member, token, account
  std::string id;       // of a backup, job, schedule, token
  std::string project;  // --project
  std::string branch;   // --branch
  std::string shell;    // completion

  // Changes. None: not given.
  std::optional<std::string> title;
  std::optional<std::string> display_name;
  std::optional<std::string> region;
  std::optional<int> objective_hours;
  std::optional<std::string> reason;
  std::string role;
  bool is_operator = false;

  // branch add, branch set
  std::optional<std::string> type;
  std::string odoo_conf;  // a file
  std::optional<std::string> filestore;
  std::optional<std::string> odoo_version;
  std::optional<std::string> addons_path;
  std::optional<std::string> before_swap;
  std::optional<std::string> after_swap;

  // schedule add
  std::string cron;
  std::string refresh_from;

  // restore, undo, refresh, delete
  std::string to;
  std::string new_branch;
  bool exact = false;
  bool neutralized = false;
  bool safety_backup = true;
  bool preview = false;
  std::string from;
  bool fresh = false;
  std::string confirm;

  // Work that is waited for.
  bool wait = true;
  std::string note;
  bool read_data = false;
  bool tables = false;

  // download
  bool link = false;

  // import
  bool on_server = false;
  std::string from_backup;  // "PROJECT/BACKUP"
  std::string resume;       // an upload's id

  // Lists.
  int limit = 100;
  std::string after;
  std::string search;
  std::string health;
  std::string sort;
  std::string kind;
  std::string state;
  bool active = false;
  std::string since;
  std::string until;
  std::string actor;
  std::string action;

  // retention set, retention preview
  std::optional<int> keep_daily;
  std::optional<int> keep_weekly;
  std::optional<int> keep_monthly;
  std::optional<int> manual_days;
  std::optional<int> imported_days;
  std::optional<int> safety_days;
};

}  // namespace skyhold
