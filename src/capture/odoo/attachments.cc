#include "capture/odoo/attachments.h"

#include <algorithm>

#include <fmt/format.h>

#include "capture/copy_text.h"
#include "capture/pg_text.h"

namespace skyhold {
namespace {

// The columns that public.`table` has; none when there is no such table.
Result<std::vector<std::string>> columns_of(PgSession& session, std::string_view table) {
  std::vector<std::string> columns;
  const PgRows rows = TRY(session.query(
      "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
      "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relname = $1 "
      "AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped",
      {std::string(table)}));
  for (const PgRow& row : rows) columns.push_back(text_of(row[0]));
  return columns;
}

bool holds(const std::vector<std::string>& columns, std::initializer_list<std::string_view> wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](std::string_view each) {
    return std::find(columns.begin(), columns.end(), each) != columns.end();
  });
}

// Add-ons that keep attachments in an object store write a URL in the same column.
std::string why_refused(const std::string& name) {
  if (name.find("://") != std::string::npos) return "kept outside of the filestore by an add-on";
  return "the name could lead out of the filestore";
}

Status read_modules(PgSession& session, OdooFacts& facts) {
  if (!holds(TRY(columns_of(session, "ir_module_module")), {"name", "state", "latest_version"})) return {};
  const PgRows rows =
      TRY(session.query("SELECT name, latest_version FROM public.ir_module_module WHERE state = 'installed' "
                        "ORDER BY name COLLATE \"C\""));
  for (const PgRow& row : rows) {
    facts.modules.emplace_back(text_of(row[0]), text_of(row[1]));
    if (row[0] == "base") facts.base_version = text_of(row[1]);
  }
  return {};
}

Status read_uuid(PgSession& session, OdooFacts& facts) {
  if (!holds(TRY(columns_of(session, "ir_config_parameter")), {"key", "value"})) return {};
  const PgRows rows =
      TRY(session.query("SELECT value FROM public.ir_config_parameter WHERE key = 'database.uuid' LIMIT 1"));
  if (!rows.empty()) facts.database_uuid = text_of(rows[0][0]);
  return {};
}

}  // namespace

Result<std::optional<std::vector<RequiredFile>>> required_attachments(DatabaseSnapshot& snapshot,
                                                                      std::vector<MissingFile>& refused,
                                                                      Mimetypes& mimetypes) {
  PgSession& session = snapshot.session();
  const std::vector<std::string> columns = TRY(columns_of(session, "ir_attachment"));
  if (!holds(columns, {"store_fname"})) return std::nullopt;
  const std::string_view size = holds(columns, {"file_size"}) ? "coalesce(max(file_size), 0)::bigint" : "0";
  // Several attachments of one file may disagree: one of them, and the same one each night.
  const std::string_view mimetype =
      holds(columns, {"mimetype"}) ? "coalesce(max(mimetype::text COLLATE \"C\"), '')" : "''";
  // COPY, not a query: libpq would hold the whole result of a query in memory.
  const std::string sql = fmt::format(
      "COPY (SELECT {}, store_fname::text COLLATE \"C\", {} FROM public.ir_attachment "
      "WHERE store_fname IS NOT NULL AND store_fname::text <> '' GROUP BY 2 ORDER BY 2) TO STDOUT",
      size, mimetype);
  std::vector<RequiredFile> files;
  TRY(session.copy_out(sql, [&](ByteView row) -> Status {
    const std::vector<std::optional<std::string>> fields = decode_copy_row(as_text(row));
    if (fields.size() != 3) return fail(ErrorCode::kInternal, "ir_attachment: a row without three fields");
    std::string name = text_of(fields[1]);
    if (!is_safe_relative_name(name)) {
      std::string reason = why_refused(name);
      refused.push_back({std::move(name), std::move(reason)});
      return {};
    }
    const bool named_by_sha1 = is_sha1_name(name);
    files.push_back(
        {std::move(name), number_of(fields[0]), named_by_sha1, mimetypes.number_of(text_of(fields[2]))});
    return {};
  }));
  return files;
}

Result<OdooFacts> odoo_facts(DatabaseSnapshot& snapshot) {
  OdooFacts facts;
  TRY(read_modules(snapshot.session(), facts));
  TRY(read_uuid(snapshot.session(), facts));
  return facts;
}

}  // namespace skyhold
