#include <charconv>

#include <fmt/format.h>

#include "access/access.h"
#include "access/instant_ms.h"
#include "access/paging.h"
#include "access/printable.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostActorBytes = 256;
constexpr std::size_t kMostAddressBytes = 64;
constexpr std::size_t kMostActionBytes = 64;
constexpr std::size_t kMostProjectBytes = 64;
constexpr std::size_t kMostSubjectBytes = 512;
constexpr std::size_t kMostOutcomeBytes = 64;
constexpr std::size_t kMostDetailBytes = 4096;

// "sequence < ? AND actor = ? …", as the filter asks.
struct Conditions {
  std::string sql;
  SqlParameters parameters;

  void add(std::string_view condition, SqlValue value) {
    sql += sql.empty() ? "WHERE " : " AND ";
    sql += condition;
    parameters.push_back(std::move(value));
  }
};

Conditions conditions_of(const AuditFilter& filter) {
  Conditions conditions;
  if (!filter.project.empty()) conditions.add("project = ?", storable_key(filter.project));
  if (!filter.actor.empty()) conditions.add("actor = ?", storable_key(filter.actor));
  if (!filter.action.empty()) conditions.add("action = ?", storable_key(filter.action));
  if (filter.since) conditions.add("at_ms >= ?", to_ms(*filter.since));
  if (filter.until) conditions.add("at_ms < ?", to_ms(*filter.until));
  return conditions;
}

Result<std::int64_t> parse_cursor(std::string_view cursor) {
  std::int64_t sequence = 0;
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), sequence);
  if (error != std::errc() || end != cursor.data() + cursor.size() || sequence < 0) {
    return fail(ErrorCode::kInvalidArgument, "this is no cursor of the audit log",
                "use the one that came with the page before, or none to begin anew");
  }
  return sequence;
}

AuditRecord read_record(const SqlRow& row) {
  return {.sequence = row.integer(0),
          .at = from_ms(row.integer(1)),
          .actor = row.text(2),
          .address = row.text(3),
          .action = row.text(4),
          .project = row.text(5),
          .subject = row.text(6),
          .outcome = row.text(7),
          .detail = row.text(8)};
}

}  // namespace

Status Access::audit(const AuditRecord& record) {
  const Instant at = record.at == Instant{} ? clock_.now() : record.at;
  return database_.write([&](SqlSession& session) -> Status {
    // The counter's row stays locked until the end: numbers are seen in their order, so that a page
    // never begins behind a record that comes into sight later.
    const SqlRows rows = TRY(
        session.query("UPDATE access_counters SET value = value + 1 WHERE name = 'audit' RETURNING value"));
    TRY(session.execute(
        "INSERT INTO access_audit (sequence, at_ms, actor, address, action, project, subject, outcome, "
        "detail) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {rows.front().integer(0), to_ms(at), printable(record.actor, kMostActorBytes),
         printable(record.address, kMostAddressBytes), printable(record.action, kMostActionBytes),
         printable(record.project, kMostProjectBytes), printable(record.subject, kMostSubjectBytes),
         printable(record.outcome, kMostOutcomeBytes), printable(record.detail, kMostDetailBytes)}));
    return {};
  });
}

Result<Access::AuditPage> Access::audit_log(const AuditFilter& filter, int limit, std::string_view after) {
  TRY(check_page_limit(limit));
  Conditions conditions = conditions_of(filter);
  if (!after.empty()) conditions.add("sequence < ?", TRY(parse_cursor(after)));
  conditions.parameters.emplace_back(std::int64_t{limit} + 1);
  const SqlRows rows = TRY(database_.read([&](SqlSession& session) {
    return session.query(
        fmt::format("SELECT sequence, at_ms, actor, address, action, project, subject, outcome, "
                    "detail FROM access_audit {} ORDER BY sequence DESC LIMIT ?",
                    conditions.sql),
        conditions.parameters);
  }));
  AuditPage page;
  for (const SqlRow& row : rows) {
    if (page.items.size() == static_cast<std::size_t>(limit)) {
      page.next = std::to_string(page.items.back().sequence);
      break;
    }
    page.items.push_back(read_record(row));
  }
  return page;
}

}  // namespace skyhold
