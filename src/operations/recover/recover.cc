#include "operations/recover/recover.h"

#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/ids.h"
#include "operations/recover/catalog_backup.h"

namespace skyhold {
namespace {

constexpr int kFormatVersion = 1;

struct Recovery {
  const RecoverOptions& options;
  const MasterKey& master_key;
  Catalog& catalog;
  Access& access;
  const Clock& clock;
  ProgressSink& progress;
  const CancelToken& cancel;
  RecoverReport report;
};

// ---- the saved catalog ----------------------------------------------------------------------

Status load_everything(Recovery& recovery, const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("catalog") || !json.contains("access")) {
    return fail(ErrorCode::kCorrupt, "the saved catalog is not what Skyhold writes");
  }
  if (json.value("format", 0) != kFormatVersion) {
    return fail(ErrorCode::kUnsupported, "the saved catalog has a format that this version does not know",
                "recover with a newer version of Skyhold");
  }
  TRY(recovery.catalog.load(json["catalog"].dump()));
  return recovery.access.load(json["access"].dump());
}

// ---- what the repositories say --------------------------------------------------------------

// Projects whose repositories lie in the store, where no catalog tells.
Result<std::vector<std::string>> find_projects(Recovery& recovery) {
  OpenStoreOptions open;
  open.cancel = &recovery.cancel;
  const OpenedStore root = TRY(open_store(recovery.options.store, open));
  std::vector<std::string> names;
  const Status listed = root.store->list("", [&](const ObjectInfo& object) -> Status {
    const std::size_t slash = object.name.find('/');
    if (slash == std::string::npos || object.name.substr(slash) != "/config") return {};
    const std::string name = object.name.substr(0, slash);
    if (check_slug("a project", name)) names.push_back(name);
    return recovery.cancel.check();
  });
  if (!listed) return fail(listed.error());
  return names;
}

Status create_found_project(Recovery& recovery, const std::string& name) {
  Project project;
  project.name = name;
  project.title = name;
  project.region = recovery.options.region;
  project.created_at = recovery.clock.now();
  return recovery.catalog.create_project(project);
}

// A backup that a repository has and the catalog does not know.
BackupRecord record_of(const Recovery& recovery, const Project& project, const Snapshot& snapshot,
                       const Manifest& manifest) {
  BackupRecord record;
  record.id = new_id("bk", snapshot.time);
  record.project = project.name;
  record.branch = manifest.branch;
  record.kind = manifest.kind;
  record.snapshot_id = snapshot.id.hex();
  record.note = manifest.note;
  record.created_by = "recovered";
  record.started_at = manifest.started_at;
  record.point_in_time = manifest.point_in_time;
  record.finished_at = manifest.finished_at;
  record.source_bytes = static_cast<std::int64_t>(manifest.table_bytes() + manifest.filestore.bytes);
  if (snapshot.summary) record.added_bytes = static_cast<std::int64_t>(snapshot.summary->data_added_packed);
  record.table_count = static_cast<std::int64_t>(manifest.tables.size());
  record.row_count = static_cast<std::int64_t>(manifest.table_rows());
  record.file_count = static_cast<std::int64_t>(manifest.filestore.files.size());
  record.file_bytes = static_cast<std::int64_t>(manifest.filestore.bytes);
  record.missing_file_count = static_cast<std::int64_t>(manifest.filestore.missing.size());
  record.odoo_version = manifest.odoo.base_version;
  record.postgresql_version = manifest.database.server_version;
  // What the other stores hold is seen when they are verified or mended.
  record.state = recovery.options.store_names.size() == 1 ? BackupState::kGood : BackupState::kDegraded;
  for (const std::string& store : recovery.options.store_names) {
    const bool here = store == recovery.options.store.name;
    record.copies.push_back({store, here ? CopyState::kStored : CopyState::kPending, std::nullopt, {}});
  }
  return record;
}

Status ensure_branch(Recovery& recovery, const Project& project, const Manifest& manifest) {
  const Result<Branch> known = recovery.catalog.branch(project.name, manifest.branch);
  if (known || known.error().code != ErrorCode::kNotFound) {
    return known ? Status() : Status(fail(known.error()));
  }
  Branch branch;
  branch.project = project.name;
  branch.name = manifest.branch;
  branch.type = manifest.branch == "production" ? BranchType::kProduction : BranchType::kStaging;
  branch.created_at = recovery.clock.now();
  recovery.report.notices.push_back(
      fmt::format("branch {}/{} was found in backups: say where its database is before it is used",
                  project.name, branch.name));
  return recovery.catalog.create_branch(branch);
}

// By snapshot id.
Result<std::map<std::string, BackupRecord>> known_backups(Recovery& recovery, const Project& project) {
  std::map<std::string, BackupRecord> known;
  BackupFilter filter;
  filter.project = project.name;
  filter.deleted = true;
  PageRequest page{.limit = kMostPageItems, .after = {}};
  do {
    Page<BackupRecord> found = TRY(recovery.catalog.backups(filter, page));
    for (BackupRecord& backup : found.items) {
      if (!backup.snapshot_id.empty()) known.emplace(backup.snapshot_id, std::move(backup));
    }
    page.after = found.next;
  } while (!page.after.empty());
  return known;
}

Status add_newer(Recovery& recovery, const Project& project, Repository& repository,
                 const std::vector<Snapshot>& snapshots, const std::map<std::string, BackupRecord>& known) {
  bool index_is_loaded = false;
  for (const Snapshot& snapshot : snapshots) {
    TRY(recovery.cancel.check());
    if (known.contains(snapshot.id.hex())) continue;
    if (!index_is_loaded) TRY(repository.load_index());
    index_is_loaded = true;
    const Result<Manifest> manifest = repository.load_manifest(snapshot);
    if (!manifest) {
      recovery.report.notices.push_back(fmt::format("{}: snapshot {} is not one of Skyhold's: {}",
                                                    project.name, snapshot.id.short_hex(),
                                                    manifest.error().message));
      continue;
    }
    if (!check_slug("a branch", manifest->branch)) {
      recovery.report.notices.push_back(
          fmt::format("{}: snapshot {} is of branch \"{}\", a name that the service cannot have; "
                      "`skyhold repo restore` restores it",
                      project.name, snapshot.id.short_hex(), manifest->branch));
      continue;
    }
    TRY(ensure_branch(recovery, project, *manifest));
    TRY(recovery.catalog.create_backup(record_of(recovery, project, snapshot, *manifest)));
    ++recovery.report.newer_backups;
    ++recovery.report.backups;
  }
  return {};
}

Status reconcile(Recovery& recovery, Project project) {
  OpenStoreOptions open;
  open.cancel = &recovery.cancel;
  const OpenedStore opened = TRY(open_store(below(recovery.options.store, project.name), open));
  const auto repository = TRY(Repository::open({opened.store}, recovery.master_key));
  if (project.repository_id.empty()) {
    TRY(recovery.catalog.set_repository(project.name, repository->config().id.hex(),
                                        project.wrapped_recovery));
  }
  std::vector<std::string> unreadable;
  const std::vector<Snapshot> snapshots = TRY(repository->snapshots(&unreadable));
  for (const std::string& name : unreadable) {
    recovery.report.notices.push_back(fmt::format("{}: {} cannot be read", project.name, name));
  }
  const auto known = TRY(known_backups(recovery, project));
  std::set<std::string> here;
  for (const Snapshot& snapshot : snapshots) here.insert(snapshot.id.hex());
  for (const auto& [snapshot, backup] : known) {
    if (!backup.restorable()) continue;
    ++recovery.report.backups;
    if (!here.contains(snapshot)) ++recovery.report.missing_backups;
  }
  return add_newer(recovery, project, *repository, snapshots, known);
}

Status reconcile_all(Recovery& recovery) {
  PageRequest page{.limit = kMostPageItems, .after = {}};
  do {
    const Page<Project> projects = TRY(recovery.catalog.projects(page));
    for (const Project& project : projects.items) {
      TRY(recovery.cancel.check());
      recovery.progress.report({.phase = fmt::format("Looking at {}", project.name)});
      ++recovery.report.projects;
      const Status looked = reconcile(recovery, project);
      if (looked) continue;
      if (looked.error().code == ErrorCode::kCancelled) return looked;
      recovery.report.notices.push_back(fmt::format("{}: {}", project.name, looked.error().message));
    }
    page.after = projects.next;
  } while (!page.after.empty());
  return {};
}

}  // namespace

