#include "cli/import_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/human.h"
#include "cli/format.h"

namespace skyhold {
namespace {

ImportSeverity severity_of(std::string_view name) {
  for (const ImportSeverity severity : {ImportSeverity::kNote, ImportSeverity::kRefused}) {
    if (to_string(severity) == name) return severity;
  }
  return ImportSeverity::kWarning;
}

// Whose fault a refused finding is. Those that are not here are of what the dump wants: kInvalidArgument.
ErrorCode code_of_refusal(std::string_view finding) {
  static constexpr std::array<std::pair<std::string_view, ErrorCode>, 10> kCodes{
      {{"broken_archive", ErrorCode::kCorrupt},
       {"truncated_dump", ErrorCode::kCorrupt},
       {"counts", ErrorCode::kCorrupt},
       {"unknown_format", ErrorCode::kUnsupported},
       {"no_dump", ErrorCode::kUnsupported},
       {"too_large", ErrorCode::kNoSpace},
       {"too_long", ErrorCode::kUnavailable},
       {"failed_statement", ErrorCode::kSource},
       {"server", ErrorCode::kSource},
       {"server_rights", ErrorCode::kPermissionDenied}}};
  for (const auto& [name, code] : kCodes) {
    if (name == finding) return code;
  }
  return ErrorCode::kInvalidArgument;
}

std::string odoo_text(const ImportReport& report) {
  const std::string version = printable(report.odoo_version);
  if (report.modules.empty()) return version;
  return fmt::format("{}, {}", version, counted(report.modules.size(), "module", "modules"));
}

}  // namespace

std::string import_report_text(const ImportReport& report) {
  std::string text = fmt::format("Read     {}, {}\n", human_bytes(report.archive_bytes),
                                 report.kind.empty() ? "of unknown kind" : printable(report.kind));
  if (!report.server_version.empty()) {
    text += fmt::format("From     PostgreSQL {}\n", printable(report.server_version));
  }
  if (!report.odoo_version.empty()) text += fmt::format("Odoo     {}\n", odoo_text(report));
  text +=
      fmt::format("Holds    {}, {} rows, {}\n", counted(report.tables, "table with rows", "tables with rows"),
                  human_count(report.rows), counted(report.files, "file", "files"));
  for (const ImportFinding& finding : report.findings) {
    text +=
        fmt::format("{:<8} {} ({})\n", to_string(finding.severity), printable(finding.words), finding.count);
    // Nobody has to decide on a note: a few say what it is of.
    const std::size_t most = finding.severity == ImportSeverity::kNote ? 3 : finding.examples.size();
    const std::size_t shown = std::min(most, finding.examples.size());
    for (std::size_t i = 0; i < shown; ++i)
      text += fmt::format("           {}\n", printable(finding.examples[i]));
    if (shown < finding.examples.size()) text += "           …\n";
  }
  return text;
}

ImportReport import_report_of(const ApiJson& report) {
  ImportReport result;
  result.kind = report.text("kind");
  result.server_version = report.text("server_version");
  result.odoo_version = report.text("odoo_version");
  result.archive_bytes = report.count("archive_bytes");
  result.tables = report.count("tables");
  result.rows = report.count("rows");
  result.files = report.count("files");
  result.complete = report.flag("complete");
  for (const ApiJson& finding : report["findings"].items()) {
    result.findings.push_back({severity_of(finding.text("severity")), finding.text("code"),
                               finding.text("words"), finding.count("count"), finding.texts("examples")});
  }
  return result;
}

Error import_refusal(const ImportReport& report) {
  const auto found = std::find_if(report.findings.begin(), report.findings.end(), [](const auto& finding) {
    return finding.severity == ImportSeverity::kRefused;
  });
  const std::string hint = "nothing of it was kept";
  if (found == report.findings.end()) {
    return Error{ErrorCode::kInvalidArgument, "the import was refused", hint};
  }
  const std::string example = found->examples.empty() ? "" : ": " + found->examples.front();
  return Error{code_of_refusal(found->code), "the import was refused: " + found->words + example, hint};
}

}  // namespace skyhold
