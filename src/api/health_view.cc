#include "api/health_view.h"

#include <algorithm>

#include "policy/schedule.h"

namespace skyhold {
namespace {

std::optional<Instant> next_run_at(const ProjectSummary& summary, const HealthSetting& setting) {
  const auto schedules = setting.schedules_of_project.find(summary.project.name);
  if (summary.project.paused || schedules == setting.schedules_of_project.end()) return std::nullopt;
  std::vector<CronExpression> crons;
  for (const Schedule& schedule : schedules->second) {
    const bool applies = schedule.branch == kProductionBranch || schedule.branch == summary.production_branch;
    if (!applies || !schedule.refresh_source.empty()) continue;
    if (const Result<CronExpression> cron = parse_cron(schedule.cron)) crons.push_back(*cron);
  }
  const std::optional<Occurrence> next = next_occurrence(crons, setting.zone, setting.now);
  return next ? std::optional(next->at) : std::nullopt;
}

BranchHealthFacts production_facts(const ProjectSummary& summary, const HealthSetting& setting) {
  BranchHealthFacts facts{.branch = summary.production_branch, .created_at = summary.production_since};
  if (const std::optional<BackupRecord>& good = summary.last_good) {
    facts.last_good_at = good->point_in_time.value_or(good->started_at);
    for (const CopyRecord& copy : good->copies) {
      if (copy.state == CopyState::kStored || copy.state == CopyState::kVerified) ++facts.copies_complete;
      if (copy.state == CopyState::kMissing || copy.state == CopyState::kCorrupt) ++facts.copies_damaged;
    }
  }
  facts.last_verified_at = summary.last_verified_at;
  if (const std::optional<BackupRecord>& attempt = summary.last_attempt) {
    facts.running = attempt->state == BackupState::kRunning;
    if (attempt->state == BackupState::kFailed) {
      facts.failures_since_good = 1;  // at least; counting them would be a query for each project
      facts.last_failure = attempt->error_message;
    }
  }
  facts.next_run_at = next_run_at(summary, setting);
  return facts;
}

}  // namespace

Result<HealthSetting> health_setting(Catalog& catalog, const Platform& platform, Instant now) {
  HealthSetting setting{.zone = TRY(TimeZone::find(platform.time_zone())),
                        .now = now,
                        .stores_of_region = {},
                        .schedules_of_project = {}};
  for (const RegionView& region : platform.regions()) {
    setting.stores_of_region[region.name] = static_cast<int>(region.stores.size());
  }
  for (Schedule& schedule : TRY(catalog.enabled_schedules())) {
    setting.schedules_of_project[schedule.project].push_back(std::move(schedule));
  }
  return setting;
}

ShownHealth project_health(const ProjectSummary& summary, const HealthSetting& setting) {
  const Project& project = summary.project;
  ShownHealth shown;
  shown.facts.created_at = project.created_at;
  shown.facts.paused = project.paused;
  const auto stores = setting.stores_of_region.find(project.region);
  shown.facts.copies_wanted = stores == setting.stores_of_region.end() ? 0 : stores->second;
  if (!summary.production_branch.empty()) shown.facts.production = {production_facts(summary, setting)};
  HealthObjectives objectives;
  objectives.backup_age = std::chrono::hours{project.objective_hours};
  objectives.unprotected_age = std::max(objectives.unprotected_age, 2 * objectives.backup_age);
  shown.health = judge_health(shown.facts, setting.zone, setting.now, objectives);
  return shown;
}

JsonValue to_json(const ProjectSummary& summary, const ShownHealth& shown) {
  JsonValue reasons = JsonValue::array();
  for (const HealthReason& reason : shown.health.reasons) {
    JsonValue json = JsonValue::object();
    json.set("code", reason.code).set("text", reason.sentence);
    reasons.push(std::move(json));
  }
  const BranchHealthFacts facts =
      shown.facts.production.empty() ? BranchHealthFacts{} : shown.facts.production.front();
  JsonValue json = JsonValue::object();
  json.set("state", to_string(shown.health.state))
      .set("sentence", shown.health.sentence)
      .set("reasons", std::move(reasons))
      .set("objective_hours", summary.project.objective_hours)
      .set("last_good_at", facts.last_good_at)
      .set("last_good_backup", summary.last_good ? summary.last_good->id : "")
      .set("last_verified_at", facts.last_verified_at)
      .set("next_run_at", facts.next_run_at)
      .set("copies_complete", facts.copies_complete)
      .set("copies_wanted", shown.facts.copies_wanted);
  return json;
}

}  // namespace skyhold
