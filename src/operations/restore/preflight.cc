#include "operations/restore/preflight.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "capture/filestore.h"
#include "operations/restore/server_databases.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

constexpr int kOldestServer = 120000;
constexpr int kPerMajor = 10000;

Status check_server(PgSession& session, const DatabaseFacts& facts, std::vector<std::string>& notices) {
  const int version = session.server_version_number();
  if (version < kOldestServer) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("the target server is PostgreSQL {}", version / kPerMajor),
                "Skyhold restores onto PostgreSQL 12 and later");
  }
  if (version / kPerMajor < facts.server_version_number / kPerMajor) {
    notices.push_back(fmt::format("the backup comes from PostgreSQL {}, the target server is the older {}",
                                  facts.server_version_number / kPerMajor, version / kPerMajor));
  }
  return {};
}

Status check_extensions(PgSession& session, const DatabaseFacts& facts) {
  std::set<std::string> available;
  for (const PgRow& row : TRY(session.query("SELECT name FROM pg_catalog.pg_available_extensions"))) {
    available.insert(row.at(0).value_or(""));
  }
  std::vector<std::string> missing;
  for (const ExtensionEntry& extension : facts.extensions) {
    if (!available.contains(extension.name)) missing.push_back(extension.name);
  }
  if (missing.empty()) return {};
  return fail(ErrorCode::kUnsupported,
              fmt::format("the target server lacks the extension{} {}", missing.size() == 1 ? "" : "s",
                          fmt::join(missing, ", ")),
              fmt::format("install it there (Debian: postgresql-contrib, or postgresql-{}-<extension>)",
                          session.server_version_number() / kPerMajor));
}

Status check_rights(PgSession& session, const std::string& database) {
  const PgRows rows =
      TRY(session.query("SELECT r.rolsuper, r.rolcreatedb, current_user, coalesce((SELECT "
                        "pg_catalog.pg_has_role(d.datdba, 'USAGE') "
                        "FROM pg_catalog.pg_database d WHERE d.datname = $1), true) FROM pg_catalog.pg_roles "
                        "r WHERE r.rolname = "
                        "current_user",
                        {database}));
  const PgRow& role = rows.at(0);
  if (role.at(0) == "t") return {};
  if (role.at(1) != "t") {
    return fail(ErrorCode::kPermissionDenied,
                fmt::format("role \"{}\" may not create databases", *role.at(2)),
                fmt::format("as a superuser: ALTER ROLE {} CREATEDB", quote_identifier(*role.at(2))));
  }
  if (role.at(3) != "t") {
    return fail(ErrorCode::kPermissionDenied,
                fmt::format("role \"{}\" does not own database \"{}\" and so may not replace it", *role.at(2),
                            database),
                fmt::format("as a superuser: ALTER DATABASE {} OWNER TO {}", quote_identifier(database),
                            quote_identifier(*role.at(2))));
  }
  return {};
}

Status check_database(PgSession& session, const RestoreOptions& options) {
  const std::string& name = options.database.database();
  if (options.replace || !TRY(database_exists(session, name))) return {};
  return fail(ErrorCode::kAlreadyExists, fmt::format("database \"{}\" exists", name),
              "--replace puts the backup in its place (undo-restore brings it back), or name a new database");
}

Status check_directory(const fs::path& filestore, bool replace) {
  if (::access(filestore.parent_path().c_str(), W_OK | X_OK) != 0) {
    return fail(error_from_errno(
        errno, fmt::format("cannot make a directory in {}", filestore.parent_path().string())));
  }
  std::error_code error;
  if (!fs::exists(filestore, error)) return {};
  TRY(check_filestore(filestore));
  if (replace || fs::is_empty(filestore, error)) return {};
  return fail(
      ErrorCode::kAlreadyExists, fmt::format("filestore {} exists and is not empty", filestore.string()),
      "--replace puts the backup in its place (undo-restore brings it back), or name a new directory");
}

}  // namespace

Result<Preflight> check_before_restore(BranchLock& lock, const Manifest& manifest,
                                       const RestoreOptions& options,
                                       const std::optional<fs::path>& filestore,
                                       std::vector<std::string>& notices) {
  if (options.neutralize) TRY(check_addons_paths(*options.neutralize));
  PgSession& session = lock.session();
  TRY(check_server(session, manifest.database, notices));
  TRY(check_database(session, options));
  if (filestore) TRY(check_directory(*filestore, options.replace));
  TRY(check_rights(session, options.database.database()));
  TRY(check_extensions(session, manifest.database));
  Preflight preflight;
  preflight.ownership = TRY(plan_ownership(session, manifest.database, options.owner, notices));
  preflight.pg_restore = TRY(find_client_program(
      "pg_restore", std::max(session.server_version_number(), manifest.database.server_version_number)));
  return preflight;
}

}  // namespace skyhold
