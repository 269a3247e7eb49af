#include "api/restore_plan.h"

#include <fmt/format.h>

#include "api/work.h"

namespace skyhold {
namespace {

Outcome<BackupRecord> restorable_backup(const ApiCall& call) {
  auto found = find_backup(call, call.body.text("backup"));
  if (!found) return fail(std::move(found).error().at("backup"));
  if (found->restorable()) return std::move(*found);
  return fail(Problem(409, "not_restorable",
                      fmt::format("backup {} is {}", found->id, to_string(found->state)),
                      "choose a backup that is good")
                  .at("backup"));
}

// Paths and databases of the platform are the operators' to name.
Outcome<void> check_may_place(const ApiCall& call, const JsonValue& wanted) {
  for (const char* field : {"database_url", "filestore"}) {
    if (wanted.find(field) == nullptr || call.is_operator()) continue;
    return fail(Problem(403, "forbidden", fmt::format("only operators may give \"{}\"", field),
                        "leave it out: the new branch is made beside the source branch")
                    .at(fmt::format("new_branch.{}", field)));
  }
  return {};
}

Outcome<void> place(const ApiCall& call, const BackupRecord& backup, const JsonValue& wanted,
                    Branch& target) {
  const Result<Branch> source = call.services.catalog.branch(backup.project, backup.branch);
  if (source) {
    target.odoo_version = source->odoo_version;
    target.addons_path = source->addons_path;
  }
  if (const auto url = wanted.optional_text("database_url")) {
    const Status set = call.services.platform.set_database(target, *url);
    if (!set) return fail_at("new_branch.database_url", set.error());
    target.filestore = wanted.text("filestore");
    if (target.filestore.empty() || target.filestore.starts_with('/')) return {};
    return fail(Problem(400, "invalid_argument", "a filestore has to be an absolute path")
                    .at("new_branch.filestore"));
  }
  if (!source) {
    return fail(
        Problem(409, "source_branch_gone",
                fmt::format(
                    "the branch {} of this backup is not there any more, so nothing can be made beside it",
                    backup.branch),
                "restore onto an existing branch, or ask an operator to give database_url")
            .at("new_branch"));
  }
  TRY(call.services.platform.place_beside(target, *source));
  return {};
}

Outcome<Branch> new_target(const ApiCall& call, const BackupRecord& backup, const JsonValue& wanted) {
  TRY(check_may_place(call, wanted));
  Branch target;
  target.project = call.project->name;
  target.name = wanted.text("name");
  target.type = TRY(parse_branch_type(wanted.optional_text("type").value_or("staging")));
  target.created_at = call.services.clock.now();
  if (const Status safe = check_slug("branch", target.name); !safe) {
    return fail_at("new_branch.name", safe.error());
  }
  if (call.services.catalog.branch(target.project, target.name)) {
    return fail(Problem(409, "already_exists", fmt::format("there is a branch {} already", target.name),
                        "choose another name, or restore onto that branch")
                    .at("new_branch.name"));
  }
  TRY(place(call, backup, wanted, target));
  return target;
}

Outcome<Branch> existing_target(const ApiCall& call) {
  Result<Branch> branch = call.services.catalog.branch(call.project->name, call.body.text("branch"));
  if (!branch) return fail_at("branch", std::move(branch).error());
  return std::move(*branch);
}

std::vector<std::string> warnings_of(const RestorePlan& plan) {
  const bool production = plan.target.type == BranchType::kProduction;
  std::vector<std::string> warnings;
  if (production) warnings.emplace_back("This replaces what production serves.");
  if (production && plan.parameters.neutralize) {
    warnings.emplace_back(
        "Production would be neutralized: its mail, scheduled actions and payments switched off.");
  }
  if (!production && !plan.parameters.neutralize) {
    warnings.emplace_back(
        "An exact copy sends mail, runs scheduled actions and takes payments as production does.");
  }
  if (!plan.parameters.safety_backup && !plan.parameters.new_branch) {
    warnings.emplace_back("No safety backup is taken of what is replaced.");
  }
  if (plan.backup.state == BackupState::kDegraded) {
    warnings.emplace_back("This backup is not on every store.");
  }
  if (plan.backup.missing_file_count > 0) {
    warnings.push_back(fmt::format("{} files were missing at its source.", plan.backup.missing_file_count));
  }
  if (!plan.target.odoo_version.empty() && !plan.backup.odoo_version.empty() &&
      plan.target.odoo_version != plan.backup.odoo_version) {
    warnings.push_back(fmt::format("The backup is of Odoo {}, the branch runs {}.", plan.backup.odoo_version,
                                   plan.target.odoo_version));
  }
  return warnings;
}

}  // namespace

Outcome<RestorePlan> plan_restore(const ApiCall& call) {
  const JsonValue* wanted = call.body.find("new_branch");
  if ((wanted != nullptr) == (call.body.find("branch") != nullptr)) {
    return fail(Problem(400, "invalid_argument", "a restore goes either to branch or to new_branch",
                        "give one of the two")
                    .at("branch"));
  }
  RestorePlan plan;
  plan.backup = TRY(restorable_backup(call));
  if (wanted != nullptr) {
    plan.target = TRY(new_target(call, plan.backup, *wanted));
  } else {
    plan.target = TRY(existing_target(call));
  }
  const bool production = plan.target.type == BranchType::kProduction;
  const std::string mode = call.body.optional_text("mode").value_or(production ? "exact" : "neutralized");
  plan.parameters.neutralize = mode == "neutralized";
  plan.parameters.new_identity = plan.target.name != plan.backup.branch;
  plan.parameters.new_branch = wanted != nullptr;
  plan.parameters.safety_backup = wanted == nullptr && call.body.flag("safety_backup", true);
  plan.warnings = warnings_of(plan);
  return plan;
}

}  // namespace skyhold
