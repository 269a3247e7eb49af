// What is kept, until when and why; what other rules would do; which backups live on which day.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "api/backup_json.h"
#include "api/retention_view.h"
#include "api/routes.h"
#include "api/state.h"
#include "policy/retention_calendar.h"

namespace skyhold {
namespace {

constexpr int kCalendarDays = 90;

JsonValue to_json(const RetentionRules& rules) {
  JsonValue json = JsonValue::object();
  json.set("keep_daily", rules.keep_daily)
      .set("keep_weekly", rules.keep_weekly)
      .set("keep_monthly", rules.keep_monthly)
      .set("manual_days", rules.manual_days)
      .set("imported_days", rules.imported_days)
      .set("safety_days", rules.safety_days);
  return json;
}

// What the body does not name stays as the project has it.
RetentionRules rules_of(const ApiCall& call) {
  RetentionRules rules = call.project->retention;
  const auto read = [&](const char* name, int& into) {
    into = static_cast<int>(call.body.integer(name, into));
  };
  read("keep_daily", rules.keep_daily);
  read("keep_weekly", rules.keep_weekly);
  read("keep_monthly", rules.keep_monthly);
  read("manual_days", rules.manual_days);
  read("imported_days", rules.imported_days);
  read("safety_days", rules.safety_days);
  return rules;
}

JsonValue kept_json(const ProjectRetention& retention, std::size_t i) {
  const BackupRecord& backup = retention.backups[i];
  const BackupRetention& decision = retention.decisions[i];
  JsonValue json = JsonValue::object();
  json.set("backup", backup.id)
      .set("branch", backup.branch)
      .set("kind", to_string(backup.kind))
      .set("state", to_string(backup.state))
      .set("at", retention.inputs[i].time)
      .set("keep", decision.keep)
      .set("tiers", tier_names(decision))
      .set("kept_until", decision.kept_until)
      .set("bytes", backup.added_bytes);
  return json;
}

// Newest first: `first` are still to come, of which the page has `limit` at most.
struct KeptPage {
  std::size_t first = 0;
  std::size_t limit = 0;
  [[nodiscard]] std::size_t end() const { return first - std::min(first, limit); }
};

KeptPage all_of(const ProjectRetention& retention) {
  return {retention.backups.size(), retention.backups.size()};
}

JsonValue retention_json(const ProjectRetention& retention, const RetentionRules& rules,
                         const KeptPage& page) {
  JsonValue array = JsonValue::array();
  for (std::size_t i = page.first; i-- > page.end();) array.push(kept_json(retention, i));
  JsonValue json = JsonValue::object();
  json.set("rules", to_json(rules)).set("backups", std::move(array));
  return json;
}

// The cursor says how many are left: what is made meanwhile is newer and moves nothing.
Outcome<KeptPage> page_of(const ApiCall& call, const ProjectRetention& retention) {
  KeptPage page = all_of(retention);
  page.limit = static_cast<std::size_t>(call.query.integer("limit", static_cast<int>(page.limit)));
  const std::string after = call.query.text("after");
  if (after.empty()) return page;
  std::size_t first = 0;
  const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), first);
  if (error == std::errc() && end == after.data() + after.size()) {
    page.first = std::min(first, page.first);
    return page;
  }
  return fail(Problem(400, "invalid_argument", "no list of backups ends there", "begin again without it")
                  .at("after"));
}

ApiResult get_retention(ApiCall& call) {
  const auto retention = TRY(call.state.retention.of(call.services, *call.project));
  const KeptPage page = TRY(page_of(call, *retention));
  JsonValue json = retention_json(*retention, call.project->retention, page);
  return answer(std::move(json.set("next", page.end() == 0 ? std::string() : std::to_string(page.end()))));
}

ApiResult set_retention(ApiCall& call) {
  const RetentionRules rules = rules_of(call);
  TRY(check_retention_rules(rules));
  call.audit.detail = fmt::format("{} daily, {} weekly, {} monthly; manual {}, imported {}, safety {} days",
                                  rules.keep_daily, rules.keep_weekly, rules.keep_monthly, rules.manual_days,
                                  rules.imported_days, rules.safety_days);
  call.project->retention = rules;
  TRY(call.services.catalog.update_project(*call.project));
  const auto retention = TRY(call.state.retention.of(call.services, *call.project));
  return answer(retention_json(*retention, rules, all_of(*retention)));
}

