#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "catalog/catalog_checks.h"
#include "catalog/catalog_contents.h"
#include "catalog/json_record.h"

namespace skyhold {
namespace {

using Json = nlohmann::json;

// Root, list, record, copies, copy.
constexpr int kMaxDepth = 8;

// A word that no state or kind has, or a record that may not be stored.
template <typename T>
Result<T> valid(Result<T> checked) {
  if (checked) return checked;
  return corrupt_contents(checked.error().message);
}

template <typename Enum>
Result<Enum> word(const JsonRecord& record, const char* key, Result<Enum> (*parse)(std::string_view)) {
  const std::string text = TRY(record.text(key));
  return valid(parse(text));
}

Result<std::pair<std::string, std::string>> decode_value(const Json& json) {
  const JsonRecord record = TRY(JsonRecord::of(json, "a value"));
  std::pair<std::string, std::string> value;
  value.first = TRY(record.text("key"));
  value.second = TRY(record.text("value"));
  TRY(valid(check_value(value.first, value.second)));
  return value;
}

Result<Project> decode_project(const Json& json) {
  const JsonRecord record = TRY(JsonRecord::of(json, "a project"));
  Project project;
  project.name = TRY(record.text("name"));
  project.title = TRY(record.text("title"));
  project.region = TRY(record.text("region"));
  project.retention.keep_daily = TRY(record.small("keep_daily"));
  project.retention.keep_weekly = TRY(record.small("keep_weekly"));
  project.retention.keep_monthly = TRY(record.small("keep_monthly"));
  project.retention.manual_days = TRY(record.small("manual_days"));
  project.retention.imported_days = TRY(record.small("imported_days"));
  project.retention.safety_days = TRY(record.small("safety_days"));
  project.objective_hours = TRY(record.small("objective_hours"));
  project.paused = TRY(record.flag("paused"));
  project.paused_reason = TRY(record.text("paused_reason"));
  project.repository_id = TRY(record.text("repository_id"));
  project.wrapped_recovery = TRY(record.text("wrapped_recovery"));
  project.created_at = TRY(record.time("created_at"));
  TRY(valid(check_project(project)));
  return project;
}

Result<Branch> decode_branch(const Json& json) {
  const JsonRecord record = TRY(JsonRecord::of(json, "a branch"));
  Branch branch;
  branch.project = TRY(record.text("project"));
  branch.name = TRY(record.text("name"));
  branch.type = TRY(word(record, "type", parse_branch_type));
  branch.wrapped_database_url = TRY(record.text("wrapped_database_url"));
  branch.database_label = TRY(record.text("database_label"));
  branch.database_server = TRY(record.text("database_server"));
  branch.filestore = TRY(record.text("filestore"));
  branch.addons_path = TRY(record.text("addons_path"));
  branch.odoo_version = TRY(record.text("odoo_version"));
  branch.before_swap = TRY(record.text("before_swap"));
  branch.after_swap = TRY(record.text("after_swap"));
  branch.created_at = TRY(record.time("created_at"));
  TRY(valid(check_branch(branch)));
  return branch;
}

Result<Schedule> decode_schedule(const Json& json) {
  const JsonRecord record = TRY(JsonRecord::of(json, "a schedule"));
  Schedule schedule;
  schedule.id = TRY(record.text("id"));
  schedule.project = TRY(record.text("project"));
  schedule.branch = TRY(record.text("branch"));
  schedule.cron = TRY(record.text("cron"));
  schedule.refresh_source = TRY(record.text("refresh_source"));
  schedule.enabled = TRY(record.flag("enabled"));
  schedule.created_at = TRY(record.time("created_at"));
  schedule.active_since = TRY(record.time("active_since"));
  TRY(valid(check_schedule(schedule)));
  return schedule;
}

Result<CopyRecord> decode_copy(const Json& json) {
  const JsonRecord record = TRY(JsonRecord::of(json, "a copy"));
  CopyRecord copy;
  copy.store = TRY(record.text("store"));
  copy.state = TRY(word(record, "state", parse_copy_state));
  copy.checked_at = TRY(record.optional_time("checked_at"));
  copy.problem = TRY(record.text("problem"));
  return copy;
}

Status decode_backup_facts(const JsonRecord& record, BackupRecord& backup) {
  backup.source_bytes = TRY(record.integer("source_bytes"));
  backup.added_bytes = TRY(record.integer("added_bytes"));
  backup.table_count = TRY(record.integer("table_count"));
  backup.row_count = TRY(record.integer("row_count"));
  backup.file_count = TRY(record.integer("file_count"));
  backup.file_bytes = TRY(record.integer("file_bytes"));
  backup.missing_file_count = TRY(record.integer("missing_file_count"));
  backup.odoo_version = TRY(record.text("odoo_version"));
  backup.postgresql_version = TRY(record.text("postgresql_version"));
  backup.error_code = TRY(record.text("error_code"));
  backup.error_message = TRY(record.text("error_message"));
  backup.error_hint = TRY(record.text("error_hint"));
  return {};
}

Result<BackupRecord> decode_backup(const Json& json) {
  const JsonRecord record = TRY(JsonRecord::of(json, "a backup"));
  BackupRecord backup;
  backup.id = TRY(record.text("id"));
  backup.project = TRY(record.text("project"));
  backup.branch = TRY(record.text("branch"));
  backup.kind = TRY(word(record, "kind", parse_backup_kind));
  backup.state = TRY(word(record, "state", parse_backup_state));
  backup.job = TRY(record.text("job"));
  backup.snapshot_id = TRY(record.text("snapshot_id"));
  backup.note = TRY(record.text("note"));
  backup.created_by = TRY(record.text("created_by"));
  backup.started_at = TRY(record.time("started_at"));
  backup.point_in_time = TRY(record.optional_time("point_in_time"));
  backup.finished_at = TRY(record.optional_time("finished_at"));
  TRY(decode_backup_facts(record, backup));
  backup.pin_reason = TRY(record.text("pin_reason"));
  backup.pinned_by = TRY(record.text("pinned_by"));
  backup.pinned_at = TRY(record.optional_time("pinned_at"));
  for (const Json& copy : *TRY(record.array("copies"))) backup.copies.push_back(TRY(decode_copy(copy)));
  backup = made_fit(std::move(backup));
  TRY(valid(check_backup(backup)));
  if (backup.state == BackupState::kRunning || backup.state == BackupState::kDeleted) {
    return corrupt_contents(fmt::format("backup {} is {}", backup.id, to_string(backup.state)));
  }
  return backup;
}

Result<std::pair<std::string, Catalog::Verification>> decode_verification(const Json& json) {
  const JsonRecord record = TRY(JsonRecord::of(json, "a verification"));
  std::pair<std::string, Catalog::Verification> verification;
  verification.first = TRY(record.text("project"));
  TRY(valid(check_slug("the project of a verification", verification.first)));
  verification.second.at = TRY(record.time("at"));
  verification.second.good = TRY(record.flag("good"));
  verification.second.summary = clean_text(TRY(record.text("summary")), kMostMachineTextBytes);
  return verification;
}

// Hears the parser and takes each record out of the JSON tree as soon as it is complete: as a
// tree, tens of thousands of backups would take many times their size.
class RecordTaker {
 public:
  explicit RecordTaker(CatalogContents& contents) : contents_(contents) {}

  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kMaxDepth) return stop(corrupt_contents("it is nested too deeply"));
    if (event == Json::parse_event_t::key && depth == 1) section_ = parsed.get_ref<const std::string&>();
    if (event != Json::parse_event_t::object_end || depth != 2) return true;
    if (section_ == "values") return take(decode_value(parsed), contents_.values);
    if (section_ == "projects") return take(decode_project(parsed), contents_.projects);
    if (section_ == "branches") return take(decode_branch(parsed), contents_.branches);
    if (section_ == "schedules") return take(decode_schedule(parsed), contents_.schedules);
    if (section_ == "backups") return take(decode_backup(parsed), contents_.backups);
    if (section_ == "verifications") return take(decode_verification(parsed), contents_.verifications);
    return true;
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  template <typename Record>
  bool take(Result<Record> record, std::vector<Record>& to) {
    if (!record) return stop(fail(std::move(record).error()));
    if (!error_) to.push_back(std::move(*record));
    return false;  // leaves it out of the tree
  }

