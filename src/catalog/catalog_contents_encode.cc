#include "base/version.h"
#include "catalog/catalog_contents.h"
#include "model/json_text.h"

namespace skyhold {
namespace {

class RecordWriter {
 public:
  explicit RecordWriter(JsonWriter& json) : json_(json) {
    json_.line_break();
    json_.begin_object();
  }
  ~RecordWriter() { json_.end_object(); }
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  void text(std::string_view key, std::string_view value) {
    json_.key(key);
    json_.text(value);
  }
  void number(std::string_view key, std::int64_t value) {
    json_.key(key);
    json_.number(value);
  }
  void flag(std::string_view key, bool value) {
    json_.key(key);
    json_.boolean(value);
  }
  void time(std::string_view key, Instant value) { text(key, format_rfc3339(value)); }
  // Left out where there is none.
  void time(std::string_view key, const std::optional<Instant>& value) {
    if (value) time(key, *value);
  }

 private:
  JsonWriter& json_;
};

void write(JsonWriter& json, const std::pair<std::string, std::string>& value) {
  RecordWriter record(json);
  record.text("key", value.first);
  record.text("value", value.second);
}

void write(JsonWriter& json, const Project& project) {
  RecordWriter record(json);
  record.text("name", project.name);
  record.text("title", project.title);
  record.text("region", project.region);
  record.number("keep_daily", project.retention.keep_daily);
  record.number("keep_weekly", project.retention.keep_weekly);
  record.number("keep_monthly", project.retention.keep_monthly);
  record.number("manual_days", project.retention.manual_days);
  record.number("imported_days", project.retention.imported_days);
  record.number("safety_days", project.retention.safety_days);
  record.number("objective_hours", project.objective_hours);
  record.flag("paused", project.paused);
  record.text("paused_reason", project.paused_reason);
  record.text("repository_id", project.repository_id);
  record.text("wrapped_recovery", project.wrapped_recovery);
  record.time("created_at", project.created_at);
}

void write(JsonWriter& json, const Branch& branch) {
  RecordWriter record(json);
  record.text("project", branch.project);
  record.text("name", branch.name);
  record.text("type", to_string(branch.type));
  record.text("wrapped_database_url", branch.wrapped_database_url);
  record.text("database_label", branch.database_label);
  record.text("database_server", branch.database_server);
  record.text("filestore", branch.filestore);
  record.text("addons_path", branch.addons_path);
  record.text("odoo_version", branch.odoo_version);
  record.text("before_swap", branch.before_swap);
  record.text("after_swap", branch.after_swap);
  record.time("created_at", branch.created_at);
}

void write(JsonWriter& json, const Schedule& schedule) {
  RecordWriter record(json);
  record.text("id", schedule.id);
  record.text("project", schedule.project);
  record.text("branch", schedule.branch);
  record.text("cron", schedule.cron);
  record.text("refresh_source", schedule.refresh_source);
  record.flag("enabled", schedule.enabled);
  record.time("created_at", schedule.created_at);
  record.time("active_since", schedule.active_since);
}

void write(JsonWriter& json, const CopyRecord& copy) {
  RecordWriter record(json);
  record.text("store", copy.store);
  record.text("state", to_string(copy.state));
  record.time("checked_at", copy.checked_at);
  record.text("problem", copy.problem);
}

void write(JsonWriter& json, const BackupRecord& backup) {
  RecordWriter record(json);
  record.text("id", backup.id);
  record.text("project", backup.project);
  record.text("branch", backup.branch);
  record.text("kind", to_string(backup.kind));
  record.text("state", to_string(backup.state));
  record.text("job", backup.job);
  record.text("snapshot_id", backup.snapshot_id);
  record.text("note", backup.note);
  record.text("created_by", backup.created_by);
  record.time("started_at", backup.started_at);
  record.time("point_in_time", backup.point_in_time);
  record.time("finished_at", backup.finished_at);
  record.number("source_bytes", backup.source_bytes);
  record.number("added_bytes", backup.added_bytes);
  record.number("table_count", backup.table_count);
  record.number("row_count", backup.row_count);
  record.number("file_count", backup.file_count);
  record.number("file_bytes", backup.file_bytes);
  record.number("missing_file_count", backup.missing_file_count);
  record.text("odoo_version", backup.odoo_version);
  record.text("postgresql_version", backup.postgresql_version);
  record.text("error_code", backup.error_code);
  record.text("error_message", backup.error_message);
  record.text("error_hint", backup.error_hint);
  record.text("pin_reason", backup.pin_reason);
  record.text("pinned_by", backup.pinned_by);
  record.time("pinned_at", backup.pinned_at);
  json.key("copies");
  json.begin_array();
  for (const CopyRecord& copy : backup.copies) write(json, copy);
  json.end_array();
}

void write(JsonWriter& json, const std::pair<std::string, Catalog::Verification>& verification) {
  RecordWriter record(json);
  record.text("project", verification.first);
  record.time("at", verification.second.at);
  record.flag("good", verification.second.good);
  record.text("summary", verification.second.summary);
}

template <typename Record>
void write_all(JsonWriter& json, std::string_view key, const std::vector<Record>& records) {
  json.line_break();
  json.key(key);
  json.begin_array();
  for (const Record& record : records) write(json, record);
  json.end_array();
}

}  // namespace

Bytes encode_contents(const CatalogContents& contents) {
  Bytes out;
  JsonWriter json(out);
  json.begin_object();
  json.key("format");
  json.text("skyhold-catalog");
  json.key("version");
  json.number(std::int64_t{CatalogContents::kVersion});
  json.key("written_by");
  json.text(kVersion);
  json.key("written_at");
  json.text(format_rfc3339(contents.written_at));
  write_all(json, "values", contents.values);
  write_all(json, "projects", contents.projects);
  write_all(json, "branches", contents.branches);
  write_all(json, "schedules", contents.schedules);
  write_all(json, "backups", contents.backups);
  write_all(json, "verifications", contents.verifications);
  json.end_object();
  append(out, as_bytes("\n"));
  return out;
}

}  // namespace skyhold
