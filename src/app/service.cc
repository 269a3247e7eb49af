#include "app/service.h"

#include <filesystem>

#include <fmt/format.h>

#include "access/access.h"
#include "access/oidc_provider.h"
#include "api/api.h"
#include "app/catalog_saver.h"
#include "app/job_choice.h"
#include "app/job_runner.h"
#include "app/notices.h"
#include "app/periodic.h"
#include "app/scheduler.h"
#include "app/service_platform.h"
#include "base/log.h"
#include "jobs/worker.h"
#include "notify/courier.h"

namespace skyhold {
namespace {

constexpr std::chrono::seconds kSchedulerPause{5};
constexpr std::chrono::seconds kSaverPause{10};
constexpr std::chrono::minutes kStoreLookPause{2};
constexpr std::chrono::hours kSweepPause{1};
constexpr std::chrono::seconds kNoticesPause{10};
constexpr std::chrono::seconds kDeliveryPause{5};
constexpr int kDeliverers = 2;  // one server that does not answer holds up one of them
constexpr std::chrono::seconds kAnswerDeadline{10};

Status make_data_directory(const std::filesystem::path& directory) {
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) {
    return fail(error_from_errno(problem.value(),
                                 fmt::format("cannot make the data directory {}", directory.string())));
  }
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all, problem);
  if (!problem) return {};
  return fail(
      error_from_errno(problem.value(), fmt::format("cannot close {} to others", directory.string())));
}

// Made at the first start only: a catalog without its key is a key that was lost, and a new one would open
// nothing.
Result<MasterKey> master_key_of(const ServiceSettings& settings, bool catalog_is_new, FirstStart& first) {
  const std::filesystem::path file = settings.key_file();
  Result<MasterKey> key = MasterKey::load(file);
  if (key || key.error().code != ErrorCode::kNotFound) return key;
  if (!catalog_is_new) {
    return fail(ErrorCode::kNotFound,
                fmt::format("the master key {} is gone, but the catalog is there", file.string()),
                "put the copy of it back that you keep elsewhere; a new key would open none of the backups");
  }
  const MasterKey made = MasterKey::random();
  TRY(made.save(file));
  first.made_master_key = true;
  return made;
}

Status check_local_stores(const ServiceSettings& settings) {
  // The store of those who try Skyhold without settings; nobody else's directory is made.
  if (settings.platform.find("local-copy") == nullptr || settings.platform.stores.size() > 1) return {};
  return make_data_directory(settings.data_directory / "copies" / "local");
}

constexpr std::string_view kKeyCheck = "master_key_check";
constexpr std::string_view kKeyCheckContext = "master key check";

// The catalog knows which key it was made with, so that another one is noticed before it wraps anything.
Status check_key(Catalog& catalog, const MasterKey& key) {
  const auto known = TRY(catalog.value(kKeyCheck));
  if (!known) return catalog.set_value(kKeyCheck, key.wrap("skyhold", kKeyCheckContext));
  if (key.unwrap(*known, kKeyCheckContext)) return {};
  return fail(ErrorCode::kWrongKey, "the master key is not the one that this catalog was made with",
              "name the right one with master_key_file in the settings");
}

ServerOptions server_options(const ServerSettings& settings, Api& api) {
  ServerOptions options;
  options.listen = settings.listen;
  options.certificate_file = settings.certificate_file;
  options.key_file = settings.key_file;
  options.trusted_proxies = settings.trusted_proxies;
  // A download waits for its backup to be read; event streams must not wait for it.
  options.source_threads += InterchangeSources::kMostDownloads;
  options.plan = [&api](const ServerRequest& head) { return api.plan(head); };
  return options;
}

CourierOptions courier_options(const ServiceSettings& settings) {
  CourierOptions options;
  options.mail = settings.mail;
  options.public_url = settings.server.public_url;
  options.allow_private_addresses = settings.notify.allow_private_addresses;
  options.ca_file = settings.notify.ca_file;
  return options;
}

class RunningService final : public Service {
 public:
  RunningService(ServiceSettings settings, MasterKey key, FirstStart first, const Clock& clock)
      : settings_(std::move(settings)), key_(key), first_(std::move(first)), clock_(clock) {}
  ~RunningService() override { drain(); }

  Status open(std::unique_ptr<SqlDatabase> database, std::unique_ptr<Catalog> catalog);
  Status begin(const ServiceParts& parts);

  [[nodiscard]] const FirstStart& first_start() const override { return first_; }
  [[nodiscard]] std::string url() const override;
  Status reload_certificates() override { return server_ ? server_->reload_certificates() : Status(); }
  void drain() override;

 private:
  Status make_first_account();
  Status begin_api();
  void begin_scheduler();
  void begin_notifying();
  void begin_worker();
  void close_backup(const Job& job);
  Result<std::string> work_on(const Job& job, JobContext& context);

