#include "operations/import/database_look.h"

#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "archive/dump_header.h"
#include "capture/odoo/installed_modules.h"
#include "capture/pg_text.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

constexpr int kPerMajor = 10'000;

// Of what the user's schemas have, extensions aside.
constexpr std::string_view kOwnFunctions =
    "pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace "
    "WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM "
    "pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND e.objid = p.oid "
    "AND e.deptype = 'e')";

void compare_servers(PgSession& session, ImportReport& report) {
  const int dumped = parse_server_version(report.server_version) / kPerMajor;
  const int here = session.server_version_number() / kPerMajor;
  if (dumped == 0 || dumped == here) return;
  const std::string words =
      fmt::format("dumped from PostgreSQL {}, and the target is PostgreSQL {}", dumped, here);
  if (dumped > here) {
    report.add(ImportSeverity::kWarning, "newer_server",
               words + ": it could be loaded, but an upgrade is meant to go up");
  } else {
    report.add(ImportSeverity::kNote, "older_server", words);
  }
}

Status add_functions(PgSession& session, std::string_view condition, std::string_view code,
                     std::string_view words, ImportReport& report) {
  const PgRows rows = TRY(session.query(fmt::format(
      "SELECT p.oid::pg_catalog.regprocedure::text FROM {} AND {} ORDER BY 1", kOwnFunctions, condition)));
  for (const PgRow& row : rows) report.add(ImportSeverity::kWarning, code, words, text_of(row.at(0)));
  return {};
}

// Code that came with the dump and will run when others than its author touch the data.
Status look_at_code(PgSession& session, ImportReport& report) {
  TRY(add_functions(
      session, "p.prosecdef", "runs_as_owner",
      "functions run with the rights of their owner (SECURITY DEFINER): after a restore that is the "
      "role that restores",
      report));
  return add_functions(
      session,
      "EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.refclassid = "
      "'pg_catalog.pg_proc'::pg_catalog.regclass AND "
      "d.refobjid = p.oid AND (d.classid IN ('pg_catalog.pg_constraint'::pg_catalog.regclass, "
      "'pg_catalog.pg_attrdef'::pg_catalog.regclass) OR (d.classid = "
      "'pg_catalog.pg_class'::pg_catalog.regclass AND "
      "d.objid IN (SELECT indexrelid FROM pg_catalog.pg_index)) OR (d.classid = "
      "'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid IN (SELECT r.oid FROM pg_catalog.pg_rewrite "
      "r JOIN "
      "pg_catalog.pg_class c ON c.oid = r.ev_class WHERE c.relkind = 'm'))))",
      "runs_on_restore",
      "functions are part of checks, defaults, indexes or materialized views: they run while the backup is "
      "restored, so restore it as an ordinary role",
      report);
}

Status read_modules(PgSession& session, ImportReport& report) {
  for (const InstalledModule& module : TRY(installed_modules(session)))
    report.modules.emplace_back(module.name, "");
  if (report.modules.empty()) return {};
  const PgRows columns =
      TRY(session.query("SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = "
                        "pg_catalog.to_regclass('public.ir_module_module') AND "
                        "attname = 'latest_version' AND NOT attisdropped"));
  if (columns.empty()) return {};
  std::map<std::string, std::string> versions;
  for (const PgRow& row : TRY(session.query("SELECT name, latest_version FROM public.ir_module_module"))) {
    versions[text_of(row.at(0))] = text_of(row.at(1));
  }
  for (auto& [name, version] : report.modules) version = versions[name];
  // "17.0" of "17.0.1.3".
  const std::string base = versions["base"];
  report.odoo_version = base.substr(0, base.find('.', base.find('.') + 1));
  return {};
}

void compare_odoo(const ImportRequest& request, ImportReport& report) {
  if (request.odoo_version.empty() || report.odoo_version.empty() ||
      request.odoo_version == report.odoo_version)
    return;
  report.add(ImportSeverity::kWarning, "odoo_version",
             fmt::format("the database is of Odoo {}, the branch runs Odoo {}", report.odoo_version,
                         request.odoo_version));
}

void compare_code(const ImportRequest& request, ImportReport& report) {
  if (request.addons_paths.empty()) return;
  for (const auto& [name, version] : report.modules) {
    bool found = false;
    for (const fs::path& path : request.addons_paths) {
      std::error_code ignored;  // what cannot be looked at is not there for Odoo either
      found |= is_module_name(name) && fs::is_directory(path / name, ignored);
    }
    if (!found) {
      report.add(ImportSeverity::kWarning, "missing_modules",
                 "installed modules that the branch's addons path does not have", name);
    }
  }
}

// Odoo's own manifest of the zip, against what is in the database.
void compare_manifest(const std::string& text, ImportReport& report) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) {
    if (!text.empty())
      report.add(ImportSeverity::kNote, "other_entries", "the archive's manifest.json is not Odoo's",
                 "manifest.json");
    return;
  }
  const auto string_at = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (report.database.empty()) report.database = string_at("db_name");
  if (report.server_version.empty()) report.server_version = string_at("pg_version");
  const auto modules = json.find("modules");
  if (modules == json.end() || !modules->is_object()) return;
  std::map<std::string, std::string> loaded(report.modules.begin(), report.modules.end());
  for (const auto& [name, version] : modules->items()) {
    const auto found = loaded.find(name);
    const bool same =
        found != loaded.end() && version.is_string() && version.get<std::string>() == found->second;
    if (!same) {
      report.add(ImportSeverity::kWarning, "modules_differ",
                 "the archive's manifest and its database differ in which modules are installed",
                 name.substr(0, 128));
    }
  }
}

}  // namespace

Status look_at_database(const PgTarget& database, const LookRequest& look, ImportReport& report) {
  PgSession session = TRY(PgSession::connect(database, {.application_name = "skyhold import"}));
  TRY(read_modules(session, report));
  compare_manifest(look.odoo_manifest, report);
  compare_servers(session, report);
  compare_odoo(look.request, report);
  compare_code(look.request, report);
  report.target_server_version =
      TRY(session.query_value("SELECT pg_catalog.current_setting('server_version')"));
  report.database_bytes = std::stoull(
      TRY(session.query_value("SELECT pg_catalog.pg_database_size(pg_catalog.current_database())")));
  return look_at_code(session, report);
}

}  // namespace skyhold
