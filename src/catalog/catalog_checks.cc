#include "catalog/catalog_checks.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/id.h"
#include "base/utf8.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostTitleBytes = 200;
constexpr std::size_t kMostNoteBytes = 500;
constexpr std::size_t kMostLabelBytes = 500;
constexpr std::size_t kMostSecretBytes = 8192;
constexpr std::size_t kMostPathBytes = 4096;
constexpr std::size_t kMostCommandBytes = 4000;
constexpr std::size_t kMostVersionBytes = 100;
constexpr std::size_t kMostCronBytes = 200;
constexpr std::size_t kMostIdBytes = 64;
constexpr std::size_t kMostCopies = 16;
constexpr int kMostKept = 3660;  // ten years of days
constexpr int kMostObjectiveHours = 24 * 366;

Status check_between(std::string_view what, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value >= least && value <= most) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{} cannot be {}: it is {} to {}", what, value, least, most));
}

Status check_counts(std::initializer_list<std::pair<std::string_view, std::int64_t>> counts) {
  for (const auto& [what, value] : counts) {
    if (value < 0) return fail(ErrorCode::kInvalidArgument, fmt::format("{} cannot be {}", what, value));
  }
  return {};
}

// A wrapped secret is base64, so whatever else it holds is not one.
Status check_wrapped(std::string_view what, std::string_view text) {
  TRY(check_text(what, text, kMostSecretBytes));
  const bool base64 = std::all_of(text.begin(), text.end(), [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') ||
           each == '+' || each == '/' || each == '=';
  });
  if (base64) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not wrapped by the master key", what));
}

Status check_hex_id(std::string_view what, std::string_view text) {
  if (text.empty() || Id::from_hex(text)) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not 64 hex digits", what));
}

Status check_optional_id(std::string_view what, std::string_view text) {
  if (text.empty()) return {};
  return check_id(what, text);
}

bool is_absolute_path(std::string_view path) {
  return path.starts_with('/') && path.find("/../") == std::string_view::npos && !path.ends_with("/..");
}

Status check_path(std::string_view what, std::string_view path) {
  TRY(check_text(what, path, kMostPathBytes));
  if (path.empty() || is_absolute_path(path)) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not an absolute path", what),
              "write it from the root, without \"..\"");
}

Status check_retention(const RetentionRules& rules) {
  TRY(check_between("the number of daily backups to keep", rules.keep_daily, 0, kMostKept));
  TRY(check_between("the number of weekly backups to keep", rules.keep_weekly, 0, kMostKept));
  TRY(check_between("the number of monthly backups to keep", rules.keep_monthly, 0, kMostKept));
  TRY(check_between("the days to keep manual backups", rules.manual_days, 0, kMostKept));
  TRY(check_between("the days to keep imported backups", rules.imported_days, 0, kMostKept));
  TRY(check_between("the days to keep safety backups", rules.safety_days, 0, kMostKept));
  // The newest good backup is kept in any case; but whoever wants only that one surely mistyped.
  if (rules.keep_daily + rules.keep_weekly + rules.keep_monthly > 0) return {};
  return fail(ErrorCode::kInvalidArgument, "the rules keep no daily, no weekly and no monthly backup",
              "keep at least one of them; to have no automatic backups, pause the project");
}

Status check_branch_reference(std::string_view what, std::string_view branch) {
  if (branch == kProductionBranch) return {};
  return check_slug(what, branch);
}

}  // namespace

Status check_given_text(std::string_view what, std::string_view text, std::size_t most_bytes) {
  if (text.empty()) return fail(ErrorCode::kInvalidArgument, fmt::format("{} is empty", what));
  return check_text(what, text, most_bytes);
}

Status check_id(std::string_view what, std::string_view text) {
  const bool fits =
      !text.empty() && text.size() <= kMostIdBytes &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
  if (fits) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{} cannot be \"{}\"", what, clean_text(text, kMostIdBytes)));
}

Status check_project(const Project& project) {
  TRY(check_slug("the name of a project", project.name));
  TRY(check_text("the title of a project", project.title, kMostTitleBytes));
  TRY(check_given_text("the region of a project", project.region, kMostLabelBytes));
  TRY(check_retention(project.retention));
  TRY(check_between("the hours that the last good backup may be old", project.objective_hours, 1,
                    kMostObjectiveHours));
  TRY(check_text("the reason of a pause", project.paused_reason, kMostReasonBytes));
  return check_repository(project.repository_id, project.wrapped_recovery);
}

Status check_repository(std::string_view repository_id, std::string_view wrapped_recovery) {
  TRY(check_hex_id("the id of a repository", repository_id));
  return check_wrapped("the recovery password", wrapped_recovery);
}

