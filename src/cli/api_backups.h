// Naming branches and backups the way people do.
#pragma once

#include <optional>
#include <string>

#include "cli/api_client.h"

namespace skyhold {

std::string backups_path(const std::string& project);

// kNotFound when the project has none.
Result<std::string> production_branch(ApiClient& api, const std::string& project);

// The id that `parameters.api.id` stands for: "latest" is production's last good backup.
Result<std::string> backup_id(ApiClient& api, const Parameters& parameters);
Result<std::string> backup_id(ApiClient& api, const std::string& project, const std::string& named);
Result<std::string> backup_path(ApiClient& api, const Parameters& parameters);

// What is wrong with a backup that can be restored, as `repo backup` would say it.
std::optional<Error> backup_shortfall(const ApiJson& backup);

}  // namespace skyhold
