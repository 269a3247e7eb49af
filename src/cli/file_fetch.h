// A file by a link of the service, carried on where connections break.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "cli/api_client.h"
#include "cli/command.h"
#include "cli/export_output.h"
#include "cli/transfer_patience.h"

namespace skyhold {

// Asks for a link: Download of the API. A long file may outlast the one that it began with.
using AskForLink = std::function<Result<ApiJson>()>;

// Writes what `download` links to into `output`, with progress, and gives its bytes. A link that is resumable
// is asked for what lacks, and replaced when it is over by then; another one begins again, at most twice.
// kCorrupt when the file is not as large as was said; the errors of the API and of `output`.
Result<std::uint64_t> fetch_file(ApiClient& api, const ApiJson& download, const AskForLink& ask_for_link,
                                 ExportOutput& output, CommandContext& context,
                                 const TransferPace& pace = {});

}  // namespace skyhold
