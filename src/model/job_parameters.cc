#include "model/job_parameters.h"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/assert.h"

namespace skyhold {
namespace {

using nlohmann::json;

// More than anybody selects at once; a bound on what a damaged catalog can make us keep.
constexpr std::size_t kMostBackups = 100'000;

Error not_parameters(std::string_view what) {
  return Error{ErrorCode::kCorrupt, fmt::format("the parameters of a {} job are not readable", what),
               "the catalog may be damaged, or the job was made by a newer version of Skyhold"};
}

Result<json> parse_object(std::string_view text, std::string_view what) {
  json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded() || !parsed.is_object()) return fail(not_parameters(what));
  return parsed;
}

Status read_flag(const json& from, const char* name, std::string_view what, bool& into) {
  const auto found = from.find(name);
  if (found == from.end()) return {};
  if (!found->is_boolean()) return fail(not_parameters(what));
  into = found->get<bool>();
  return {};
}

constexpr std::array<std::pair<ImportAcceptance, std::string_view>, 3> kAcceptances{
    {{ImportAcceptance::kNothing, "nothing"},
     {ImportAcceptance::kClean, "clean"},
     {ImportAcceptance::kWarnings, "warnings"}}};

Status read_text(const json& from, const char* name, std::string_view what, std::string& into) {
  const auto found = from.find(name);
  if (found == from.end()) return {};
  if (!found->is_string()) return fail(not_parameters(what));
  into = found->get<std::string>();
  return {};
}

}  // namespace

std::string_view to_string(ImportAcceptance acceptance) {
  for (const auto& [known, name] : kAcceptances) {
    if (known == acceptance) return name;
  }
  SKYHOLD_UNREACHABLE();
}

Result<ImportAcceptance> parse_import_acceptance(std::string_view text) {
  for (const auto& [acceptance, name] : kAcceptances) {
    if (name == text) return acceptance;
  }
  return fail(ErrorCode::kInvalidArgument, fmt::format("nothing is accepted as \"{}\"", text),
              "nothing, clean or warnings");
}

std::string to_json(const RestoreParameters& parameters) {
  return json{{"neutralize", parameters.neutralize},
              {"new_identity", parameters.new_identity},
              {"safety_backup", parameters.safety_backup},
              {"new_branch", parameters.new_branch}}
      .dump();
}

std::string to_json(const RefreshParameters& parameters) {
  return json{{"source", parameters.source}, {"fresh", parameters.fresh}}.dump();
}

std::string to_json(const VerifyParameters& parameters) {
  return json{{"read_data", parameters.read_data}}.dump();
}

std::string to_json(const ForgetParameters& parameters) {
  return json{{"backups", parameters.backups}}.dump();
}

std::string to_json(const ImportParameters& parameters) {
  json source = json::object();
  if (!parameters.upload.empty()) source["upload"] = parameters.upload;
  if (!parameters.path.empty()) source["path"] = parameters.path;
  if (!parameters.url.empty()) source["url"] = parameters.url;
  if (!parameters.backup.empty()) {
    source["backup"] = {{"project", parameters.project}, {"id", parameters.backup}};
  }
  json all{{"source", source}, {"note", parameters.note}, {"accept", to_string(parameters.accept)}};
  if (!parameters.file_name.empty()) all["file_name"] = parameters.file_name;
  return all.dump();
}

Result<RestoreParameters> parse_restore_parameters(std::string_view text) {
  constexpr std::string_view kWhat = "restore";
  const json from = TRY(parse_object(text, kWhat));
  RestoreParameters parameters;
  TRY(read_flag(from, "neutralize", kWhat, parameters.neutralize));
  TRY(read_flag(from, "new_identity", kWhat, parameters.new_identity));
  TRY(read_flag(from, "safety_backup", kWhat, parameters.safety_backup));
  TRY(read_flag(from, "new_branch", kWhat, parameters.new_branch));
  return parameters;
}

Result<RefreshParameters> parse_refresh_parameters(std::string_view text) {
  constexpr std::string_view kWhat = "refresh";
  const json from = TRY(parse_object(text, kWhat));
  RefreshParameters parameters;
  TRY(read_text(from, "source", kWhat, parameters.source));
  TRY(read_flag(from, "fresh", kWhat, parameters.fresh));
  return parameters;
}

Result<VerifyParameters> parse_verify_parameters(std::string_view text) {
  constexpr std::string_view kWhat = "verify";
  const json from = TRY(parse_object(text, kWhat));
  VerifyParameters parameters;
  TRY(read_flag(from, "read_data", kWhat, parameters.read_data));
  return parameters;
}

Result<ForgetParameters> parse_forget_parameters(std::string_view text) {
  constexpr std::string_view kWhat = "forget";
  const json from = TRY(parse_object(text, kWhat));
  ForgetParameters parameters;
  const auto backups = from.find("backups");
  if (backups == from.end()) return parameters;
  if (!backups->is_array() || backups->size() > kMostBackups) return fail(not_parameters(kWhat));
  for (const json& id : *backups) {
    if (!id.is_string()) return fail(not_parameters(kWhat));
    parameters.backups.push_back(id.get<std::string>());
  }
  return parameters;
}

Result<ImportParameters> parse_import_parameters(std::string_view text) {
  constexpr std::string_view kWhat = "import";
  const json from = TRY(parse_object(text, kWhat));
  ImportParameters parameters;
  std::string accept = "nothing";
  TRY(read_text(from, "note", kWhat, parameters.note));
  TRY(read_text(from, "file_name", kWhat, parameters.file_name));
  TRY(read_text(from, "accept", kWhat, accept));
  parameters.accept = TRY(parse_import_acceptance(accept));
  const auto source = from.find("source");
  if (source == from.end() || !source->is_object()) return fail(not_parameters(kWhat));
  TRY(read_text(*source, "upload", kWhat, parameters.upload));
  TRY(read_text(*source, "path", kWhat, parameters.path));
  TRY(read_text(*source, "url", kWhat, parameters.url));
  const auto backup = source->find("backup");
  if (backup == source->end()) return parameters;
  if (!backup->is_object()) return fail(not_parameters(kWhat));
  TRY(read_text(*backup, "project", kWhat, parameters.project));
  TRY(read_text(*backup, "id", kWhat, parameters.backup));
  return parameters;
}

}  // namespace skyhold
