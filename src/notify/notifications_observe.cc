// Facts become messages: what happened once, and what lasts.
#include <fmt/format.h>

#include "db/sql_values.h"
#include "notify/notifications.h"
#include "notify/notify_rows.h"

namespace skyhold {
namespace {

struct KnownCondition {
  bool wrong = false;
  Instant since;
  Instant told_at;
  Instant decided_at;
};

Result<std::optional<KnownCondition>> find(SqlSession& session, const Condition& condition,
                                           std::string_view lock = {}) {
  const SqlRows rows = TRY(
      session.query(fmt::format("SELECT wrong, since_at_ms, told_at_ms, decided_at_ms FROM notify_conditions "
                                "WHERE project = ? AND topic = ?{}",
                                lock),
                    {condition.project, condition.topic}));
  if (rows.empty()) return std::nullopt;
  const SqlRow& row = rows.front();
  return KnownCondition{row.flag(0), time_at(row, 1), time_at(row, 2), time_at(row, 3)};
}

// What is new, if anything is.
std::optional<Turn> turn_of(const std::optional<KnownCondition>& known, const Condition& condition,
                            std::chrono::hours reminder_after) {
  const bool was_wrong = known && known->wrong;
  if (known && condition.at < known->decided_at) return std::nullopt;
  if (!was_wrong && condition.wrong) return Turn{true, false, condition.at};
  if (was_wrong && !condition.wrong) return Turn{false, false, known->since};
  const bool long_ago = was_wrong && condition.at - known->told_at >= reminder_after;
  if (long_ago) return Turn{true, true, known->since};
  return std::nullopt;
}

// False: another process was first.
Result<bool> write(SqlSession& session, const Condition& condition, const Turn& turn, bool is_known) {
  const SqlValue at = sql_time(condition.at);
  if (!is_known) {
    return TRY(session.execute("INSERT INTO notify_conditions (project, topic, wrong, since_at_ms, "
                               "told_at_ms, decided_at_ms) "
                               "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (project, topic) DO NOTHING",
                               {condition.project, condition.topic, sql_flag(turn.wrong),
                                sql_time(turn.since), at, at})) == 1;
  }
  TRY(session.execute(
      "UPDATE notify_conditions SET wrong = ?, since_at_ms = ?, told_at_ms = ?, "
      "decided_at_ms = ? WHERE project = ? AND topic = ?",
      {sql_flag(turn.wrong), sql_time(turn.since), at, at, condition.project, condition.topic}));
  return true;
}

// One for each turn, however often and by whom it is seen.
std::string key_of(const Condition& condition, const Turn& turn, std::chrono::hours reminder_after) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(turn.since).time_since_epoch().count();
  if (!turn.wrong) return fmt::format("{}:{}:right", condition.topic, since);
  return fmt::format("{}:{}:{}", condition.topic, since, (condition.at - turn.since) / reminder_after);
}

}  // namespace

Status Notifications::tell(const Notice& notice) {
  return database_.write([&](SqlSession& session) -> Status {
    return insert_messages(session, notice, clock_.now(), master_key_);
  });
}

Status Notifications::observe(const Condition& observed, const std::function<Notice(const Turn&)>& words) {
  Condition condition = observed;
  condition.at = std::chrono::floor<std::chrono::milliseconds>(condition.at);
  // Mostly there is nothing new: nobody's write waits for that.
  const auto seems = TRY(database_.read([&](SqlSession& session) { return find(session, condition); }));
  if (!turn_of(seems, condition, options_.reminder_after)) return {};
  return database_.write([&](SqlSession& session) -> Status {
    const auto known = TRY(find(session, condition, session.for_update()));
    const std::optional<Turn> turn = turn_of(known, condition, options_.reminder_after);
    if (!turn || !TRY(write(session, condition, *turn, known.has_value()))) return {};
    Notice notice = words(*turn);
    if (notice.key.empty()) notice.key = key_of(condition, *turn, options_.reminder_after);
    return insert_messages(session, notice, clock_.now(), master_key_);
  });
}

}  // namespace skyhold
