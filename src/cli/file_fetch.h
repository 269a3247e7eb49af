// A file by a link of the service, carried on where connections break.
#pragma once

#include <cstdint>
#include <string>

#include "cli/api_client.h"
#include "cli/command.h"
#include "cli/export_output.h"
#include "cli/transfer_patience.h"

namespace skyhold {

// Writes what `download` (Download of the API) links to into `output`, with progress, and gives its bytes.
// A link that is resumable is asked for what lacks; another one begins again, at most twice. kCorrupt when
// the file is not as large as was said; the errors of the API and of `output`.
Result<std::uint64_t> fetch_file(ApiClient& api, const ApiJson& download, ExportOutput& output,
                                 CommandContext& context, const TransferPace& pace = {});

}  // namespace skyhold
