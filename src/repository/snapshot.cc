#include "repository/snapshot.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace skyhold {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json summary_json(const SnapshotSummary& summary) {
  return {{"backup_start", format_rfc3339(summary.backup_start)},
          {"backup_end", format_rfc3339(summary.backup_end)},
          {"files_new", summary.files_new},
          {"files_changed", 0},
          {"files_unmodified", summary.files_unmodified},
          {"dirs_new", 0},
          {"dirs_changed", 0},
          {"dirs_unmodified", 0},
          {"data_blobs", summary.data_blobs},
          {"tree_blobs", summary.tree_blobs},
          {"data_added", summary.data_added},
          {"data_added_packed", summary.data_added_packed},
          {"total_files_processed", summary.total_files_processed},
          {"total_bytes_processed", summary.total_bytes_processed}};
}

Result<SnapshotSummary> read_summary(const json& object) {
  SnapshotSummary summary;
  summary.backup_start = TRY(parse_rfc3339(object.at("backup_start").get_ref<const std::string&>()));
  summary.backup_end = TRY(parse_rfc3339(object.at("backup_end").get_ref<const std::string&>()));
  summary.files_new = object.value("files_new", std::uint64_t{0});
  summary.files_unmodified = object.value("files_unmodified", std::uint64_t{0});
  summary.data_blobs = object.value("data_blobs", std::uint64_t{0});
  summary.tree_blobs = object.value("tree_blobs", std::uint64_t{0});
  summary.data_added = object.value("data_added", std::uint64_t{0});
  summary.data_added_packed = object.value("data_added_packed", std::uint64_t{0});
  summary.total_files_processed = object.value("total_files_processed", std::uint64_t{0});
  summary.total_bytes_processed = object.value("total_bytes_processed", std::uint64_t{0});
  return summary;
}

std::vector<std::string> read_strings(const json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  return found->get<std::vector<std::string>>();
}

}  // namespace

std::string Snapshot::tag(std::string_view key) const {
  for (const std::string& candidate : tags) {
    if (candidate.size() > key.size() && candidate.starts_with(key) && candidate[key.size()] == ':') {
      return candidate.substr(key.size() + 1);
    }
  }
  return {};
}

Bytes encode_snapshot(const Snapshot& snapshot) {
  ordered_json object{{"time", format_rfc3339(snapshot.time)}};
  if (snapshot.parent) object["parent"] = snapshot.parent->hex();
  object["tree"] = snapshot.tree.hex();
  object["paths"] = snapshot.paths;
  object["hostname"] = snapshot.hostname;
  object["username"] = snapshot.username;
  object["tags"] = snapshot.tags;
  object["program_version"] = snapshot.program_version;
  if (snapshot.summary) object["summary"] = summary_json(*snapshot.summary);
  return to_bytes(object.dump());
}

Result<Snapshot> decode_snapshot(const Id& id, ByteView text) {
  try {
    const json object = json::parse(text.begin(), text.end());
    Snapshot snapshot;
    snapshot.id = id;
    snapshot.time = TRY(parse_rfc3339(object.at("time").get_ref<const std::string&>()));
    snapshot.tree = TRY(Id::from_hex(object.at("tree").get_ref<const std::string&>()));
    if (const auto parent = object.find("parent"); parent != object.end() && !parent->is_null()) {
      snapshot.parent = TRY(Id::from_hex(parent->get_ref<const std::string&>()));
    }
    snapshot.paths = read_strings(object, "paths");
    snapshot.tags = read_strings(object, "tags");
    snapshot.hostname = object.value("hostname", std::string());
    snapshot.username = object.value("username", std::string());
    snapshot.program_version = object.value("program_version", std::string());
    if (const auto summary = object.find("summary"); summary != object.end() && !summary->is_null()) {
      snapshot.summary = TRY(read_summary(*summary));
    }
    return snapshot;
  } catch (const json::exception& error) {
    return fail(ErrorCode::kCorrupt, fmt::format("snapshot {}: {}", id.short_hex(), error.what()));
  }
}

}  // namespace skyhold