  const ServiceSettings settings_;
  const MasterKey key_;
  FirstStart first_;
  const Clock& clock_;

  // In the order in which they need each other; ended the other way round.
  std::unique_ptr<SqlDatabase> database_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<Access> access_;
  std::unique_ptr<JobQueue> jobs_;
  std::unique_ptr<ProjectRepositories> repositories_;
  std::unique_ptr<CatalogSaver> saver_;
  std::unique_ptr<ServicePlatform> platform_;
  std::unique_ptr<InterchangeSources> sources_;
  std::unique_ptr<Notifications> notifications_;
  std::unique_ptr<Courier> courier_;
  std::unique_ptr<Notices> notices_;
  std::unique_ptr<OidcProvider> oidc_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<JobServices> job_services_;
  std::unique_ptr<JobChoice> choice_;
  std::unique_ptr<Scheduler> scheduler_;
  std::unique_ptr<Worker> worker_;
  std::vector<std::unique_ptr<Periodic>> periodic_;
};

Status RunningService::open(std::unique_ptr<SqlDatabase> database, std::unique_ptr<Catalog> catalog) {
  database_ = std::move(database);
  catalog_ = std::move(catalog);
  TRY(check_key(*catalog_, key_));
  AccessOptions access;
  access.session_idle = settings_.server.session_idle;
  access.session_absolute = settings_.server.session_absolute;
  access_ = TRY(Access::open(*database_, key_, clock_, access));
  jobs_ = TRY(JobQueue::open(*database_, clock_));
  repositories_ = std::make_unique<ProjectRepositories>(settings_.platform, key_);
  saver_ = std::make_unique<CatalogSaver>(*catalog_, *access_, *repositories_, clock_);
  platform_ = std::make_unique<ServicePlatform>(
      *repositories_, *catalog_, clock_, settings_.schedule.automatic, [this] { return saver_->view(); });
  sources_ = std::make_unique<InterchangeSources>(*repositories_, *catalog_, clock_);
  notifications_ = TRY(Notifications::open(*database_, key_, clock_));
  courier_ = std::make_unique<Courier>(*notifications_, courier_options(settings_), clock_);
  job_services_ = std::unique_ptr<JobServices>(
      new JobServices{*catalog_, *jobs_, *repositories_, *sources_, settings_, clock_});
  return {};
}

Status RunningService::begin(const ServiceParts& parts) {
  if (parts.api) TRY(make_first_account());
  if (parts.worker) begin_worker();
  if (parts.scheduler) begin_scheduler();
  // Last: who can connect finds everything running.
  if (parts.api) TRY(begin_api());
  return {};
}

Status RunningService::make_first_account() {
  if (TRY(access_->has_accounts())) return {};
  NewAccount account;
  account.name = "admin";
  account.display_name = "Operator";
  account.is_operator = true;
  const Access::Created created = TRY(access_->create_account(account));
  first_.operator_name = created.account.name;
  first_.one_time_password = created.one_time_password;
  return {};
}

Status RunningService::begin_api() {
  if (settings_.oidc.configured()) {
    oidc_ = std::make_unique<OidcProvider>(TRY(load_oidc_options(settings_.oidc)), clock_);
  }
  api_ = TRY(Api::open({*database_, *catalog_, *access_, *jobs_, *platform_, *sources_, *notifications_,
                        *courier_, key_, clock_, oidc_.get(), settings_.server.public_url}));
  server_ = TRY(HttpServer::start(server_options(settings_.server, *api_),
                                  [this](ServerRequest& request) { return api_->handle(request); }));
  periodic_.push_back(std::make_unique<Periodic>("looking at the stores", kStoreLookPause,
                                                 [this](const CancelToken& cancel) -> Status {
                                                   platform_->look_at_stores(cancel);
                                                   return {};
                                                 }));
  periodic_.push_back(std::make_unique<Periodic>("sweeping sessions", kSweepPause,
                                                 [this](const CancelToken&) { return access_->sweep(); }));
  return {};
}

void RunningService::begin_scheduler() {
  scheduler_ = std::make_unique<Scheduler>(*catalog_, *jobs_, settings_, clock_);
  periodic_.push_back(std::make_unique<Periodic>("scheduler", kSchedulerPause,
                                                 [this](const CancelToken&) { return scheduler_->tick(); }));
  periodic_.push_back(std::make_unique<Periodic>("sweeping uploads", kSweepPause,
                                                 [this](const CancelToken&) { return sources_->sweep(); }));
  periodic_.push_back(std::make_unique<Periodic>(
      "saving the catalog", kSaverPause, [this](const CancelToken& cancel) { return saver_->tick(cancel); }));
  begin_notifying();
}

