#include "cli/json_reports.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace skyhold {
namespace {

// Keys stay in the order in which they are written here.
using Json = nlohmann::ordered_json;

// Text from outside may not be UTF-8; a report must not fail over it.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

Json string_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json error_object(const Error& error) {
  return {{"code", traits(error.code).name}, {"message", error.message}, {"hint", error.hint}};
}

Json hooks_array(const std::vector<HookOutcome>& hooks) {
  Json result = Json::array();
  for (const HookOutcome& hook : hooks) {
    result.push_back({{"name", hook.name},
                      {"seconds", rounded(hook.seconds)},
                      {"output", hook.output},
                      {"error", hook.error ? error_object(*hook.error) : Json(nullptr)}});
  }
  return result;
}

Json snapshot_object(const Snapshot& snapshot) {
  return {{"id", snapshot.id.hex()},
          {"short_id", snapshot.id.short_hex()},
          {"time", format_rfc3339(snapshot.time)},
          {"tree", snapshot.tree.hex()},
          {"parent", snapshot.parent ? Json(snapshot.parent->hex()) : Json(nullptr)},
          {"paths", snapshot.paths},
          {"hostname", snapshot.hostname},
          {"username", snapshot.username},
          {"tags", snapshot.tags},
          {"program_version", snapshot.program_version}};
}

Json missing_object(const MissingFile& file) {
  return {{"name", file.name}, {"reason", file.reason}};
}

template <typename Stage>
Json stages_object(const std::vector<Stage>& stages) {
  Json result = Json::object();
  for (const Stage& stage : stages) result[stage.stage] = rounded(stage.seconds);
  return result;
}

Json listed_object(const ListedSnapshot& listed) {
  Json result = {
      {"id", listed.snapshot.id.hex()},
      {"short_id", listed.snapshot.id.short_hex()},
      {"time", format_rfc3339(listed.snapshot.time)},
      {"branch", string_or_null(listed.facts ? listed.facts->branch : listed.snapshot.tag("branch"))},
      {"kind", string_or_null(listed.facts ? std::string(to_string(listed.facts->kind))
                                           : listed.snapshot.tag("kind"))},
      {"note", listed.facts ? listed.facts->note : ""},
      {"copies", listed.copies},
      {"foreign", listed.foreign},
      {"damage", string_or_null(listed.damage)},
      {"tags", listed.snapshot.tags}};
  if (listed.facts) {
    result["tables"] = listed.facts->tables;
    result["rows"] = listed.facts->rows;
    result["table_bytes"] = listed.facts->table_bytes;
    result["files"] = listed.facts->files;
    result["file_bytes"] = listed.facts->file_bytes;
    result["missing_files"] = listed.facts->missing_files;
  }
  return result;
}

}  // namespace

std::string error_json(const Error& error) {
  return dump({{"error", error_object(error)}});
}

std::string progress_json(const ProgressView& view) {
  return dump({{"type", "progress"},
               {"phase", view.progress.phase},
               {"done_bytes", view.progress.done_bytes},
               {"total_bytes", view.progress.total_bytes},
               {"done_items", view.progress.done_items},
               {"total_items", view.progress.total_items},
               {"elapsed_seconds", rounded(view.elapsed_seconds)},
               {"bytes_per_second", std::round(view.bytes_per_second)},
               {"seconds_left", view.seconds_left < 0 ? Json(nullptr) : Json(rounded(view.seconds_left))}});
}

std::string warning_json(const std::string& message) {
  return dump({{"type", "warning"}, {"message", message}});
}

std::string strings_json(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  Json result = Json::object();
  for (const auto& [key, value] : members) result[std::string(key)] = value;
  return dump(result);
}

std::string init_json(const InitReport& report) {
  Json result = {{"project", report.kit.project},
                 {"repository_id", report.kit.repository_id},
                 {"copies", report.kit.locations}};
  if (report.kit_file.empty()) {
    result["recovery_password"] = report.kit.password;
  } else {
    result["recovery_kit_file"] = report.kit_file;
  }
  return dump(result);
}

