// Projects, with their health.
#include <algorithm>

#include <fmt/format.h>

#include "api/backup_json.h"
#include "api/health_view.h"
#include "api/job_json.h"
#include "api/project_list.h"
#include "api/routes.h"
#include "model/ids.h"

namespace skyhold {
namespace {

// Jobs that a list of projects shows; beyond it some project's may be left out.
constexpr int kMostActiveJobs = 2000;

using JobsByProject = std::map<std::string, std::vector<Job>, std::less<>>;

Result<JobsByProject> active_jobs(JobQueue& jobs, const std::string& project = {}) {
  const JobFilter filter{.project = project, .branch = {}, .kinds = {}, .state = {}, .active = true};
  JobsByProject by_project;
  std::string after;
  for (int seen = 0; seen < kMostActiveJobs; seen += kMostPageItems) {
    JobQueue::JobPage page = TRY(jobs.jobs(filter, kMostPageItems, after));
    for (Job& job : page.items) by_project[job.project].push_back(std::move(job));
    if (page.next.empty()) break;
    after = page.next;
  }
  return by_project;
}

// What each row of a list of projects is made with.
struct ProjectSetting {
  HealthSetting health;
  StoresByName stores;
  JobsByProject jobs;
};

Result<ProjectSetting> project_setting(const ApiServices& services, const std::string& project = {}) {
  HealthSetting health = TRY(health_setting(services));
  JobsByProject jobs = TRY(active_jobs(services.jobs, project));
  return ProjectSetting{
      .health = std::move(health), .stores = stores_by_name(services.platform), .jobs = std::move(jobs)};
}

JsonValue project_json(const ProjectSummary& summary, const ShownHealth& health, Role role,
                       const ProjectSetting& setting) {
  const Project& project = summary.project;
  JsonValue jobs = JsonValue::array();
  if (const auto active = setting.jobs.find(project.name); active != setting.jobs.end()) {
    for (const Job& job : active->second) jobs.push(to_job_reference(job));
  }
  JsonValue json = JsonValue::object();
  json.set("name", project.name)
      .set("title", project.title)
      .set("region", project.region)
      .set("objective_hours", project.objective_hours)
      .set("paused", project.paused)
      .set("paused_reason", project.paused_reason)
      .set("created_at", project.created_at)
      .set("role", to_string(role))
      .set("production_branch", summary.production_branch)
      .set("backup_count", summary.backup_count)
      .set("stored_bytes", summary.stored_bytes)
      .set("health", to_json(summary, health))
      .set("copies",
           to_json(summary.last_good ? summary.last_good->copies : std::vector<CopyRecord>{}, setting.stores))
      .set("active_jobs", std::move(jobs));
  return json;
}

Result<JsonValue> show_project(const ApiCall& call, const std::string& name, Role role) {
  const ProjectSummary summary = TRY(call.services.catalog.project_summary(name));
  const ProjectSetting setting = TRY(project_setting(call.services, name));
  return project_json(summary, project_health(summary, setting.health), role, setting);
}

ApiResult list_projects(ApiCall& call) {
  const ProjectSetting setting = TRY(project_setting(call.services));
  const Page<ListedProject> page = TRY(project_list(call, setting.health));
  JsonValue items = JsonValue::array();
  for (const auto& [summary, health] : page.items) {
    items.push(project_json(summary, health, call.who.role_in(summary.project.name), setting));
  }
  JsonValue json = JsonValue::object();
  json.set("items", std::move(items)).set("next", page.next);
  return answer(std::move(json));
}

Outcome<std::string> choose_region(const ApiCall& call) {
  const std::vector<RegionView> regions = call.services.platform.regions();
  const std::string wanted = call.body.text("region");
  if (wanted.empty() && regions.size() == 1) return regions.front().name;
  std::string known;
  for (const RegionView& region : regions) {
    if (region.name == wanted) return wanted;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", region.name);
  }
  const std::string words = wanted.empty() ? "this platform has several regions: say which"
                                           : fmt::format("there is no region \"{}\"", wanted);
  return fail(Problem(400, "invalid_argument", words, fmt::format("use one of {}", known)).at("region"));
}

// The catalog has the name first, so that two requests cannot both make a repository for it.
ApiResult create_project(ApiCall& call) {
  Project project;
  project.name = call.body.text("name");
  project.title = call.body.text("title");
  call.audit.subject = fmt::format("project {}", project.name);
  if (const Status safe = check_slug("project", project.name); !safe) return fail_at("name", safe.error());
  call.audit.project = project.name;
  project.region = TRY(choose_region(call));
  project.created_at = call.services.clock.now();
  TRY(call.services.catalog.create_project(project));
  Result<Platform::MadeRepository> made = call.services.platform.make_repository(project);
  if (!made) {
    // Nothing refers to it yet; what cannot be taken back is named in the error.
    const Status removed = call.services.catalog.delete_project(project.name, false);
    Error error = std::move(made).error();
    if (!removed) error.hint = fmt::format("delete the project {} before you try again", project.name);
    return fail(std::move(error));
  }
  TRY(call.services.catalog.set_repository(project.name, made->repository_id, made->wrapped_recovery));
  Schedule nightly;
  nightly.id = new_id("sc", project.created_at);
  nightly.project = project.name;
  nightly.branch = kProductionBranch;
  nightly.cron = call.services.platform.automatic_schedule();
  TRY(call.services.catalog.put_schedule(nightly));
  return answer(TRY(show_project(call, project.name, call.role)), 201);
}

ApiResult get_project(ApiCall& call) {
  return answer(TRY(show_project(call, call.project->name, call.role)));
}

ApiResult update_project(ApiCall& call) {
  Project project = *call.project;
  project.title = call.body.optional_text("title").value_or(project.title);
  project.objective_hours = static_cast<int>(call.body.integer("objective_hours", project.objective_hours));
  project.paused = call.body.flag("paused", project.paused);
  project.paused_reason = call.body.optional_text("paused_reason").value_or(project.paused_reason);
  if (!project.paused) project.paused_reason.clear();
  TRY(call.services.catalog.update_project(project));
  return answer(TRY(show_project(call, project.name, call.role)));
}

ApiResult delete_project(ApiCall& call) {
  const std::string& name = call.project->name;
  if (call.query.text("confirm") != name) {
    return fail(Problem(400, "invalid_argument", "the confirmation is not the project's name",
                        fmt::format("repeat it: confirm={}", name))
                    .at("confirm"));
  }
  const JobsByProject active = TRY(active_jobs(call.services.jobs, name));
  if (!active.empty()) {
    return fail(Problem(423, "busy", fmt::format("jobs of the project {} are under way", name),
                        fmt::format("wait for {} or cancel it", active.begin()->second.front().id)));
  }
  TRY(call.services.catalog.delete_project(name, true));
  TRY(call.services.access.forget_project(name));
  TRY(call.services.notifications.forget_project(name));
  return no_content();
}

ApiResult get_recovery_kit(ApiCall& call) {
  ApiAnswer kit{.text = TRY(call.services.platform.recovery_kit(*call.project)),
                .content_type = "text/plain; charset=utf-8"};
  kit.headers.push_back({"Content-Disposition",
                         fmt::format("attachment; filename=\"recovery-kit-{}.txt\"", call.project->name)});
  return kit;
}

ApiResult get_health(ApiCall& call) {
  const ProjectSummary summary = TRY(call.services.catalog.project_summary(call.project->name));
  return answer(to_json(summary, project_health(summary, TRY(health_setting(call.services)))));
}

}  // namespace

void add_project_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  routes.push_back({HttpMethod::kGet, "/projects", kSignedIn, "listProjects", list_projects});
  routes.push_back(
      {HttpMethod::kPost, "/projects", kOperator, "createProject", create_project, "project.create"});
  routes.push_back({HttpMethod::kGet, "/projects/{project}", kUser, "getProject", get_project});
  routes.push_back(
      {HttpMethod::kPatch, "/projects/{project}", kAdmin, "updateProject", update_project, "project.update"});
  routes.push_back({HttpMethod::kDelete, "/projects/{project}", kOperator, "deleteProject", delete_project,
                    "project.delete"});
  routes.push_back({.path = "/projects/{project}/recovery-kit",
                    .role = kOperator,
                    .operation = "getRecoveryKit",
                    .handler = get_recovery_kit,
                    .action = "project.recovery_kit",
                    .reveals = true});
  routes.push_back({HttpMethod::kGet, "/projects/{project}/health", kUser, "getProjectHealth", get_health});
}

}  // namespace skyhold