void RunningService::begin_notifying() {
  notices_ = std::make_unique<Notices>(*catalog_, *jobs_, *platform_, *notifications_, clock_);
  periodic_.push_back(std::make_unique<Periodic>("looking for what people are told", kNoticesPause,
                                                 [this](const CancelToken&) { return notices_->look(); }));
  for (int deliverer = 0; deliverer < kDeliverers; ++deliverer) {
    periodic_.push_back(
        std::make_unique<Periodic>("delivering notifications", kDeliveryPause,
                                   [this](const CancelToken& cancel) { return courier_->deliver(cancel); }));
  }
  periodic_.push_back(std::make_unique<Periodic>(
      "sweeping notifications", kSweepPause, [this](const CancelToken&) { return notifications_->sweep(); }));
}

void RunningService::close_backup(const Job& job) {
  const Status closed = close_backup_of(*job_services_, job);
  // The scheduler looks for what is left open as well.
  if (!closed) log::warning("job {}: {}", job.id, closed.error().message);
}

void RunningService::begin_worker() {
  choice_ = std::make_unique<JobChoice>(settings_, clock_);
  WorkerOptions options;
  options.name = worker_name();
  options.region = settings_.worker.region;
  options.slots = settings_.worker.slots;
  options.drain_deadline = settings_.worker.drain_deadline;
  options.choose = [this](const std::vector<Job>& queued, const std::vector<Job>& running) {
    return (*choice_)(queued, running);
  };
  options.restartable = is_restartable;
  options.reaped = [this](const Job& job) { close_backup(job); };
  worker_ =
      std::make_unique<Worker>(*jobs_, clock_, std::move(options),
                               [this](const Job& job, JobContext& context) { return work_on(job, context); });
  worker_->start();
}

Result<std::string> RunningService::work_on(const Job& job, JobContext& context) {
  const log::Scope id("job", job.id);
  const log::Scope project("project", job.project);
  const log::Scope branch("branch", job.branch);
  log::info("{} begins", to_string(job.kind));
  Result<std::string> done = run_job(*job_services_, job, context);
  if (done) log::info("{} is done", to_string(job.kind));
  if (!done) log::warning("{} failed: {}", to_string(job.kind), done.error().message);
  return done;
}

std::string RunningService::url() const {
  if (!server_) return {};
  const bool tls = !settings_.server.certificate_file.empty();
  const std::string& address = settings_.server.listen.front().address;
  const bool any = address == "0.0.0.0" || address == "::";
  const bool bracketed = !any && address.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", tls ? "https" : "http", bracketed ? "[" : "",
                     any ? "localhost" : address, bracketed ? "]" : "", server_->port());
}

void RunningService::drain() {
  if (api_) api_->begin_drain();
  periodic_.clear();
  if (worker_) worker_->drain();
  // What the last jobs have changed is saved as well.
  if (scheduler_) {
    const Status saved = saver_->tick(CancelToken());
    if (!saved) log::warning("saving the catalog: {}", saved.error().message);
  }
  scheduler_.reset();
  if (server_) server_->stop(kAnswerDeadline);
  worker_.reset();
  server_.reset();
}

}  // namespace

Result<std::unique_ptr<SqlDatabase>> open_recovered_catalog(const ServiceSettings& settings,
                                                            const MasterKey& key) {
  TRY(make_data_directory(settings.data_directory));
  const Result<MasterKey> known = MasterKey::load(settings.key_file());
  if (!known && known.error().code != ErrorCode::kNotFound) return fail(known.error());
  if (!known) TRY(key.save(settings.key_file()));
  if (known && known->to_text() != key.to_text()) {
    return fail(ErrorCode::kWrongKey,
                fmt::format("{} holds another master key", settings.key_file().string()),
                "move it away, or name another data directory");
  }
  return open_sql_database(settings.catalog());
}

Result<std::unique_ptr<Service>> Service::start(ServiceSettings settings, const ServiceParts& parts,
                                                const Clock& clock) {
  TRY(make_data_directory(settings.data_directory));
  TRY(check_local_stores(settings));
  auto database = TRY(open_sql_database(settings.catalog()));
  if (!parts.api && database->dialect() == SqlDialect::kSqlite) {
    return fail(ErrorCode::kInvalidArgument, "a worker of its own needs a catalog in PostgreSQL",
                "`skyhold serve` has a worker in it; for more of them set catalog = \"postgresql://…\"");
  }
  auto catalog = TRY(Catalog::open(*database, clock));
  FirstStart first;
  const bool is_new = parts.api && !TRY(catalog->value(kKeyCheck)).has_value();
  const MasterKey key = TRY(master_key_of(settings, is_new, first));
  auto service = std::make_unique<RunningService>(std::move(settings), key, std::move(first), clock);
  TRY(service->open(std::move(database), std::move(catalog)));
  TRY(service->begin(parts));
  return std::unique_ptr<Service>(std::move(service));
}

}  // namespace skyhold
