#include "capture/odoo/neutralization_script.h"

#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "capture/odoo/installed_modules.h"
#include "capture/pg_text.h"
#include "io/durable_file.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostFileBytes = 1U << 20;

// Odoo's role is who owns its tables; it owns the database too, as a rule.
constexpr std::string_view kOwnerSql =
    "SELECT pg_catalog.pg_get_userbyid(coalesce((SELECT relowner FROM pg_catalog.pg_class WHERE oid = "
    "pg_catalog.to_regclass('public.ir_module_module')), (SELECT datdba FROM pg_catalog.pg_database WHERE "
    "datname = current_database())))";

}  // namespace

Result<NeutralizationTransaction> NeutralizationTransaction::begin(PgSession& session) {
  const std::string owner = TRY(session.query_value(kOwnerSql));
  TRY(session.execute("BEGIN"));
  NeutralizationTransaction transaction(session);
  TRY(session.execute("SET LOCAL ROLE " + quote_identifier(owner)));
  TRY(session.execute("SET LOCAL search_path = public"));
  return transaction;
}

NeutralizationTransaction::NeutralizationTransaction(NeutralizationTransaction&& other) noexcept
    : session_(std::exchange(other.session_, nullptr)) {}

NeutralizationTransaction::~NeutralizationTransaction() {
  if (session_ == nullptr) return;
  const Status rolled_back = session_->execute("ROLLBACK");
  // The session is broken then, and its end has the same effect.
  if (!rolled_back) log::debug("cannot roll back: {}", rolled_back.error().message);
}

// Anew for each text: the one before may have replaced the function, which its role owns.
Status NeutralizationTransaction::prepare() {
  TRY(session_->execute("SET LOCAL search_path = public"));
  return session_->execute(
      "CREATE OR REPLACE FUNCTION pg_temp.skyhold_run(given text) RETURNS void LANGUAGE plpgsql SECURITY "
      "DEFINER AS $function$ BEGIN EXECUTE given; SET CONSTRAINTS ALL IMMEDIATE; END $function$");
}

Status NeutralizationTransaction::run(const std::string& sql) {
  TRY(prepare());
  TRY(session_->query("SELECT pg_temp.skyhold_run($1)", {sql}));
  return {};
}

Status NeutralizationTransaction::commit() {
  TRY(session_->execute("DROP FUNCTION IF EXISTS pg_temp.skyhold_run(text)"));
  TRY(session_->execute("COMMIT"));
  session_ = nullptr;
  return {};
}

std::optional<fs::path> neutralize_file(const std::vector<fs::path>& addons_paths,
                                        const std::string& module) {
  if (!is_module_name(module)) return std::nullopt;
  std::error_code ignored;  // what cannot be looked at is not there for Odoo either
  for (const fs::path& path : addons_paths) {
    if (!fs::is_directory(path / module, ignored)) continue;
    fs::path file = path / module / "data" / "neutralize.sql";
    if (!fs::exists(file, ignored)) return std::nullopt;
    return file;
  }
  return std::nullopt;
}

Result<std::string> read_neutralize_file(const fs::path& path) {
  const Bytes bytes = TRY(read_file(path, kMostFileBytes));
  return std::string(as_text(bytes));
}

}  // namespace skyhold
