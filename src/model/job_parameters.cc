#include "model/job_parameters.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

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

}  // namespace

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
  if (const auto source = from.find("source"); source != from.end()) {
    if (!source->is_string()) return fail(not_parameters(kWhat));
    parameters.source = source->get<std::string>();
  }
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

}  // namespace skyhold
