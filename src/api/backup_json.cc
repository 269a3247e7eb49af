#include "api/backup_json.h"

#include <fmt/format.h>

#include "api/job_json.h"
#include "api/state.h"

namespace skyhold {
namespace {

void set_measures(JsonValue& json, const BackupRecord& backup) {
  json.set("source_bytes", backup.source_bytes)
      .set("added_bytes", backup.added_bytes)
      .set("table_count", backup.table_count)
      .set("row_count", backup.row_count)
      .set("file_count", backup.file_count)
      .set("file_bytes", backup.file_bytes)
      .set("missing_file_count", backup.missing_file_count)
      .set("odoo_version", backup.odoo_version)
      .set("postgresql_version", backup.postgresql_version);
}

}  // namespace

StoresByName stores_by_name(const Platform& platform) {
  StoresByName stores;
  for (StoreView& store : platform.stores()) stores.emplace(store.name, store);
  return stores;
}

JsonValue to_json(const std::vector<CopyRecord>& copies, const StoresByName& stores) {
  JsonValue array = JsonValue::array();
  for (const CopyRecord& copy : copies) {
    JsonValue json = JsonValue::object();
    json.set("store", copy.store);
    if (const auto store = stores.find(copy.store); store != stores.end()) {
      json.set("location", store->second.location).set("provider", store->second.provider);
    }
    json.set("state", to_string(copy.state)).set("checked_at", copy.checked_at);
    if (!copy.problem.empty()) json.set("problem", copy.problem);
    array.push(std::move(json));
  }
  return array;
}

JsonValue tier_names(const BackupRetention& retention) {
  return json_strings(retention.reasons);
}

JsonValue to_json(const BackupRecord& backup, const StoresByName& stores, BackupDetail detail,
                  const BackupRetention* retention) {
  const bool whole = detail == BackupDetail::kWhole;
  JsonValue json = JsonValue::object();
  json.set("id", backup.id)
      .set("project", backup.project)
      .set("branch", backup.branch)
      .set("kind", to_string(backup.kind))
      .set("state", to_string(backup.state))
      .set("job", backup.job)
      .set("snapshot_id", backup.snapshot_id)
      .set("note", whole ? backup.note : "")
      .set("created_by", backup.created_by)
      .set("started_at", backup.started_at)
      .set("point_in_time", backup.point_in_time)
      .set("finished_at", backup.finished_at);
  set_measures(json, backup);
  if (!backup.error_code.empty()) {
    json.set("error", error_detail(backup.error_code, backup.error_message, backup.error_hint));
  }
  if (!backup.pin_reason.empty()) {
    JsonValue pin = JsonValue::object();
    pin.set("reason", whole ? backup.pin_reason : "")
        .set("by", backup.pinned_by)
        .set("at", backup.pinned_at.value_or(backup.started_at));
    json.set("pin", std::move(pin));
  }
  json.set("deleted_at", backup.deleted_at).set("deleted_by", backup.deleted_by);
  if (retention != nullptr) {
    json.set("tiers", tier_names(*retention)).set("kept_until", retention->kept_until);
  }
  return std::move(json.set("copies", to_json(backup.copies, stores)));
}

Outcome<JsonValue> show_backup(ApiCall& call, const BackupRecord& backup) {
  const auto retention = TRY(call.state.retention.of(call.services, *call.project));
  return to_json(backup, stores_by_name(call.services.platform), backup_detail(call.role),
                 retention->find(backup.id));
}

}  // namespace skyhold
