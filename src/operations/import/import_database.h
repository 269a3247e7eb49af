// The scratch database of one import, and the role that owns what is in it and nothing else.
//
//   skyhold_import_<16 hex>   both; whoever imports holds an advisory lock of that name, so that what
//                             nobody holds is what a dead import left
//
// The operator's role needs CREATEDB and CREATEROLE. The database itself stays its own: the dump's
// role may connect and create there, and cannot change the settings of the database.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "capture/pg_session.h"
#include "model/manifest.h"

namespace skyhold {

struct ImportDatabaseOptions {
  PgTarget server;
  std::optional<DatabaseFacts> like;  // encoding and locale; else UTF8 and C, as Odoo has it
  std::chrono::seconds valid_for{std::chrono::hours(24)};
  std::uint64_t max_temporary_bytes = std::uint64_t{100} << 30;  // held by servers where we are superuser
};

class ImportDatabase {
 public:
  // Also clears what dead imports left. kPermissionDenied with the rights that are lacking.
  static Result<std::unique_ptr<ImportDatabase>> make(const ImportDatabaseOptions& options);
  ~ImportDatabase();
  ImportDatabase(const ImportDatabase&) = delete;
  ImportDatabase& operator=(const ImportDatabase&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const PgTarget& target() const { return target_; }  // by the dump's role
  // By the operator's role: into the scratch database, which is not to be trusted once a dump is in it,
  // and beside it.
  [[nodiscard]] Result<PgSession> connect_as_operator() const;
  [[nodiscard]] Result<PgSession> connect_beside() const { return PgSession::connect(beside_); }
  [[nodiscard]] int server_version_number() const { return session_.server_version_number(); }
  [[nodiscard]] bool locale_kept() const { return locale_kept_; }
  // CREATE EXTENSION by the dump's role or, where the server does not trust the extension, by the operator's.
  Status create_extension(PgSession& session, const std::string& extension, const std::string& schema) const;

 private:
  ImportDatabase(PgTarget beside, PgSession session)
      : beside_(std::move(beside)), session_(std::move(session)) {}
  Status check_rights();
  Status make_role(const ImportDatabaseOptions& options);
  Status make_database(const std::optional<DatabaseFacts>& like);
  Status open_to_role(const ImportDatabaseOptions& options);

  PgTarget beside_;
  PgSession session_;  // holds the lock
  PgTarget target_;
  std::string name_;
  std::string password_;
  bool superuser_ = false;
  bool locale_kept_ = true;
};

// `session` is beside the databases. Ends its connections, drops the database and the role.
Status drop_import(PgSession& session, const std::string& name);

}  // namespace skyhold