Result<std::string> dump_everything(Catalog& catalog, Access& access, Instant now) {
  return fmt::format(R"({{"format":{},"made_at":"{}","catalog":{},"access":{}}})", kFormatVersion,
                     format_rfc3339(now), TRY(catalog.dump()), TRY(access.dump()));
}

Result<RecoverReport> run_recover(const RecoverOptions& options, const MasterKey& master_key,
                                  Catalog& catalog, Access& access, const Clock& clock,
                                  ProgressSink& progress, const CancelToken& cancel) {
  Recovery recovery{options, master_key, catalog, access, clock, progress, cancel, {}};
  OpenStoreOptions open;
  open.cancel = &cancel;
  const OpenedStore root = TRY(open_store(options.store, open));
  progress.report({.phase = "Reading the saved catalog"});
  const Result<LoadedCatalog> saved = load_catalog(*root.store, master_key);
  if (saved) {
    TRY(load_everything(recovery, saved->text));
    recovery.report.catalog_saved_at = saved->saved_at;
  } else if (saved.error().code == ErrorCode::kNotFound) {
    progress.report({.phase = "Looking for repositories"});
    for (const std::string& name : TRY(find_projects(recovery))) {
      TRY(create_found_project(recovery, name));
    }
  } else {
    return fail(saved.error());
  }
  TRY(reconcile_all(recovery));
  return recovery.report;
}

}  // namespace skyhold
