#include "app/service_platform.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "capture/odoo/last_write.h"
#include "capture/pg_session.h"
#include "cli/text_reports.h"
#include "operations/restore/restore.h"
#include "stores/store_probe.h"

namespace skyhold {
namespace {

constexpr std::size_t kKeptManifests = 16;

std::string recovery_context(const Project& project) {
  return fmt::format("recovery {}", project.name);
}

// libpq's keyword form, which any text can be put into.
std::string keyword_text(const PgTarget& target) {
  std::string text;
  for (const auto& [key, value] : target.parameters()) {
    std::string quoted;
    for (const char c : value) {
      if (c == '\'' || c == '\\') quoted += '\\';
      quoted += c;
    }
    text += fmt::format("{}{}='{}'", text.empty() ? "" : " ", key, quoted);
  }
  return text;
}

}  // namespace

ServicePlatform::ServicePlatform(ProjectRepositories& repositories, Catalog& catalog, const Clock& clock,
                                 std::string automatic_schedule,
                                 std::function<CatalogBackupView()> catalog_backup)
    : repositories_(repositories),
      catalog_(catalog),
      clock_(clock),
      automatic_schedule_(std::move(automatic_schedule)),
      catalog_backup_(std::move(catalog_backup)) {}

std::string ServicePlatform::time_zone() const {
  return repositories_.settings().platform_time_zone;
}

std::vector<RegionView> ServicePlatform::regions() const {
  std::vector<RegionView> regions;
  for (const RegionSettings& region : repositories_.settings().regions) {
    regions.push_back({region.name, region.stores});
  }
  return regions;
}

// ---- stores ---------------------------------------------------------------------------------

StoreView ServicePlatform::view_of(const StoreSettings& store) const {
  StoreView view;
  view.name = store.name;
  view.provider = url_scheme(store.url);
  view.url = store.url;
  view.location = store.location;
  for (const RegionSettings& region : repositories_.settings().regions) {
    const bool uses =
        std::find(region.stores.begin(), region.stores.end(), store.name) != region.stores.end();
    if (uses) view.regions.push_back(region.name);
  }
  const std::lock_guard lock(mutex_);
  if (const auto found = seen_.find(store.name); found != seen_.end()) {
    view.healthy = found->second.healthy;
    view.checked_at = found->second.checked_at;
    view.latency_seconds = found->second.latency_seconds;
    view.error = found->second.error;
  }
  return view;
}

std::vector<StoreView> ServicePlatform::stores() const {
  std::vector<StoreView> views;
  for (const StoreSettings& store : repositories_.settings().stores) views.push_back(view_of(store));
  return views;
}

void ServicePlatform::note(const std::string& store, Seen seen) {
  seen.checked_at = clock_.now();
  const std::lock_guard lock(mutex_);
  seen_[store] = std::move(seen);
}

void ServicePlatform::look_at_stores(const CancelToken& cancel) {
  OpenStoreOptions options;
  options.cancel = &cancel;
  options.retry.longest_call = std::chrono::seconds{5};
  for (const StoreSettings& settings : repositories_.settings().stores) {
    if (cancel.cancelled()) return;
    const Result<OpenedStore> opened = open_store(settings, options);
    const double began = monotonic_seconds();
    const Status looked = opened
                              ? opened->store->list(kProbePrefix, [](const ObjectInfo&) { return Status{}; })
                              : Status(fail(opened.error()));
    Seen seen;
    seen.healthy = looked.has_value();
    if (looked) seen.latency_seconds = monotonic_seconds() - began;
    if (!looked) seen.error = looked.error();
    note(settings.name, std::move(seen));
  }
}

Result<StoreView> ServicePlatform::check_store(std::string_view name) {
  const StoreSettings* settings = repositories_.settings().find(name);
  if (settings == nullptr) {
    return fail(ErrorCode::kNotFound, fmt::format("there is no store \"{}\"", name),
                "the settings file names the stores");
  }
  const OpenedStore opened = TRY(open_store(*settings, {}));
  Seen seen;
  double slowest = 0;
  for (const ProbeStep& step : probe_store(*opened.store)) {
    slowest = std::max(slowest, step.seconds);
    if (step.error && !seen.error) seen.error = step.error->in(step.name);
  }
  seen.healthy = !seen.error;
  seen.latency_seconds = slowest;
  note(settings->name, std::move(seen));
  return view_of(*settings);
}

// ---- repositories ---------------------------------------------------------------------------

Result<Platform::MadeRepository> ServicePlatform::make_repository(const Project& project) {
  const std::vector<OpenedStore> stores = TRY(repositories_.open_stores(project, nullptr));
  const NewRepository made =
      TRY(Repository::init(stores_of(stores), repositories_.master_key(), project.name));
  return MadeRepository{made.config.id.hex(),
                        repositories_.master_key().wrap(made.recovery_password, recovery_context(project))};
}

Result<std::string> ServicePlatform::recovery_kit(const Project& project) {
  if (project.wrapped_recovery.empty()) {
    return fail(ErrorCode::kNotFound, fmt::format("project {} has no recovery kit here", project.name),
                "it was printed when the repository was made; the platform's master key opens it as well");
  }
  RecoveryKit kit;
  kit.project = project.name;
  kit.repository_id = project.repository_id;
  kit.password = TRY(repositories_.master_key().unwrap(project.wrapped_recovery, recovery_context(project)));
  for (const OpenedStore& opened : TRY(repositories_.open_stores(project, nullptr))) {
    kit.locations.push_back(opened.store->location());
  }
  kit.made_at = clock_.now();
  return recovery_kit_text(kit);
}

std::shared_ptr<const Manifest> ServicePlatform::cached(const std::string& snapshot_id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(manifests_.begin(), manifests_.end(),
                                  [&](const auto& entry) { return entry.first == snapshot_id; });
  if (found == manifests_.end()) return nullptr;
  manifests_.splice(manifests_.begin(), manifests_, found);
  return found->second;
}

void ServicePlatform::keep(const std::string& snapshot_id, std::shared_ptr<const Manifest> manifest) {
  const std::lock_guard lock(mutex_);
  manifests_.emplace_front(snapshot_id, std::move(manifest));
  if (manifests_.size() > kKeptManifests) manifests_.pop_back();
}

Result<std::shared_ptr<const Manifest>> ServicePlatform::manifest(const BackupRecord& backup) {
  if (backup.snapshot_id.empty()) {
    return fail(ErrorCode::kNotFound, fmt::format("backup {} holds nothing", backup.id),
                "look at a backup that is complete");
  }
  if (auto known = cached(backup.snapshot_id)) return known;
  const Project project = TRY(catalog_.project(backup.project));
  const auto opened = TRY(repositories_.open(project, nullptr));
  TRY(opened.repository->load_index());
  const Snapshot snapshot = TRY(opened.repository->find_snapshot(backup.snapshot_id));
  auto manifest = std::make_shared<const Manifest>(TRY(opened.repository->load_manifest(snapshot)));
  keep(backup.snapshot_id, manifest);
  return manifest;
}

// ---- branches -------------------------------------------------------------------------------

Status ServicePlatform::set_database(Branch& branch, std::string_view database_url) {
  return set_branch_database(branch, database_url, repositories_.master_key());
}

Status ServicePlatform::place_beside(Branch& branch, const Branch& source) {
  const PgTarget origin = TRY(branch_database(source, repositories_.master_key()));
  const std::string database = fmt::format("{}-{}", branch.project, branch.name);
  TRY(set_branch_database(branch, keyword_text(origin.with_database(database)), repositories_.master_key()));
  if (!source.filestore.empty()) {
    // Odoo looks for the files of a database in a directory of its name.
    branch.filestore = (std::filesystem::path(source.filestore).parent_path() / database).string();
  }
  branch.addons_path = source.addons_path;
  branch.odoo_version = source.odoo_version;
  return {};
}

Result<TargetView> ServicePlatform::inspect(const Branch& branch) {
  const PgTarget target = TRY(branch_database(branch, repositories_.master_key()));
  UndoOptions undo{.database = target, .filestore = std::nullopt};
  if (!branch.filestore.empty()) undo.filestore = branch.filestore;
  TargetView view;
  view.can_undo = TRY(can_undo(undo));
  Result<PgSession> session = PgSession::connect(target);
  if (!session && session.error().code == ErrorCode::kNotFound) return view;
  if (!session) return fail(session.error());
  view.exists = true;
  const std::string size =
      TRY(session->query_value("SELECT pg_catalog.pg_database_size(current_database())"));
  view.size_bytes = std::stoull(size);
  view.last_write_at = last_write_of_odoo(*session);
  return view;
}

}  // namespace skyhold
