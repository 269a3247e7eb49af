// The whole API over SQLite, a real server and a real client, with a platform that is made up.
// Every answer that passes through a Caller is held against openapi.yaml.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.h"
#include "api/contract.h"
#include "api/json_value.h"
#include "http/client.h"
#include "http/server.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {

// Regions, stores and databases that exist in words only.
class FakePlatform final : public Platform {
 public:
  [[nodiscard]] std::string time_zone() const override { return "Europe/Paris"; }
  [[nodiscard]] std::vector<RegionView> regions() const override;
  [[nodiscard]] std::vector<StoreView> stores() const override;
  Result<StoreView> check_store(std::string_view name) override;
  Result<MadeRepository> make_repository(const Project& project) override;
  Result<std::string> recovery_kit(const Project& project) override;
  Result<std::shared_ptr<const Manifest>> manifest(const BackupRecord& backup) override;
  Status set_database(Branch& branch, std::string_view database_url) override;
  Status place_beside(Branch& branch, const Branch& source) override;
  Result<TargetView> inspect(const Branch& branch) override;
  [[nodiscard]] CatalogBackupView catalog_backup() const override { return {}; }

  std::map<std::string, Manifest> manifests;  // by backup
  std::optional<Error> repository_error;      // what make_repository() says
  TargetView target;                          // what inspect() says

 private:
  const MasterKey master_key_ = MasterKey::random();
};

// Downloads are what the test says; uploads are real, in a store in memory.
class FakeInterchange final : public Interchange {
 public:
  FakeInterchange(const MasterKey& key, const Clock& clock);
  Result<std::unique_ptr<ByteSource>> open_download(const BackupRecord& backup, const ExportOptions& options,
                                                    const ByteRange& range) override;
  Result<FoundAttachments> find_attachments(const BackupRecord&, const Manifest&,
                                            const AttachmentQuery& query) override {
    searched = query.text;
    return attachments;
  }
  Result<std::shared_ptr<Uploads>> uploads(const Project&) override { return uploads_; }

  FoundAttachments attachments;
  std::string searched;
  std::string content = "what the backup holds";
  std::optional<Error> download_error;

 private:
  std::shared_ptr<Uploads> uploads_;
};

struct Answer {
  int status = 0;
  JsonValue body;
  std::string text;
  std::vector<HttpHeader> headers;

  [[nodiscard]] std::string header(std::string_view lower_case_name) const;
  [[nodiscard]] std::string code() const { return body.text("code"); }
  [[nodiscard]] std::string field() const { return body.text("field"); }
  // A member of a member: at("backup.id"). Fails the test when it is not there.
  [[nodiscard]] const JsonValue& at(std::string_view path) const;
  [[nodiscard]] std::string text_at(std::string_view path) const;
};

// Somebody who sends requests: nobody at first.
class Caller {
 public:
  explicit Caller(std::string base_url) : base_url_(std::move(base_url)) {}

  // `path` is below /api/v1; `body` is JSON, or empty for none.
  Answer send(HttpMethod method, const std::string& path, const std::string& body = {},
              std::vector<HttpHeader> headers = {});
  Answer get(const std::string& path) { return send(HttpMethod::kGet, path); }
  Answer post(const std::string& path, const std::string& body = {}) {
    return send(HttpMethod::kPost, path, body);
  }
  Answer put(const std::string& path, const std::string& body = {}) {
    return send(HttpMethod::kPut, path, body);
  }
  Answer patch(const std::string& path, const std::string& body) {
    return send(HttpMethod::kPatch, path, body);
  }
  Answer remove(const std::string& path) { return send(HttpMethod::kDelete, path); }
  Answer sign_in(std::string_view name, std::string_view password);
  // Not below /api/v1, and not held against the contract.
  Answer raw(HttpMethod method, const std::string& path, const std::string& body = {},
             std::vector<HttpHeader> headers = {});

  std::string cookie;      // "name=value"
  std::string csrf_token;  // sent with every change
  std::string token;       // of the API: sent instead of both

 private:
  void take_cookie(const Answer& answer);

  std::string base_url_;
  std::shared_ptr<HttpClient> client_ = std::make_shared<HttpClient>();
};

// "acme" has the branches main (production) and stage; ada is its admin, uma its user. "globex" has
// sam as its admin. olga is an operator. Each has the password of password_of().
class ApiHouse {
 public:
  ApiHouse();

  [[nodiscard]] Caller caller() const { return Caller(base_url_); }
  [[nodiscard]] Caller as(std::string_view name) const;
  [[nodiscard]] static std::string password_of(std::string_view name);
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  // A backup of acme that is there, good, on every store.
  BackupRecord add_backup(std::string_view branch, Instant at, BackupKind kind = BackupKind::kAutomatic);
  // Does the next job of the queue, at once: `result` is what it says.
  std::string finish_next_job(const std::string& result = "{}");
  std::optional<TakenJob> take_job();
  // The newest record of the audit log for this action.
  [[nodiscard]] std::optional<AuditRecord> audited(std::string_view action) const;

  ScratchDirectory directory{directory_in_memory()};
  ManualClock clock;
  MasterKey master_key = MasterKey::random();
  FakePlatform platform;
  FakeInterchange interchange{master_key, clock};
  std::atomic<int> statements{0};  // of SQL, so far
  std::unique_ptr<SqlDatabase> database;
  std::unique_ptr<Catalog> catalog;
  std::unique_ptr<Access> access;
  std::unique_ptr<JobQueue> jobs;
  std::unique_ptr<Notifications> notifications;
  std::unique_ptr<Courier> courier;
  std::unique_ptr<Api> api;

 private:
  void add_account(std::string_view name, bool is_operator);
  void add_project(std::string_view name);

  std::unique_ptr<HttpServer> server_;
  std::string base_url_;
};

}  // namespace skyhold
