// The platform: regions, stores, workers, what copies take, the audit log and health.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "api/account_json.h"
#include "api/backup_json.h"
#include "api/health_view.h"
#include "api/job_json.h"
#include "api/routes.h"

namespace skyhold {
namespace {

constexpr int kStorageDays = 30;
constexpr int kMostProjectsByStorage = 50;

ApiResult list_regions(ApiCall& call) {
  std::map<std::string, std::int64_t> projects;
  for (const Catalog::RegionCount& count : TRY(call.services.catalog.projects_by_region())) {
    projects[count.region] = count.projects;
  }
  JsonValue items = JsonValue::array();
  for (const RegionView& region : call.services.platform.regions()) {
    JsonValue json = JsonValue::object();
    json.set("name", region.name).set("stores", json_strings(region.stores));
    items.push(std::move(json.set("project_count", projects[region.name])));
  }
  JsonValue json = JsonValue::object();
  json.set("items", std::move(items));
  return answer(std::move(json));
}

JsonValue to_json(const StoreView& store) {
  JsonValue json = JsonValue::object();
  json.set("name", store.name)
      .set("provider", store.provider)
      .set("url", store.url)
      .set("location", store.location)
      .set("regions", json_strings(store.regions))
      .set("healthy", store.healthy)
      .set("checked_at", store.checked_at)
      .set("latency_seconds",
           store.latency_seconds ? JsonValue::number(*store.latency_seconds) : JsonValue{});
  if (store.error) json.set("error", error_detail(*store.error));
  return json;
}

ApiResult list_stores(ApiCall& call) {
  std::map<std::string, std::int64_t> bytes;
  for (const StoreUsage& usage : TRY(call.services.catalog.usage_by_store()))
    bytes[usage.store] = usage.bytes;
  JsonValue items = JsonValue::array();
  for (const StoreView& store : call.services.platform.stores()) {
    items.push(std::move(to_json(store).set("bytes", bytes[store.name])));
  }
  JsonValue json = JsonValue::object();
  json.set("items", std::move(items));
  return answer(std::move(json));
}

ApiResult check_store(ApiCall& call) {
  call.audit.subject = fmt::format("store {}", call.parameter("store"));
  return answer(to_json(TRY(call.services.platform.check_store(call.parameter("store")))));
}

ApiResult list_workers(ApiCall& call) {
  JsonValue items = JsonValue::array();
  for (const WorkerRecord& worker : TRY(call.services.jobs.workers())) {
    JsonValue json = JsonValue::object();
    json.set("name", worker.name)
        .set("region", worker.region)
        .set("version", worker.version)
        .set("started_at", worker.started_at)
        .set("seen_at", worker.seen_at)
        .set("running_jobs", worker.running_jobs);
    items.push(std::move(json));
  }
  JsonValue json = JsonValue::object();
  json.set("items", std::move(items));
  return answer(std::move(json));
}

// ---- what copies take

Result<std::vector<UsagePoint>> history_of(const ApiCall& call, std::string_view project) {
  const std::chrono::hours days{24 * call.query.integer("days", kStorageDays)};
  return call.services.catalog.usage_history(project, call.services.clock.now() - days);
}

JsonValue history_json(const std::vector<UsagePoint>& history) {
  JsonValue array = JsonValue::array();
  for (const UsagePoint& point : history) {
    JsonValue json = JsonValue::object();
    json.set("day", point.day).set("store", point.store);
    array.push(std::move(json.set("bytes", point.bytes).set("source_bytes", point.source_bytes)));
  }
  return array;
}

JsonValue usage_json(const ApiCall& call, const std::vector<StoreUsage>& stores) {
  const StoresByName known = stores_by_name(call.services.platform);
  JsonValue array = JsonValue::array();
  for (const StoreUsage& usage : stores) {
    const auto store = known.find(usage.store);
    JsonValue json = JsonValue::object();
    json.set("store", usage.store)
        .set("location", store == known.end() ? "" : store->second.location)
        .set("bytes", usage.bytes)
        .set("objects", usage.objects)
        .set("measured_at", usage.measured_at);
    array.push(std::move(json));
  }
  return array;
}

ApiResult get_project_storage(ApiCall& call) {
  const std::string& project = call.project->name;
  JsonValue json = JsonValue::object();
  json.set("stores", usage_json(call, TRY(call.services.catalog.usage(project))))
      .set("history", history_json(TRY(history_of(call, project))));
  return answer(std::move(json));
}

ApiResult get_storage(ApiCall& call) {
  JsonValue largest = JsonValue::array();
  for (const ProjectUsage& usage : TRY(call.services.catalog.largest_projects(kMostProjectsByStorage))) {
    JsonValue json = JsonValue::object();
    largest.push(std::move(json.set("project", usage.project).set("bytes", usage.bytes)));
  }
  JsonValue json = JsonValue::object();
  json.set("stores", usage_json(call, TRY(call.services.catalog.usage_by_store())))
      .set("history", history_json(TRY(history_of(call, {}))))
      .set("projects", std::move(largest));
  return answer(std::move(json));
}

// ---- the audit log and health

ApiResult list_audit(ApiCall& call) {
  AuditFilter filter;
  filter.project = call.query.text("project");
  filter.actor = call.query.text("actor");
  filter.action = call.query.text("action");
  filter.since = call.query_time("since");
  filter.until = call.query_time("until");
  const PageRequest page = call.page();
  const Access::AuditPage found = TRY(call.services.access.audit_log(filter, page.limit, page.after));
  return answer(std::move(item_list(found.items).set("next", found.next)));
}

// Calls `each` for every project, a page at a time.
template <typename Each>
Status for_each_project(Catalog& catalog, const Each& each) {
  PageRequest page{.limit = kMostPageItems, .after = {}};
  do {
    const Page<ProjectSummary> found = TRY(catalog.project_summaries(page));
    for (const ProjectSummary& summary : found.items) each(summary);
    page.after = found.next;
  } while (!page.after.empty());
  return {};
}

Result<JsonValue> project_counts(const ApiCall& call) {
  std::map<HealthState, std::int64_t> states;
  const HealthSetting setting = TRY(health_setting(call.services));
  TRY(for_each_project(call.services.catalog, [&](const ProjectSummary& summary) {
    ++states[project_health(summary, setting).health.state];
  }));
  JsonValue json = JsonValue::object();
  for (const HealthState state : {HealthState::kSafe, HealthState::kAtRisk, HealthState::kUnprotected,
                                  HealthState::kPaused, HealthState::kNew}) {
    json.set(to_string(state), states[state]);
  }
  return json;
}

ApiResult get_platform_health(ApiCall& call) {
  const Instant day_ago = call.services.clock.now() - std::chrono::hours{24};
  const JobQueue::JobCounts jobs = TRY(call.services.jobs.counts(day_ago));
  const std::vector<StoreView> stores = call.services.platform.stores();
  const auto healthy =
      std::count_if(stores.begin(), stores.end(), [](const StoreView& store) { return store.healthy; });
  const auto failing = static_cast<std::int64_t>(stores.size()) - healthy;
  JsonValue store_counts = JsonValue::object();
  store_counts.set("healthy", healthy).set("failing", failing);
  const CatalogBackupView saved = call.services.platform.catalog_backup();
  JsonValue catalog = JsonValue::object();
  catalog.set("saved_at", saved.saved_at).set("behind", saved.behind);
  JsonValue json = JsonValue::object();
  json.set("projects", TRY(project_counts(call)))
      .set("jobs_running", jobs.running)
      .set("jobs_queued", jobs.queued)
      .set("jobs_failed_today", jobs.failed)
      .set("stores", std::move(store_counts))
      .set("workers", TRY(call.services.jobs.workers()).size())
      .set("catalog", std::move(catalog));
  return answer(std::move(json));
}

}  // namespace

void add_platform_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  routes.push_back({HttpMethod::kGet, "/regions", kOperator, "listRegions", list_regions});
  routes.push_back({HttpMethod::kGet, "/stores", kOperator, "listStores", list_stores});
  routes.push_back(
      {HttpMethod::kPost, "/stores/{store}/check", kOperator, "checkStore", check_store, "store.check"});
  routes.push_back({HttpMethod::kGet, "/storage", kOperator, "getStorage", get_storage});
  routes.push_back(
      {HttpMethod::kGet, "/projects/{project}/storage", kUser, "getProjectStorage", get_project_storage});
  routes.push_back({HttpMethod::kGet, "/workers", kOperator, "listWorkers", list_workers});
  routes.push_back({HttpMethod::kGet, "/audit", kOperator, "listAudit", list_audit});
  routes.push_back({HttpMethod::kGet, "/health", kOperator, "getHealth", get_platform_health});
}

}  // namespace skyhold
