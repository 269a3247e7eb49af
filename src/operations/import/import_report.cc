#include "operations/import/import_report.h"

#include <algorithm>

#include "model/json_text.h"

namespace skyhold {

std::string_view to_string(ImportSeverity severity) {
  switch (severity) {
    case ImportSeverity::kNote: return "note";
    case ImportSeverity::kWarning: return "warning";
    case ImportSeverity::kRefused: return "refused";
  }
  return "refused";
}

ImportFinding& ImportReport::add(ImportSeverity severity, std::string_view code, std::string_view words,
                                 std::string_view example) {
  auto found =
      std::find_if(findings.begin(), findings.end(), [&](const auto& each) { return each.code == code; });
  if (found == findings.end()) {
    findings.push_back({severity, std::string(code), std::string(words), 0, {}});
    found = std::prev(findings.end());
  }
  ++found->count;
  if (!example.empty() && found->examples.size() < ImportFinding::kMostExamples)
    found->examples.emplace_back(example);
  return *found;
}

const ImportFinding* ImportReport::find(std::string_view code) const {
  const auto found =
      std::find_if(findings.begin(), findings.end(), [&](const auto& each) { return each.code == code; });
  return found == findings.end() ? nullptr : &*found;
}

bool ImportReport::has(ImportSeverity severity) const {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const auto& each) { return each.severity == severity; });
}

void ImportReport::sort() {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const auto& a, const auto& b) { return a.severity > b.severity; });
}

std::string import_report_json(const ImportReport& report) {
  Bytes out;
  JsonWriter json(out);
  const auto text = [&](std::string_view key, std::string_view value) {
    json.key(key);
    json.text(value);
  };
  const auto number = [&](std::string_view key, std::uint64_t value) {
    json.key(key);
    json.number(value);
  };
  json.begin_object();
  text("kind", report.kind);
  text("compression", report.compression);
  text("database", report.database);
  text("server_version", report.server_version);
  text("dump_version", report.dump_version);
  text("target_server_version", report.target_server_version);
  text("odoo_version", report.odoo_version);
  json.key("modules");
  json.begin_object();
  for (const auto& [name, version] : report.modules) text(name, version);
  json.end_object();
  number("archive_bytes", report.archive_bytes);
  number("database_bytes", report.database_bytes);
  number("statements", report.statements);
  number("tables", report.tables);
  number("rows", report.rows);
  number("files", report.files);
  number("file_bytes", report.file_bytes);
  json.key("complete");
  json.boolean(report.complete);
  json.key("findings");
  json.begin_array();
  for (const ImportFinding& finding : report.findings) {
    json.begin_object();
    text("severity", to_string(finding.severity));
    text("code", finding.code);
    text("words", finding.words);
    number("count", finding.count);
    json.key("examples");
    json.begin_array();
    for (const std::string& example : finding.examples) json.text(example);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return std::string(as_text(out));
}

}  // namespace skyhold
