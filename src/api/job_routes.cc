// Work under way: lists, one job, its end on request, its story.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "api/job_json.h"
#include "api/routes.h"
#include "api/state.h"
#include "base/log.h"
#include "model/job_parameters.h"

namespace skyhold {
namespace {

// Of the projects of one person. The queue filters by one project, so that a page of several is
// picked out of the pages of all, a bounded number of them; `next` goes on from there.
ApiResult list_visible_jobs(ApiCall& call, JobFilter filter, const std::vector<std::string>& visible) {
  constexpr int kMostPages = 4;
  const PageRequest page = call.page();
  if (visible.empty()) return answer(job_page({}, ""));
  if (visible.size() == 1) filter.project = visible.front();
  std::vector<Job> found;
  std::string next = page.after;
  for (int i = 0; i < kMostPages; ++i) {
    // No more than may still be shown, so that none between here and `next` is passed over.
    const int wanted = page.limit - static_cast<int>(found.size());
    JobQueue::JobPage jobs = TRY(call.services.jobs.jobs(filter, wanted, next));
    for (Job& job : jobs.items) {
      if (std::find(visible.begin(), visible.end(), job.project) != visible.end()) found.push_back(job);
    }
    next = jobs.next;
    if (next.empty() || found.size() >= static_cast<std::size_t>(page.limit)) break;
  }
  return answer(job_page(found, next));
}

ApiResult list_jobs(ApiCall& call) {
  JobFilter filter;
  filter.project = call.query.text("project");
  filter.active = call.query.flag("active", false);
  if (const auto kind = call.query.optional_text("kind")) filter.kinds = {TRY(parse_job_kind(*kind))};
  if (const auto state = call.query.optional_text("state")) filter.state = TRY(parse_job_state(*state));
  if (!filter.project.empty() && call.who.role_in(filter.project) == Role::kNone) {
    return fail(Problem(404, "not_found", fmt::format("there is no project \"{}\"", filter.project),
                        "list the projects that you may see")
                    .at("project"));
  }
  const std::optional<std::vector<std::string>> visible = call.who.visible_projects();
  if (filter.project.empty() && visible) return list_visible_jobs(call, filter, *visible);
  const PageRequest page = call.page();
  const JobQueue::JobPage jobs = TRY(call.services.jobs.jobs(filter, page.limit, page.after));
  return answer(job_page(jobs.items, jobs.next));
}

ApiResult get_job(ApiCall& call) {
  return answer(to_json(*call.job));
}

// A job that no worker ever had is nobody else's to tidy up after.
Status close_cancelled(const ApiCall& call, const Job& job) {
  if (job.kind == JobKind::kBackup && !job.backup_id.empty()) {
    BackupRecord record = TRY(call.services.catalog.backup(job.backup_id));
    if (record.state != BackupState::kRunning) return {};
    record.state = BackupState::kFailed;
    record.finished_at = call.services.clock.now();
    record.error_code = traits(ErrorCode::kCancelled).name;
    record.error_message = fmt::format("cancelled by {} before it began", call.actor());
    return call.services.catalog.update_backup(record);
  }
  if (job.kind == JobKind::kRestore && TRY(parse_restore_parameters(job.parameters)).new_branch) {
    return call.services.catalog.delete_branch(job.project, job.branch);
  }
  return {};
}

ApiResult cancel_job(ApiCall& call) {
  call.audit.detail = to_string(call.job->kind);
  if (is_over(call.job->state)) {
    return fail(Problem(409, "already_over",
                        fmt::format("the job {} is over: {}", call.job->id, to_string(call.job->state))));
  }
  const Job job = TRY(call.services.jobs.request_cancel(call.job->id, call.actor()));
  if (job.state == JobState::kCancelled && job.attempt == 0) {
    const Status closed = close_cancelled(call, job);
    if (!closed) log::warning("after the end of {}: {}", job.id, closed.error().message);
  }
  return answer(to_json(job));
}

// Last-Event-ID is what a browser repeats by itself; `after` is for everybody else.
std::int64_t events_after(const ApiCall& call) {
  std::int64_t after = call.query.integer("after", 0);
  const std::string_view last = call.request.header("last-event-id").value_or("");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), number);
  if (!last.empty() && error == std::errc() && end == last.data() + last.size()) after = number;
  return std::max<std::int64_t>(after, 0);
}

// Whether somebody who listens may still do so.
std::function<bool()> may_go_on(const ApiCall& call) {
  return [&access = call.services.access, &clock = call.services.clock, cookie = call.cookie, who = call.who,
          project = call.job->project] {
    if (!cookie.empty()) {
      const Result<Principal> now = access.by_cookie(cookie);
      return now && now->role_in(project) != Role::kNone;
    }
    const Result<Account> account = access.account(who.account.id);
    const bool expired = who.token && who.token->expires_at && *who.token->expires_at <= clock.now();
    return account && account->enabled && !expired;
  };
}

ApiResult get_job_events(ApiCall& call) {
  const std::int64_t after = events_after(call);
  const std::string_view accept = call.request.header("accept").value_or("");
  if (accept.find("text/event-stream") == std::string_view::npos) {
    const std::vector<JobEvent> events = TRY(call.services.jobs.events(call.job->id, after));
    JsonValue items = JsonValue::array();
    for (const JobEvent& event : events) items.push(to_json(event));
    JsonValue json = JsonValue::object();
    json.set("items", std::move(items));
    return answer(std::move(json));
  }
  std::shared_ptr<void> place = call.state.event_streams.enter(call.who.account.id);
  if (!place) {
    Problem problem(429, "too_many_streams", "there are too many event streams open",
                    "close one, or ask for the job now and then");
    problem.retry_after = std::chrono::seconds{10};
    return fail(std::move(problem));
  }
  ApiAnswer stream;
  stream.events =
      job_event_source(call.services.jobs, call.job->id, after, may_go_on(call), std::move(place));
  return stream;
}

}  // namespace

void add_job_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  routes.push_back({HttpMethod::kGet, "/jobs", kSignedIn, "listJobs", list_jobs});
  routes.push_back({HttpMethod::kGet, "/jobs/{id}", kUser, "getJob", get_job});
  routes.push_back({HttpMethod::kPost, "/jobs/{id}/cancel", kAdmin, "cancelJob", cancel_job, "job.cancel"});
  routes.push_back({HttpMethod::kGet, "/jobs/{id}/events", kUser, "getJobEvents", get_job_events});
}

}  // namespace skyhold
