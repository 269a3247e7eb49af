#include "cli/api_work.h"

#include <thread>

#include <fmt/format.h>

#include "base/log.h"
#include "cli/api_text.h"
#include "cli/format.h"
#include "http/event_parser.h"
#include "io/durable_file.h"

namespace skyhold {
namespace {

constexpr std::chrono::milliseconds kNap{100};
constexpr std::chrono::milliseconds kLongestPause{16'000};

bool is_over(const ApiJson& job) {
  const std::string state = job.text("state");
  return state == "succeeded" || state == "failed" || state == "cancelled";
}

bool may_pass(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kBusy ||
         error.code == ErrorCode::kUnsupported || error.code == ErrorCode::kCorrupt;
}

class JobWatcher {
 public:
  JobWatcher(ApiClient& api, std::string id, CommandContext& context, const WatchPace& pace)
      : api_(api), id_(std::move(id)), context_(context), pace_(pace) {}

  Result<ApiJson> run() {
    int failures = 0;
    std::chrono::milliseconds pause = pace_.pause;
    for (;;) {
      follow_events();
      TRY(check());
      auto job = api_.get(api_path("/jobs/", id_));
      if (job && is_over(job->json)) return job->json;
      TRY(check());
      if (!job && (!may_pass(job.error()) || ++failures >= pace_.most_failures)) {
        return fail(job.error().in(fmt::format("job {} can no longer be watched", id_)));
      }
      if (job) {
        failures = 0;
        show(job->json);
      }
      pause = failures == 0 ? pace_.pause : std::min(pause * 2, kLongestPause);
      TRY(sleep(pause));
    }
  }

 private:
  Status check() const {
    if (!context_.cancel.cancelled()) return {};
    return fail(
        ErrorCode::kCancelled, fmt::format("job {} is no longer watched; it goes on", id_),
        fmt::format("`skyhold job watch {}` watches it again, `skyhold job cancel {}` ends it", id_, id_));
  }

  Status sleep(std::chrono::milliseconds pause) const {
    for (std::chrono::milliseconds slept{0}; slept < pause; slept += kNap) {
      TRY(check());
      std::this_thread::sleep_for(std::min(kNap, pause));
    }
    return {};
  }

  // A stream that breaks, or never was one, is no failure: the job is asked for afterwards.
  void follow_events() {
    ServerEventParser parser;
    const Status ended = api_.stream(api_path("/jobs/", id_, "/events"), last_event_id_, [&](ByteView piece) {
      const auto events = parser.feed(as_text(piece));
      if (!events) return false;
      for (const ServerEvent& event : *events) {
        if (event.name == "end") return false;
        take(event);
      }
      return true;
    });
    if (!ended) log::debug("the events of job {} ended: {}", id_, ended.error().message);
  }

  void take(const ServerEvent& event) {
    if (!event.id.empty()) last_event_id_ = event.id;
    const auto json = ApiJson::parse(event.data);
    if (!json) return;
    if (event.name == "job") show(*json);
    if (event.name == "event" && json->text("kind") == "warning")
      context_.progress.warn(printable(json->text("text")));
  }

  void show(const ApiJson& job) {
    const ApiJson progress = job["progress"];
    const bool waits = job.text("state") == "queued";
    context_.progress.report({.phase = waits ? "Waiting for its turn" : printable(progress.text("phase")),
                              .done_bytes = progress.count("done_bytes"),
                              .total_bytes = progress.count("total_bytes"),
                              .done_items = progress.count("done_items"),
                              .total_items = progress.count("total_items")});
  }

  ApiClient& api_;
  const std::string id_;
  CommandContext& context_;
  const WatchPace pace_;
  std::string last_event_id_;
};

}  // namespace

Result<ApiJson> watch_job(ApiClient& api, const std::string& id, CommandContext& context,
                          const WatchPace& pace) {
  return JobWatcher(api, id, context, pace).run();
}

Error error_of_detail(const ApiJson& detail) {
  return Error{error_code_named(detail.text("code")).value_or(ErrorCode::kInternal), detail.text("message"),
               detail.text("hint")};
}

Status status_of_job(const ApiJson& job) {
  const std::string state = job.text("state");
  if (state == "succeeded") return {};
  const std::string what = fmt::format("{} {}", job.text("kind"), job.text("id"));
  if (state == "cancelled") return fail(ErrorCode::kCancelled, fmt::format("{} was cancelled", what));
  if (job["error"].is_null()) return fail(ErrorCode::kInternal, fmt::format("{} has failed", what));
  return fail(error_of_detail(job["error"]).in(fmt::format("{} has failed", what)));
}

namespace {

// What was exchanged stays so; but Odoo may not run.
std::optional<Error> hook_failure(const ApiJson& job) {
  for (const ApiJson& hook : job["result"]["hooks"].items()) {
    const std::string error = hook.text("error");
    if (error.empty()) continue;
    return Error{ErrorCode::kDegraded, fmt::format("the {} is done, but: {}", job.text("kind"), error),
                 "look at the branch's hooks, and whether its Odoo runs"};
  }
  return std::nullopt;
}

}  // namespace

Result<CommandOutcome> finish_job(ApiClient& api, const ApiReply& begun, const Parameters& parameters,
                                  CommandContext& context) {
  const std::string id = begun.json.text("id");
  if (!parameters.api.wait) {
    return answered(parameters, begun,
                    fmt::format("{} {} is {}: `skyhold job watch {}`\n", begun.json.text("kind"), id,
                                begun.json.text("state"), id));
  }
  const ApiJson job = TRY(watch_job(api, id, context));
  TRY(status_of_job(job));
  return CommandOutcome{parameters.json ? job.dump() : job_text(job), hook_failure(job)};
}

CommandOutcome answered(const Parameters& parameters, const ApiReply& reply, std::string text) {
  return CommandOutcome{parameters.json ? reply.text() : std::move(text), std::nullopt};
}

Status confirm_by_name(const std::string& name, const std::string& what_happens, const Parameters& parameters,
                       CommandContext& context) {
  std::string repeated = parameters.api.confirm;
  if (repeated.empty()) {
    if (!context.terminal.is_there()) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("{}: this has to be confirmed", what_happens),
                  fmt::format("add --confirm {}", name));
    }
    context.terminal.say(printable(what_happens) + "\n");
    repeated = TRY(context.terminal.ask(fmt::format("Type {} to go on: ", printable(name))));
  }
  if (repeated == name) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("the confirmation is not \"{}\": nothing was done", name));
}

Result<std::string> read_text_file(const std::string& path, std::uint64_t most_bytes) {
  return std::string(as_text(TRY(read_file(path, most_bytes))));
}

}  // namespace skyhold