Status check_branch(const Branch& branch) {
  TRY(check_slug("the project of a branch", branch.project));
  TRY(check_slug("the name of a branch", branch.name));
  TRY(check_wrapped("the database URL of a branch", branch.wrapped_database_url));
  TRY(check_text("the database of a branch", branch.database_label, kMostLabelBytes));
  TRY(check_text("the database server of a branch", branch.database_server, kMostLabelBytes));
  TRY(check_path("the filestore of a branch", branch.filestore));
  TRY(check_text("the addons path of a branch", branch.addons_path, kMostPathBytes));
  TRY(check_text("the Odoo version of a branch", branch.odoo_version, kMostVersionBytes));
  TRY(check_text("the command before a swap", branch.before_swap, kMostCommandBytes));
  return check_text("the command after a swap", branch.after_swap, kMostCommandBytes);
}

Status check_schedule(const Schedule& schedule) {
  TRY(check_id("the id of a schedule", schedule.id));
  TRY(check_slug("the project of a schedule", schedule.project));
  TRY(check_branch_reference("the branch of a schedule", schedule.branch));
  TRY(check_given_text("the cron expression of a schedule", schedule.cron, kMostCronBytes));
  if (schedule.refresh_source.empty()) return {};
  TRY(check_branch_reference("the source of a refresh", schedule.refresh_source));
  if (schedule.refresh_source == schedule.branch) {
    return fail(ErrorCode::kInvalidArgument, "a branch cannot be refreshed from itself");
  }
  if (schedule.branch != kProductionBranch) return {};
  return fail(ErrorCode::kInvalidArgument, "production cannot be refreshed from another branch",
              "restore a backup onto it by hand");
}

Status check_backup(const BackupRecord& backup) {
  TRY(check_id("the id of a backup", backup.id));
  TRY(check_slug("the project of a backup", backup.project));
  TRY(check_slug("the branch of a backup", backup.branch));
  TRY(check_optional_id("the job of a backup", backup.job));
  TRY(check_hex_id("the snapshot of a backup", backup.snapshot_id));
  TRY(check_text("the note of a backup", backup.note, kMostNoteBytes));
  TRY(check_text("the maker of a backup", backup.created_by, kMostPersonBytes));
  TRY(check_text("the reason of a pin", backup.pin_reason, kMostReasonBytes));
  TRY(check_text("the person of a pin", backup.pinned_by, kMostPersonBytes));
  TRY(check_text("the person who deleted", backup.deleted_by, kMostPersonBytes));
  TRY(check_counts({{"the size of a backup", backup.source_bytes},
                    {"the added size of a backup", backup.added_bytes},
                    {"the number of tables", backup.table_count},
                    {"the number of rows", backup.row_count},
                    {"the number of files", backup.file_count},
                    {"the size of the files", backup.file_bytes},
                    {"the number of missing files", backup.missing_file_count}}));
  if (backup.restorable() && backup.snapshot_id.empty()) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("backup {} is called {} and has no snapshot",
                                                         backup.id, to_string(backup.state)));
  }
  return check_copies(backup.copies);
}

Status check_copies(const std::vector<CopyRecord>& copies) {
  if (copies.size() > kMostCopies) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} copies are too many; at most {} are allowed", copies.size(), kMostCopies));
  }
  std::set<std::string_view> stores;
  for (const CopyRecord& copy : copies) {
    TRY(check_given_text("the store of a copy", copy.store, kMostStoreBytes));
    if (!stores.insert(copy.store).second) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("store {} is named twice", copy.store));
    }
  }
  return {};
}

Status check_value(std::string_view key, std::string_view value) {
  TRY(check_given_text("the key of a value", key, kMostKeyBytes));
  if (value.size() <= kMostValueBytes && is_utf8(value) && value.find('\0') == std::string_view::npos)
    return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("the value of {} is too long or not UTF-8", key));
}

std::vector<CopyRecord> made_fit(std::vector<CopyRecord> copies) {
  for (CopyRecord& copy : copies) copy.problem = clean_text(copy.problem, kMostMachineTextBytes);
  return copies;
}

BackupRecord made_fit(BackupRecord backup) {
  backup.odoo_version = clean_text(backup.odoo_version, kMostVersionBytes);
  backup.postgresql_version = clean_text(backup.postgresql_version, kMostVersionBytes);
  backup.error_code = clean_text(backup.error_code, kMostVersionBytes);
  backup.error_message = clean_text(backup.error_message, kMostMachineTextBytes);
  backup.error_hint = clean_text(backup.error_hint, kMostMachineTextBytes);
  backup.copies = made_fit(std::move(backup.copies));
  return backup;
}

}  // namespace skyhold
