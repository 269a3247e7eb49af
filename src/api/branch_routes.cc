// Branches: where a project's databases and filestores are.
#include <filesystem>

#include <fmt/format.h>

#include "api/backup_json.h"
#include "api/branch_json.h"
#include "api/routes.h"
#include "capture/odoo/odoo_conf.h"

namespace skyhold {
namespace {

// An odoo.conf comes whole.
constexpr std::uint64_t kBranchBodyBytes = std::uint64_t{256} << 10;
constexpr std::size_t kMostCommandBytes = 4096;

// Adds what a list of branches and a single one both show beside the record.
Outcome<JsonValue> show_branch(ApiCall& call, const Branch& branch) {
  JsonValue json = to_json(branch, call.role);
  const auto last = TRY(call.services.catalog.newest_restorable(call.project->name, branch.name));
  if (last) json.set("last_backup", TRY(show_backup(call, *last)));
  return json;
}

ApiResult list_branches(ApiCall& call) {
  JsonValue items = JsonValue::array();
  for (const Branch& branch : TRY(call.services.catalog.branches(call.project->name))) {
    items.push(TRY(show_branch(call, branch)));
  }
  JsonValue json = JsonValue::object();
  json.set("items", std::move(items));
  return answer(std::move(json));
}

ApiResult get_branch(ApiCall& call) {
  const Branch branch = TRY(call.services.catalog.branch(call.project->name, call.parameter("branch")));
  JsonValue json = TRY(show_branch(call, branch));
  // A server that does not answer must not hide the branch.
  if (call.is_admin() && !branch.wrapped_database_url.empty()) {
    const Result<TargetView> target = call.services.platform.inspect(branch);
    if (target) json.set("can_undo", target->can_undo);
  }
  return answer(std::move(json));
}

Outcome<void> take_odoo_conf(const ApiCall& call, Branch& branch) {
  const std::string text = call.body.text("odoo_conf");
  if (text.empty()) return {};
  const Result<OdooConf> conf = parse_odoo_conf(text);
  if (!conf) return fail_at("odoo_conf", conf.error());
  const Result<std::string> url = odoo_database_url(*conf);
  if (!url) return fail_at("odoo_conf", url.error());
  if (const Status set = call.services.platform.set_database(branch, *url); !set) {
    return fail_at("odoo_conf", set.error());
  }
  const Result<std::filesystem::path> filestore = odoo_filestore(*conf);
  if (filestore) branch.filestore = filestore->string();
  for (const std::filesystem::path& path : conf->addons_path) {
    branch.addons_path += (branch.addons_path.empty() ? "" : ",") + path.string();
  }
  return {};
}

// A path that is taken as it is by whoever works: absolute, and without steps back.
Outcome<void> take_directory(std::string field, const std::string& text, std::string& into) {
  const std::filesystem::path path(text);
  const bool steps_back = path.lexically_normal() != path && path.lexically_normal() != path / "";
  if (!text.empty() && (!path.is_absolute() || steps_back || path == "/")) {
    return fail(Problem(400, "invalid_argument", "a directory has to be an absolute path without . or ..",
                        "give it as the database server's Odoo sees it")
                    .at(std::move(field)));
  }
  into = text;
  return {};
}

Outcome<void> take_text(const ApiCall& call, const char* field, std::string& into, std::size_t most_bytes) {
  const std::optional<std::string> text = call.body.optional_text(field);
  if (!text) return {};
  if (const Status fine = check_text(field, *text, most_bytes); !fine) return fail_at(field, fine.error());
  into = *text;
  return {};
}

// What a new branch and a change have in common; what is not named stays.
Outcome<void> take_fields(const ApiCall& call, Branch& branch) {
  if (const auto type = call.body.optional_text("type")) branch.type = TRY(parse_branch_type(*type));
  TRY(take_odoo_conf(call, branch));
  if (const auto url = call.body.optional_text("database_url")) {
    const Status set = call.services.platform.set_database(branch, *url);
    if (!set) return fail_at("database_url", set.error());
  }
  if (const auto filestore = call.body.optional_text("filestore")) {
    TRY(take_directory("filestore", *filestore, branch.filestore));
  }
  TRY(take_text(call, "addons_path", branch.addons_path, kMostCommandBytes));
  TRY(take_text(call, "odoo_version", branch.odoo_version, 32));
  TRY(take_text(call, "before_swap", branch.before_swap, kMostCommandBytes));
  TRY(take_text(call, "after_swap", branch.after_swap, kMostCommandBytes));
  return {};
}

ApiResult create_branch(ApiCall& call) {
  Branch branch;
  branch.project = call.project->name;
  branch.name = call.body.text("name");
  call.audit.subject = fmt::format("branch {}", branch.name);
  // First, for the name is part of what binds the database's URL to the branch.
  if (const Status safe = check_slug("branch", branch.name); !safe) return fail_at("name", safe.error());
  TRY(take_fields(call, branch));
  if (branch.wrapped_database_url.empty()) {
    return fail(Problem(400, "invalid_argument", "a branch needs a database",
                        "give database_url, or the text of its odoo.conf as odoo_conf")
                    .at("database_url"));
  }
  branch.created_at = call.services.clock.now();
  TRY(call.services.catalog.create_branch(branch));
  return answer(TRY(show_branch(call, branch)), 201);
}

ApiResult update_branch(ApiCall& call) {
  Branch branch = TRY(call.services.catalog.branch(call.project->name, call.parameter("branch")));
  call.audit.subject = fmt::format("branch {}", branch.name);
  TRY(take_fields(call, branch));
  TRY(call.services.catalog.update_branch(branch));
  return answer(TRY(show_branch(call, branch)));
}

ApiResult delete_branch(ApiCall& call) {
  const std::string& name = call.parameter("branch");
  call.audit.subject = fmt::format("branch {}", name);
  TRY(call.services.catalog.branch(call.project->name, name));
  const JobFilter filter{
      .project = call.project->name, .branch = name, .kinds = {}, .state = {}, .active = true};
  const JobQueue::JobPage active = TRY(call.services.jobs.jobs(filter, 1));
  if (!active.items.empty()) {
    return fail(Problem(423, "busy", fmt::format("a job of the branch {} is under way", name),
                        fmt::format("wait for {} or cancel it", active.items.front().id)));
  }
  TRY(call.services.catalog.delete_branch(call.project->name, name));
  return no_content();
}

}  // namespace

JsonValue to_json(const Branch& branch, Role role) {
  JsonValue json = JsonValue::object();
  json.set("project", branch.project)
      .set("name", branch.name)
      .set("type", to_string(branch.type))
      .set("database", branch.database_label)
      .set("database_server", branch.database_server)
      .set("has_filestore", !branch.filestore.empty())
      .set("odoo_version", branch.odoo_version)
      .set("created_at", branch.created_at);
  if (role >= Role::kAdmin) json.set("filestore", branch.filestore).set("addons_path", branch.addons_path);
  if (role == Role::kOperator) {
    json.set("before_swap", branch.before_swap).set("after_swap", branch.after_swap);
  }
  return json;
}

void add_branch_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  constexpr std::string_view kAll = "/projects/{project}/branches";
  constexpr std::string_view kOne = "/projects/{project}/branches/{branch}";
  routes.push_back({HttpMethod::kGet, kAll, kUser, "listBranches", list_branches});
  routes.push_back({.method = HttpMethod::kPost,
                    .path = kAll,
                    .role = kOperator,
                    .operation = "createBranch",
                    .handler = create_branch,
                    .action = "branch.create",
                    .max_body_bytes = kBranchBodyBytes});
  routes.push_back({HttpMethod::kGet, kOne, kUser, "getBranch", get_branch});
  routes.push_back({HttpMethod::kPatch, kOne, kOperator, "updateBranch", update_branch, "branch.update"});
  routes.push_back({HttpMethod::kDelete, kOne, kOperator, "deleteBranch", delete_branch, "branch.delete"});
}

}  // namespace skyhold