std::string backup_json(const BackupResult& result) {
  const Manifest& manifest = result.manifest;
  Json failed = Json::array();
  for (const auto& [location, error] : result.failed_copies) {
    failed.push_back({{"location", location}, {"error", error_object(error)}});
  }
  Json missing = Json::array();
  for (const MissingFile& file : manifest.filestore.missing) missing.push_back(missing_object(file));
  return dump({{"snapshot", snapshot_object(result.snapshot)},
               {"project", manifest.project},
               {"branch", manifest.branch},
               {"kind", to_string(manifest.kind)},
               {"note", manifest.note},
               {"point_in_time", format_rfc3339(manifest.point_in_time)},
               {"complete", result.failed_copies.empty() && manifest.filestore.missing.empty()},
               {"tables", manifest.tables.size()},
               {"rows", manifest.table_rows()},
               {"table_bytes", manifest.table_bytes()},
               {"files", manifest.filestore.files.size()},
               {"file_bytes", manifest.filestore.bytes},
               {"files_read", result.files_read},
               {"files_reused", result.files_reused},
               {"files_recovered", result.files_recovered},
               {"missing_files", missing},
               {"source_bytes", result.source_bytes},
               {"reused_bytes", result.reused_bytes},
               {"added_bytes", result.added_bytes},
               {"complete_copies", result.complete_copies},
               {"failed_copies", failed},
               {"mended_copies", result.mended_copies},
               {"seconds", rounded(result.seconds)},
               {"stage_seconds", stages_object(result.stages)}});
}

std::string list_json(const SnapshotListing& listing) {
  Json snapshots = Json::array();
  for (const ListedSnapshot& listed : listing.snapshots) snapshots.push_back(listed_object(listed));
  Json copies = Json::array();
  for (const ListedCopy& copy : listing.copies) {
    copies.push_back(
        {{"location", copy.location}, {"error", copy.failure ? error_object(*copy.failure) : Json(nullptr)}});
  }
  return dump({{"project", listing.project},
               {"repository_id", listing.repository_id},
               {"snapshots", snapshots},
               {"unreadable_snapshots", listing.unreadable},
               {"copies", copies}});
}

std::string show_json(const Snapshot& snapshot, const Manifest& manifest) {
  // The manifest is JSON already, with a line a table and a file; parsing it again would only cost memory.
  const Bytes manifest_json = encode_manifest(manifest);
  return "{\"snapshot\":" + dump(snapshot_object(snapshot)) +
         ",\n\"manifest\":" + std::string(as_text(manifest_json)) + "}";
}

std::string restore_json(const RestoreResult& result, const Snapshot& snapshot) {
  return dump(
      {{"snapshot", snapshot_object(snapshot)},
       {"database", result.database},
       {"tables", result.tables},
       {"rows", result.rows},
       {"table_bytes", result.table_bytes},
       {"files_fetched", result.files_fetched},
       {"files_linked", result.files_linked},
       {"file_bytes", result.file_bytes},
       {"replaced_database", string_or_null(result.replaced_database)},
       {"replaced_filestore", string_or_null(result.replaced_filestore)},
       {"how_to_undo", string_or_null(result.how_to_undo)},
       {"neutralization",
        result.neutralization ? Json::parse(neutralization_json(*result.neutralization)) : Json(nullptr)},
       {"hooks", hooks_array(result.hooks)},
       {"notices", result.notices},
       {"seconds", rounded(result.seconds)},
       {"stage_seconds", stages_object(result.stages)}});
}

std::string export_json(const ExportResult& result, const Snapshot& snapshot, const std::string& file) {
  return dump({{"snapshot", snapshot_object(snapshot)},
               {"file", file},
               {"bytes", result.bytes},
               {"tables", result.tables},
               {"rows", result.rows},
               {"files", result.files}});
}

std::string undo_json(const UndoReport& report) {
  return dump({{"database", report.database},
               {"replaced_database", string_or_null(report.replaced_database)},
               {"replaced_filestore", string_or_null(report.replaced_filestore)},
               {"discarded", report.discarded},
               {"hooks", hooks_array(report.hooks)}});
}

