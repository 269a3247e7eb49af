#include "api/api_test_support.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/routes.h"
#include "io/produced_source.h"
#include "model/ids.h"
#include "stores/memory_store.h"

namespace skyhold {
namespace {

template <typename T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class CountingSession final : public SqlSession {
 public:
  CountingSession(SqlSession& session, std::atomic<int>& count) : session_(session), count_(count) {}
  Result<SqlRows> query(std::string_view sql, const SqlParameters& parameters) override {
    ++count_;
    return session_.query(sql, parameters);
  }
  Result<std::int64_t> execute(std::string_view sql, const SqlParameters& parameters) override {
    ++count_;
    return session_.execute(sql, parameters);
  }
  [[nodiscard]] SqlDialect dialect() const override { return session_.dialect(); }

 private:
  SqlSession& session_;
  std::atomic<int>& count_;
};

class CountingDatabase final : public SqlDatabase {
 public:
  CountingDatabase(std::unique_ptr<SqlDatabase> database, std::atomic<int>& count)
      : database_(std::move(database)), count_(count) {}
  Status transact(SqlAccess access, const std::function<Status(SqlSession&)>& body) override {
    return database_->transact(access, [&](SqlSession& session) {
      CountingSession counting(session, count_);
      return body(counting);
    });
  }
  [[nodiscard]] SqlDialect dialect() const override { return database_->dialect(); }
  [[nodiscard]] std::string describe() const override { return database_->describe(); }

