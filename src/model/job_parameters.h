// What a job was asked to do, by kind: Job::parameters, read and written. Whoever enqueues and
// whoever works agree on these alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace skyhold {

// JobKind::kRestore. Job::branch is the target, Job::backup_id what is restored.
struct RestoreParameters {
  bool neutralize = true;
  bool new_identity = true;   // it becomes a copy: see capture/odoo/neutralize.h
  bool safety_backup = true;  // of what will be replaced, if there is something
  bool new_branch = false;    // nothing may be there yet

  friend bool operator==(const RestoreParameters&, const RestoreParameters&) = default;
};

// JobKind::kRefresh. Job::branch is the target.
struct RefreshParameters {
  std::string source;  // a branch
  bool fresh = false;  // take a new backup of it first

  friend bool operator==(const RefreshParameters&, const RefreshParameters&) = default;
};

// JobKind::kVerify.
struct VerifyParameters {
  bool read_data = false;  // every byte; else a rolling share of them each time

  friend bool operator==(const VerifyParameters&, const VerifyParameters&) = default;
};

// JobKind::kForget.
struct ForgetParameters {
  std::vector<std::string> backups;  // ids; none: what the rules do not keep

  friend bool operator==(const ForgetParameters&, const ForgetParameters&) = default;
};

// What of an import becomes a backup.
enum class ImportAcceptance {
  kNothing,   // the report alone
  kClean,     // what has no warning
  kWarnings,  // what is not refused
};
std::string_view to_string(ImportAcceptance acceptance);  // "nothing", "clean", "warnings"
Result<ImportAcceptance> parse_import_acceptance(std::string_view text);

// JobKind::kImport. Job::branch is what it is meant for. One of the four sources.
struct ImportParameters {
  std::string upload;     // an id
  std::string file_name;  // of the upload, for people
  std::string path;       // on the worker's machine
  std::string url;        // of a file or an object
  std::string project;    // whose backup it is
  std::string backup;     // its id
  std::string note;
  ImportAcceptance accept = ImportAcceptance::kNothing;

  friend bool operator==(const ImportParameters&, const ImportParameters&) = default;
};

std::string to_json(const RestoreParameters& parameters);
std::string to_json(const RefreshParameters& parameters);
std::string to_json(const VerifyParameters& parameters);
std::string to_json(const ForgetParameters& parameters);
std::string to_json(const ImportParameters& parameters);
// kCorrupt for text that to_json() did not write; what is missing has its default.
Result<RestoreParameters> parse_restore_parameters(std::string_view json);
Result<RefreshParameters> parse_refresh_parameters(std::string_view json);
Result<VerifyParameters> parse_verify_parameters(std::string_view json);
Result<ForgetParameters> parse_forget_parameters(std::string_view json);
Result<ImportParameters> parse_import_parameters(std::string_view json);

}  // namespace skyhold
