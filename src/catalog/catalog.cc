#include "catalog/catalog.h"

#include "catalog/catalog_checks.h"
#include "catalog/catalog_schema.h"
#include "catalog/catalog_session.h"

namespace skyhold {

Result<std::unique_ptr<Catalog>> Catalog::open(SqlDatabase& database, const Clock& clock) {
  TRY(migrate(database, kCatalogComponent, catalog_migrations()));
  return std::unique_ptr<Catalog>(new Catalog(database, clock));
}

Result<std::optional<std::string>> Catalog::value(std::string_view key) {
  return database_.read([&](SqlSession& session) -> Result<std::optional<std::string>> {
    const auto row = TRY(first_row(session, "SELECT value FROM settings WHERE name = ?", {std::string(key)}));
    if (!row) return std::nullopt;
    return row->text(0);
  });
}

Status Catalog::set_value(std::string_view key, std::string_view value) {
  TRY(check_value(key, value));
  return database_.write([&](SqlSession& session) -> Status {
    const std::int64_t changed = TRY(session.execute(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = "
        "excluded.value WHERE settings.value <> excluded.value",
        {std::string(key), std::string(value)}));
    if (changed > 0 && !key.starts_with(kLocalValuePrefix)) TRY(raise_revision(session));
    return {};
  });
}

Result<std::int64_t> Catalog::revision() {
  return database_.read([](SqlSession& session) -> Result<std::int64_t> {
    const auto row = TRY(first_row(session, "SELECT revision FROM catalog_state WHERE id = 1", {}));
    if (row) return row->integer(0);
    return fail(ErrorCode::kCorrupt, "the catalog has lost count of its changes",
                "restore the catalog, or rebuild it from a store with `skyhold recover`");
  });
}

}  // namespace skyhold