  bool stop(tl::unexpected<Error> error) {
    if (!error_) error_ = std::move(error.value());
    return false;
  }

  CatalogContents& contents_;
  std::string section_;
  std::optional<Error> error_;
};

// Looked at by itself, first: a newer version may differ in anything else.
Status check_head(const JsonRecord& root) {
  if (TRY(root.text("format")) != "skyhold-catalog") return corrupt_contents("it is of another format");
  const int version = TRY(root.small("version"));
  if (version < 1) return corrupt_contents(fmt::format("its version is {}", version));
  if (version <= CatalogContents::kVersion) return {};
  const auto writer = root.text("written_by");
  return fail(
      ErrorCode::kUnsupported,
      fmt::format("the catalog's backup has version {}, newer than {}", version, CatalogContents::kVersion),
      fmt::format("install Skyhold {} or newer",
                  writer ? clean_text(*writer, kMostKeyBytes) : "as new as the one that wrote it"));
}

}  // namespace

Result<CatalogContents> decode_contents(ByteView json) {
  CatalogContents contents;
  RecordTaker taker(contents);
  Json tree;
  try {
    const std::string_view text = as_text(json);
    tree = Json::parse(text.begin(), text.end(), std::ref(taker));
  } catch (const Json::exception& problem) {
    return corrupt_contents(clean_text(problem.what(), kMostMachineTextBytes));
  }
  const JsonRecord root = TRY(JsonRecord::of(tree, "it"));
  TRY(check_head(root));
  if (taker.error()) return fail(*taker.error());
  contents.written_at = TRY(root.time("written_at"));
  for (const char* list : {"values", "projects", "branches", "schedules", "backups", "verifications"}) {
    if ((TRY(root.array(list)))->empty()) continue;
    return corrupt_contents(fmt::format("\"{}\" holds something that is not an object", list));
  }
  return contents;
}

}  // namespace skyhold
