#include "cli/api_backups.h"

#include <fmt/format.h>

#include "cli/api_text.h"
#include "cli/format.h"

namespace skyhold {

std::string backups_path(const std::string& project) {
  return api_path("/projects/", project, "/backups");
}

Result<std::string> production_branch(ApiClient& api, const std::string& project) {
  const ApiReply reply = TRY(api.get(api_path("/projects/", project)));
  const std::string name = reply.json.text("production_branch");
  if (!name.empty()) return name;
  return fail(
      ErrorCode::kNotFound, fmt::format("project {} has no production branch", project),
      fmt::format("name a branch with --branch, or add one: `skyhold branch add production --project {}`",
                  project));
}

Result<std::string> backup_id(ApiClient& api, const Parameters& parameters) {
  return backup_id(api, parameters.api.project, parameters.api.id);
}

Result<std::string> backup_id(ApiClient& api, const std::string& project, const std::string& named) {
  if (named != "latest") return named;
  const ApiReply reply = TRY(api.get(api_path("/projects/", project)));
  const std::string id = reply.json["health"].text("last_good_backup");
  if (!id.empty()) return id;
  return fail(ErrorCode::kNotFound,
              fmt::format("project {} has no good backup of its production branch", project),
              fmt::format("see `skyhold backup list --project {}`", project));
}

Result<std::string> backup_path(ApiClient& api, const Parameters& parameters) {
  const std::string id = TRY(backup_id(api, parameters));
  return api_path(backups_path(parameters.api.project) + "/", id);
}

std::optional<Error> backup_shortfall(const ApiJson& backup) {
  if (backup.text("state") != "degraded") return std::nullopt;
  const std::uint64_t missing = backup.count("missing_file_count");
  const std::string why =
      missing > 0 ? counted(missing, "file was missing at the source", "files were missing at the source")
                  : fmt::format("copies {}", copies_text(backup["copies"]));
  return Error{ErrorCode::kDegraded, fmt::format("backup {} is degraded: {}", backup.text("id"), why),
               fmt::format("`skyhold backup show {} --project {}` says more", backup.text("id"),
                           backup.text("project"))};
}

}  // namespace skyhold