ApiResult preview_retention_of(ApiCall& call) {
  const RetentionRules rules = rules_of(call);
  TRY(check_retention_rules(rules));
  const auto today = TRY(call.state.retention.of(call.services, *call.project));
  const auto preview = TRY(decide_project_retention(call.services, *call.project, rules));
  JsonValue deleted = JsonValue::array();
  for (std::size_t i = preview->backups.size(); i-- > 0;) {
    const BackupRetention* now = today->find(preview->backups[i].id);
    if (now != nullptr && now->keep && !preview->decisions[i].keep) deleted.push(kept_json(*preview, i));
  }
  JsonValue json = retention_json(*preview, rules, all_of(*preview));
  return answer(std::move(json.set("deleted", std::move(deleted))));
}

Outcome<Branch> calendar_branch(const ApiCall& call) {
  const std::vector<Branch> branches = TRY(call.services.catalog.branches(call.project->name));
  const std::string name = call.query.text("branch");
  const auto found = std::find_if(branches.begin(), branches.end(), [&](const Branch& branch) {
    return name.empty() ? branch.type == BranchType::kProduction : branch.name == name;
  });
  if (found != branches.end()) return *found;
  const std::string what = name.empty() ? "production branch yet" : fmt::format("branch \"{}\"", name);
  return fail(Problem(404, "not_found", fmt::format("the project {} has no {}", call.project->name, what),
                      "list its branches")
                  .at("branch"));
}

JsonValue day_json(const RetentionCalendar& calendar, const CalendarDay& day,
                   const ProjectRetention& retention) {
  JsonValue backups = JsonValue::array();
  for (const std::size_t position : day.backups) {
    const CalendarBackup& backup = calendar.backups[position];
    const BackupRetention* decision = retention.find(backup.id);
    JsonValue json = JsonValue::object();
    json.set("backup", backup.id)
        .set("at", backup.time)
        .set("expected", backup.id.empty())
        .set("tiers", decision == nullptr ? JsonValue::array() : tier_names(*decision));
    backups.push(std::move(json));
  }
  JsonValue json = JsonValue::object();
  json.set("day", day.date).set("backups", std::move(backups));
  return json;
}

ApiResult get_calendar(ApiCall& call) {
  const Branch branch = TRY(calendar_branch(call));
  const auto retention = TRY(call.state.retention.of(call.services, *call.project));
  std::vector<RetentionBackup> backups;
  for (const RetentionBackup& backup : retention->inputs) {
    if (backup.branch == branch.name) backups.push_back(backup);
  }
  const std::vector<Schedule> schedules = TRY(call.services.catalog.schedules(call.project->name));
  const RetentionSetting setting = TRY(retention_setting(call.services, *call.project, branch, schedules));
  const std::vector<std::string> scheduled =
      setting.expected.empty() ? std::vector<std::string>{} : std::vector<std::string>{branch.name};
  const auto days = static_cast<int>(call.query.integer("days", kCalendarDays));
  const RetentionCalendar calendar =
      TRY(retention_calendar(call.project->retention, backups, scheduled, setting, days));
  JsonValue list = JsonValue::array();
  for (const CalendarDay& day : calendar.days) list.push(day_json(calendar, day, *retention));
  JsonValue json = JsonValue::object();
  json.set("branch", branch.name).set("days", std::move(list));
  return answer(std::move(json));
}

}  // namespace

void add_retention_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  constexpr std::string_view kRules = "/projects/{project}/retention";
  routes.push_back({HttpMethod::kGet, kRules, kUser, "getRetention", get_retention});
  routes.push_back({HttpMethod::kPut, kRules, kAdmin, "setRetention", set_retention, "retention.set"});
  routes.push_back({HttpMethod::kPost, "/projects/{project}/retention/preview", kUser, "previewRetention",
                    preview_retention_of});
  routes.push_back({HttpMethod::kGet, "/projects/{project}/retention/calendar", kUser, "getRetentionCalendar",
                    get_calendar});
}

}  // namespace skyhold
