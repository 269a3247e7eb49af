// What several commands over the API do alike: wait for jobs, ask whether it is meant, answer.
#pragma once

#include <chrono>
#include <string>

#include "cli/api_client.h"
#include "cli/command.h"

namespace skyhold {

// Between two looks at a job whose stream of events broke.
struct WatchPace {
  std::chrono::milliseconds pause{1000};  // grows while the service does not answer
  int most_failures = 10;                 // in a row, before it is given up: about two minutes
};

// Follows a job to its end by its events, and by asking where they do not come through; shows its
// progress. Gives the job as it ended, whatever the end. kCancelled when this side was told to end:
// the job goes on.
Result<ApiJson> watch_job(ApiClient& api, const std::string& id, CommandContext& context,
                          const WatchPace& pace = {});

// What a job's end means: an Error of the job's own code unless it succeeded.
Status status_of_job(const ApiJson& job);
// {"code", "message", "hint"} of a job or a backup.
Error error_of_detail(const ApiJson& detail);

// With --no-wait what was answered; else waits for the job, and gives its end as text or JSON.
Result<CommandOutcome> finish_job(ApiClient& api, const ApiReply& begun, const Parameters& parameters,
                                  CommandContext& context);

// The API's JSON as it is with --json, else the text.
CommandOutcome answered(const Parameters& parameters, const ApiReply& reply, std::string text);

// `name` when it was given by --confirm or typed on the terminal. `what_happens` is said before.
Status confirm_by_name(const std::string& name, const std::string& what_happens, const Parameters& parameters,
                       CommandContext& context);

// A file's text as a request may carry it.
Result<std::string> read_text_file(const std::string& path, std::uint64_t most_bytes);

}  // namespace skyhold