std::string verify_json(const VerifyResult& result, const VerifyOptions& options) {
  Json copies = Json::array();
  for (const CopyReport& copy : result.copies) {
    Json findings = Json::array();
    for (const VerifyFinding& finding : copy.findings) {
      findings.push_back({{"object", string_or_null(finding.object)}, {"problem", finding.problem}});
    }
    copies.push_back({{"location", copy.location},
                      {"good", copy.good},
                      {"objects", copy.objects},
                      {"bytes", copy.bytes},
                      {"bytes_read", copy.bytes_read},
                      {"snapshots", copy.snapshots},
                      {"unreferenced_packs", copy.unreferenced_packs},
                      {"findings", findings}});
  }
  return dump(
      {{"good", result.good()},
       {"with_key", options.master_key != nullptr},
       {"read_data", options.read_data},
       {"share", options.share.parts > 1 ? Json(fmt::format("1/{}", options.share.parts)) : Json(nullptr)},
       {"copies", copies}});
}

std::string forget_json(const std::vector<ForgetDecision>& decisions, bool dry_run) {
  Json kept = Json::array();
  Json forgotten = Json::array();
  for (const ForgetDecision& decision : decisions) {
    Json entry = {{"id", decision.snapshot.id.hex()},
                  {"short_id", decision.snapshot.id.short_hex()},
                  {"time", format_rfc3339(decision.snapshot.time)},
                  {"branch", string_or_null(decision.snapshot.tag("branch"))},
                  {"reasons", decision.reasons}};
    (decision.keep ? kept : forgotten).push_back(std::move(entry));
  }
  return dump({{"dry_run", dry_run}, {"kept", kept}, {"forgotten", forgotten}});
}

std::string prune_json(const PruneResult& result, std::chrono::seconds grace) {
  return dump({{"grace_seconds", grace.count()},
               {"packs_total", result.packs_total},
               {"packs_repacked", result.packs_repacked},
               {"packs_marked", result.packs_marked},
               {"packs_recovered", result.packs_recovered},
               {"packs_deleted", result.packs_deleted},
               {"bytes_deleted", result.bytes_deleted},
               {"bytes_marked", result.bytes_marked},
               {"objects_let_go", result.objects_let_go},
               {"objects_held", result.objects_held}});
}

std::string mend_json(const MendResult& result, const MendOptions& options) {
  Json copies = Json::array();
  for (const MendedCopy& copy : result.copies) {
    Json unmended = Json::array();
    for (const UnmendedObject& object : copy.unmended) {
      unmended.push_back({{"object", object.object}, {"problem", object.problem}});
    }
    copies.push_back({{"location", copy.location},
                      {"whole", copy.whole()},
                      {"unreached", string_or_null(copy.unreached)},
                      {"objects", copy.objects},
                      {"missing", copy.missing},
                      {"damaged", copy.damaged},
                      {"mended", copy.mended},
                      {"mended_bytes", copy.mended_bytes},
                      {"unmended", unmended}});
  }
  return dump({{"whole", result.whole()},
               {"dry_run", options.dry_run},
               {"read_data", options.read_data},
               {"copies", copies}});
}

std::string stores_check_json(const std::vector<CheckedStore>& stores) {
  bool all_good = true;
  Json list = Json::array();
  for (const CheckedStore& store : stores) {
    Json steps = Json::array();
    for (const ProbeStep& step : store.steps) {
      steps.push_back({{"step", step.name},
                       {"good", !step.error.has_value()},
                       {"seconds", rounded(step.seconds)},
                       {"error", step.error ? error_object(*step.error) : Json(nullptr)}});
    }
    const bool good = store.first_problem() == nullptr;
    all_good = all_good && good;
    list.push_back({{"name", string_or_null(store.settings.name)},
                    {"url", store.settings.url},
                    {"location", string_or_null(store.settings.location)},
                    {"good", good},
                    {"steps", steps}});
  }
  return dump({{"good", all_good}, {"stores", list}});
}

std::string unforget_json(const UnforgetReport& report) {
  Json copies = Json::array();
  for (const UnforgetReport::Copy& copy : report.copies) {
    copies.push_back({{"location", copy.location}, {"objects", copy.objects}});
  }
  return dump({{"copies", copies}});
}

}  // namespace skyhold
