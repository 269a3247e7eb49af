// A local file sent to the service in parts, carried on where connections break.
#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/command.h"
#include "cli/transfer_patience.h"

namespace skyhold {

std::string uploads_path(const std::string& project);

// Sends `file` to an upload of the project, a new one unless `resumed` names one that an earlier run left,
// and gives its id. An error after it began says how to go on. kMissingAtSource when the file is not what it
// was when the upload began.
Result<std::string> upload_file(ApiClient& api, const std::string& project, const std::string& file,
                                const std::string& resumed, CommandContext& context,
                                const TransferPace& pace = {});

}  // namespace skyhold