 private:
  const std::unique_ptr<SqlDatabase> database_;
  std::atomic<int>& count_;
};

// The schema of an answer, by its status and content type; fails the test when there is none.
const JsonValue* answer_schema(const Operation& operation, const Answer& answer) {
  const JsonValue* response = operation.responses->find(fmt::format("{}", answer.status));
  if (response == nullptr) {
    ADD_FAILURE() << operation.id << " answers " << answer.status << ", which openapi.yaml does not know";
    return nullptr;
  }
  const JsonValue* content = contract().resolve(*response).find("content");
  if (content == nullptr) {
    EXPECT_TRUE(answer.text.empty()) << operation.id << ": " << answer.text;
    return nullptr;
  }
  const std::string type = answer.header("content-type");
  const JsonValue* media = content->find(type.substr(0, type.find(';')));
  if (media == nullptr) {
    ADD_FAILURE() << operation.id << " answers as " << type;
    return nullptr;
  }
  return media->find("schema");
}

void check_answer(HttpMethod method, const std::string& path, const Answer& answer) {
  const std::string plain = path.substr(0, path.find('?'));
  const RouteMatch match = match_route(method, std::string(kApiPrefix) + plain);
  static const JsonValue kProblem = [] {
    JsonValue reference = JsonValue::object();
    reference.set("$ref", "#/components/schemas/Problem");
    return reference;
  }();
  const JsonValue* schema = &kProblem;
  if (answer.status >= 400) {
    EXPECT_EQ(answer.header("content-type"), "application/problem+json") << path;
  } else {
    ASSERT_NE(match.route, nullptr) << path;
    schema = answer_schema(*contract().operation(match.route->operation), answer);
  }
  if (schema == nullptr || contract().resolve(*schema).text("type") == "string") return;
  const auto fault = contract().check(answer.body, *schema);
  EXPECT_FALSE(fault) << to_string(method) << ' ' << path << ": " << fault->message << "\n" << answer.text;
}

}  // namespace

// ---- the platform

std::vector<RegionView> FakePlatform::regions() const {
  return {{"west", {"gold", "silver", "bronze"}}};
}

std::vector<StoreView> FakePlatform::stores() const {
  std::vector<StoreView> stores;
  for (const char* name : {"gold", "silver", "bronze"}) {
    StoreView store;
    store.name = name;
    store.provider = "file";
    store.url = std::string("file:///") + name;
    store.location = "here";
    store.regions = {"west"};
    stores.push_back(store);
  }
  return stores;
}

Result<StoreView> FakePlatform::check_store(std::string_view name) {
  for (const StoreView& store : stores()) {
    if (store.name == name) return store;
  }
  return fail(ErrorCode::kNotFound, fmt::format("there is no store {}", name));
}

Result<Platform::MadeRepository> FakePlatform::make_repository(const Project& project) {
  if (repository_error) return fail(*repository_error);
  return MadeRepository{std::string(64, 'a'), master_key_.wrap("recovery", project.name)};
}

Result<std::string> FakePlatform::recovery_kit(const Project& project) {
  return "kit of " + project.name + "\n";
}

Result<std::shared_ptr<const Manifest>> FakePlatform::manifest(const BackupRecord& backup) {
  const auto found = manifests.find(backup.id);
  if (found == manifests.end()) return fail(ErrorCode::kUnavailable, "no store answers");
  return std::make_shared<const Manifest>(found->second);
}

Status FakePlatform::set_database(Branch& branch, std::string_view database_url) {
  if (!database_url.starts_with("postgresql://")) {
    return fail(ErrorCode::kInvalidArgument, "this is no URL of PostgreSQL", "postgresql://…");
  }
  branch.wrapped_database_url = master_key_.wrap(database_url, branch.project + "/" + branch.name);
  branch.database_label = branch.name + " on db1:5432";
  branch.database_server = "db1:5432";
  return {};
}

Status FakePlatform::place_beside(Branch& branch, const Branch& source) {
  branch.filestore = source.filestore + "-" + branch.name;
  return set_database(branch, "postgresql://db1/beside");
}

Result<TargetView> FakePlatform::inspect(const Branch&) {
  return target;
}

// ---- answers and callers

std::string Answer::header(std::string_view lower_case_name) const {
  for (const HttpHeader& known : headers) {
    if (known.name == lower_case_name) return known.value;
  }
  return {};
}

const JsonValue& Answer::at(std::string_view path) const {
  static const JsonValue kNothing;
  const JsonValue* value = &body;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    value = value->find(rest.substr(0, dot));
    if (value == nullptr) {
      ADD_FAILURE() << "no " << path << " in " << text;
      return kNothing;
    }
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  return *value;
}

std::string Answer::text_at(std::string_view path) const {
  const JsonValue& value = at(path);
  return value.is(JsonValue::Type::kString) ? value.as_string() : to_text(value);
}

Answer Caller::raw(HttpMethod method, const std::string& path, const std::string& body,
                   std::vector<HttpHeader> headers) {
  HttpRequest request;
  request.method = method;
  request.url = base_url_ + path;
  request.headers = std::move(headers);
  if (!body.empty()) request.body = {as_bytes(body)};
  const Result<HttpResponse> response = client_->send(request);
  Answer answer;
  if (!response) {
    ADD_FAILURE() << path << ": " << to_string(response.error());
    return answer;
  }
  answer.status = response->status;
  answer.headers = response->headers;
  answer.text = as_text(response->body);
  if (answer.header("content-type").find("json") != std::string::npos) {
    auto parsed = parse_json(answer.text, {.depth = 32, .values = 1'000'000});
    if (parsed) answer.body = std::move(*parsed);
  }
  return answer;
}

Answer Caller::send(HttpMethod method, const std::string& path, const std::string& body,
                    std::vector<HttpHeader> headers) {
  if (!token.empty()) {
    headers.push_back({"Authorization", "Bearer " + token});
  } else if (!cookie.empty()) {
    headers.push_back({"Cookie", cookie});
    if (!csrf_token.empty()) headers.push_back({"X-CSRF-Token", csrf_token});
  }
  if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
  Answer answer = raw(method, std::string(kApiPrefix) + path, body, std::move(headers));
  check_answer(method, path, answer);
  take_cookie(answer);
  return answer;
}

void Caller::take_cookie(const Answer& answer) {
  const std::string set = answer.header("set-cookie");
  if (!set.empty()) cookie = set.substr(0, set.find(';'));
  if (const std::string fresh = answer.header("x-csrf-token"); !fresh.empty()) csrf_token = fresh;
  if (answer.body.find("csrf_token") != nullptr) csrf_token = answer.body.text("csrf_token");
}

Answer Caller::sign_in(std::string_view name, std::string_view password) {
  JsonValue body = JsonValue::object();
  body.set("name", name).set("password", password);
  return post("/session", to_text(body));
}

// ---- interchange

FakeInterchange::FakeInterchange(const MasterKey& key, const Clock& clock)
    : uploads_(std::make_shared<Uploads>(std::vector<ObjectStorePtr>{std::make_shared<MemoryStore>()}, key,
                                         clock)) {}

Result<std::unique_ptr<ByteSource>> FakeInterchange::open_download(const BackupRecord&, const ExportOptions&,
                                                                   const ByteRange& range) {
  if (download_error) return fail(*download_error);
  const std::string part = content.substr(range.first, range.count.value_or(std::string::npos));
  return std::make_unique<ProducedSource>(
      [part](ByteSink& sink, const CancelToken&) { return sink.write(as_bytes(part)); });
}

// ---- the house

ApiHouse::ApiHouse() : clock(parse_rfc3339("2026-11-23T10:00:00Z").value()) {
  database = std::make_unique<CountingDatabase>(
      need(open_sql_database("sqlite://" + (directory / "catalog.db").string())), statements);
  catalog = need(Catalog::open(*database, clock));
  AccessOptions options;
  options.password_cost = {.operations = 1, .memory_bytes = 1U << 16};
  access = need(Access::open(*database, master_key, clock, options));
  jobs = need(JobQueue::open(*database, clock));
  notifications = need(Notifications::open(*database, master_key, clock));
  courier = std::make_unique<Courier>(*notifications, CourierOptions{.allow_private_addresses = true}, clock);
  api = need(Api::open({*database, *catalog, *access, *jobs, platform, interchange, *notifications, *courier,
                        master_key, clock}));
  add_project("acme");
  add_project("globex");
  add_account("olga", true);
  for (const char* name : {"ada", "uma", "sam"}) add_account(name, false);
  need(access->put_member("acme", "ada", Role::kAdmin));
  need(access->put_member("acme", "uma", Role::kUser));
  need(access->put_member("globex", "sam", Role::kAdmin));
  ServerOptions server;
  server.plan = [this](const ServerRequest& head) { return api->plan(head); };
  server_ = need(
      HttpServer::start(std::move(server), [this](ServerRequest& request) { return api->handle(request); }));
  base_url_ = fmt::format("http://127.0.0.1:{}", server_->port());
}

std::string ApiHouse::password_of(std::string_view name) {
  return fmt::format("wave-lantern-quilt-{}", name.size() * 7919);
}

void ApiHouse::add_account(std::string_view name, bool is_operator) {
  need(access->create_account({.name = std::string(name),
                               .display_name = std::string(name),
                               .is_operator = is_operator,
                               .password = password_of(name)}));
}

void ApiHouse::add_project(std::string_view name) {
  Project project;
  project.name = name;
  project.title = "Project " + project.name;
  project.region = "west";
  need(catalog->create_project(project));
  need(catalog->set_repository(name, std::string(64, 'b'), master_key.wrap("recovery", name)));
  for (const auto& [branch_name, type] :
       {std::pair("main", BranchType::kProduction), std::pair("stage", BranchType::kStaging)}) {
    Branch branch;
    branch.project = name;
    branch.name = branch_name;
    branch.type = type;
    branch.filestore = "/srv/" + branch.project + "/" + branch.name;
    branch.odoo_version = "17.0";
    need(platform.set_database(branch, "postgresql://db1/acme"));
    need(catalog->create_branch(branch));
  }
  Schedule nightly;
  nightly.id = new_id("sc", clock.now());
  nightly.project = name;
  nightly.branch = kProductionBranch;
  need(catalog->put_schedule(nightly));
}

Caller ApiHouse::as(std::string_view name) const {
  Caller signed_in = caller();
  EXPECT_EQ(signed_in.sign_in(name, password_of(name)).status, 200) << name;
  return signed_in;
}

BackupRecord ApiHouse::add_backup(std::string_view branch, Instant at, BackupKind kind) {
  BackupRecord record;
  record.id = new_id("bk", at);
  record.project = "acme";
  record.branch = branch;
  record.kind = kind;
  record.state = BackupState::kGood;
  record.snapshot_id = Id::random().hex();
  record.note = "before the upgrade";
  record.created_by = "schedule";
  record.started_at = at;
  record.point_in_time = at;
  record.finished_at = at + std::chrono::minutes{5};
  record.source_bytes = 1000;
  record.added_bytes = 100;
  for (const char* store : {"gold", "silver", "bronze"}) {
    record.copies.push_back({store, CopyState::kStored, {}, {}});
  }
  need(catalog->create_backup(record));
  return record;
}

std::optional<TakenJob> ApiHouse::take_job() {
  return need(jobs->take("worker", "west", [](const std::vector<Job>& queued, const std::vector<Job>&) {
    std::vector<std::string> ids;
    for (const Job& job : queued) ids.push_back(job.id);
    return ids;
  }));
}

std::string ApiHouse::finish_next_job(const std::string& result) {
  const std::optional<TakenJob> taken = take_job();
  if (!taken) return {};
  need(jobs->succeed(taken->lease, result));
  return taken->job.id;
}

std::optional<AuditRecord> ApiHouse::audited(std::string_view action) const {
  AuditFilter filter;
  filter.action = action;
  const Access::AuditPage page = need(access->audit_log(filter, 1));
  return page.items.empty() ? std::nullopt : std::optional(page.items.front());
}

}  // namespace skyhold
