// When branches are backed up, or refreshed, by themselves.
#include <algorithm>

#include <fmt/format.h>

#include "api/routes.h"
#include "model/ids.h"
#include "policy/schedule.h"

namespace skyhold {
namespace {

Outcome<JsonValue> show_schedule(const ApiCall& call, const Schedule& schedule) {
  const CronExpression cron = TRY(parse_cron(schedule.cron));
  const TimeZone zone = TRY(TimeZone::find(call.services.platform.time_zone()));
  std::optional<Instant> next;
  if (schedule.enabled && !call.project->paused) {
    const std::optional<Occurrence> occurrence = next_occurrence(cron, zone, call.services.clock.now());
    if (occurrence) next = occurrence->at;
  }
  JsonValue json = JsonValue::object();
  json.set("id", schedule.id)
      .set("branch", schedule.branch)
      .set("cron", schedule.cron)
      .set("words", describe_cron(cron))
      .set("refresh_source", schedule.refresh_source)
      .set("enabled", schedule.enabled)
      .set("next_run_at", next);
  return json;
}

Outcome<Schedule> find_schedule(const ApiCall& call) {
  const std::vector<Schedule> schedules = TRY(call.services.catalog.schedules(call.project->name));
  const auto found = std::find_if(schedules.begin(), schedules.end(), [&](const Schedule& schedule) {
    return schedule.id == call.parameter("id");
  });
  if (found != schedules.end()) return *found;
  return fail(
      Problem(404, "not_found",
              fmt::format("the project {} has no schedule \"{}\"", call.project->name, call.parameter("id")),
              "list its schedules"));
}

Outcome<void> check_source(const ApiCall& call, const Schedule& schedule) {
  if (schedule.refresh_source.empty()) return {};
  const Result<Branch> source = call.services.catalog.branch(call.project->name, schedule.refresh_source);
  if (!source) return fail_at("refresh_source", source.error());
  const bool onto_production = schedule.branch == kProductionBranch;
  const Result<Branch> target = onto_production
                                    ? Result<Branch>(Branch{})
                                    : call.services.catalog.branch(call.project->name, schedule.branch);
  if (!target) return fail_at("branch", target.error());
  if (onto_production || target->type == BranchType::kProduction || source->name == target->name) {
    return fail(Problem(400, "invalid_argument",
                        "a refresh puts neutralized data onto another branch, never onto production",
                        "choose a staging or development branch")
                    .at("branch"));
  }
  return {};
}

Outcome<void> take_fields(const ApiCall& call, Schedule& schedule) {
  schedule.branch = call.body.optional_text("branch").value_or(schedule.branch);
  schedule.refresh_source = call.body.optional_text("refresh_source").value_or(schedule.refresh_source);
  schedule.enabled = call.body.flag("enabled", schedule.enabled);
  if (const auto text = call.body.optional_text("cron")) {
    const Result<CronExpression> cron = parse_cron(*text);
    if (!cron) return fail_at("cron", cron.error());
    schedule.cron = format_cron(*cron);
  }
  if (schedule.branch != kProductionBranch) {
    const Result<Branch> branch = call.services.catalog.branch(call.project->name, schedule.branch);
    if (!branch) return fail_at("branch", branch.error());
  }
  return check_source(call, schedule);
}

ApiResult list_schedules(ApiCall& call) {
  JsonValue items = JsonValue::array();
  for (const Schedule& schedule : TRY(call.services.catalog.schedules(call.project->name))) {
    items.push(TRY(show_schedule(call, schedule)));
  }
  JsonValue json = JsonValue::object();
  json.set("items", std::move(items));
  return answer(std::move(json));
}

ApiResult create_schedule(ApiCall& call) {
  Schedule schedule;
  schedule.created_at = call.services.clock.now();
  schedule.id = new_id("sc", schedule.created_at);
  schedule.project = call.project->name;
  call.audit.subject = schedule.id;
  TRY(take_fields(call, schedule));
  TRY(call.services.catalog.put_schedule(schedule));
  return answer(TRY(show_schedule(call, schedule)), 201);
}

ApiResult update_schedule(ApiCall& call) {
  call.audit.subject = call.parameter("id");
  Schedule schedule = TRY(find_schedule(call));
  TRY(take_fields(call, schedule));
  TRY(call.services.catalog.put_schedule(schedule));
  return answer(TRY(show_schedule(call, schedule)));
}

ApiResult delete_schedule(ApiCall& call) {
  call.audit.subject = call.parameter("id");
  TRY(find_schedule(call));
  TRY(call.services.catalog.delete_schedule(call.project->name, call.parameter("id")));
  return no_content();
}

}  // namespace

void add_schedule_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  constexpr std::string_view kAll = "/projects/{project}/schedules";
  constexpr std::string_view kOne = "/projects/{project}/schedules/{id}";
  routes.push_back({HttpMethod::kGet, kAll, kUser, "listSchedules", list_schedules});
  routes.push_back({HttpMethod::kPost, kAll, kAdmin, "createSchedule", create_schedule, "schedule.create"});
  routes.push_back({HttpMethod::kPatch, kOne, kAdmin, "updateSchedule", update_schedule, "schedule.update"});
  routes.push_back({HttpMethod::kDelete, kOne, kAdmin, "deleteSchedule", delete_schedule, "schedule.delete"});
}

}  // namespace skyhold
