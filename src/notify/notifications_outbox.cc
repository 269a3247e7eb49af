// Messages on their way: taken by a lease, sent, tried again, given up.
#include <algorithm>

#include <fmt/format.h>

#include "db/sql_values.h"
#include "notify/fit_line.h"
#include "notify/notifications.h"
#include "notify/notify_rows.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostReasonBytes = 500;
constexpr int kMostDeliveries = 500;  // of one page

constexpr std::string_view kDue =
    "state = 'waiting' AND next_try_at_ms <= ? AND (lease_until_ms IS NULL OR lease_until_ms <= ?)";

Result<std::optional<std::string>> find_due(SqlSession& session, Instant now, std::string_view lock) {
  const SqlRows rows = TRY(session.query(
      fmt::format("SELECT id FROM notify_messages WHERE {} ORDER BY next_try_at_ms, id LIMIT 1{}", kDue,
                  lock),
      {sql_time(now), sql_time(now)}));
  if (rows.empty()) return std::nullopt;
  return rows.front().text(0);
}

Result<Outgoing> load(SqlSession& session, const std::string& id, const MasterKey& master_key) {
  const SqlRows rows = TRY(session.query(
      fmt::format("SELECT {}, {} FROM notify_messages m JOIN notify_destinations d ON d.id = m.destination "
                  "WHERE m.id = ?",
                  kDestinationColumns, kMessageColumns),
      {id}));
  if (rows.empty()) return fail(ErrorCode::kInternal, fmt::format("message {} is of no destination", id));
  KeptDestination kept = TRY(read_destination(rows.front(), master_key));
  Outgoing outgoing;
  outgoing.destination = std::move(kept.destination);
  outgoing.secret = std::move(kept.secret);
  outgoing.delivery = TRY(read_delivery(rows.front(), kDestinationColumnCount));
  outgoing.fence = rows.front().integer(rows.front().size() - 1);
  return outgoing;
}

std::chrono::seconds wait_after(int attempts, const NotificationOptions& options) {
  std::chrono::seconds wait = options.first_wait;
  for (int attempt = 1; attempt < attempts && wait < options.longest_wait; ++attempt) wait *= 2;
  return std::min(wait, options.longest_wait);
}

}  // namespace

Result<std::vector<Delivery>> Notifications::deliveries(std::string_view project, int limit) {
  return database_.read([&](SqlSession& session) -> Result<std::vector<Delivery>> {
    std::vector<Delivery> all;
    for (const SqlRow& row : TRY(session.query(
             fmt::format("SELECT {} FROM notify_messages m WHERE m.project = ? ORDER BY m.id DESC LIMIT ?",
                         kMessageColumns),
             {std::string(project), std::int64_t{std::clamp(limit, 1, kMostDeliveries)}}))) {
      all.push_back(TRY(read_delivery(row)));
    }
    return all;
  });
}

Result<std::optional<Outgoing>> Notifications::take() {
  const Instant now = clock_.now();
  // Mostly there is nothing: nobody's write waits for that.
  if (!TRY(database_.read([&](SqlSession& session) { return find_due(session, now, ""); })))
    return std::nullopt;
  return database_.write([&](SqlSession& session) -> Result<std::optional<Outgoing>> {
    const std::optional<std::string> id = TRY(find_due(session, now, session.for_update_skip_locked()));
    if (!id) return std::nullopt;
    TRY(
        session.execute("UPDATE notify_messages SET fence = fence + 1, attempts = attempts + 1, "
                        "lease_until_ms = ? WHERE id = ?",
                        {sql_time(now + options_.lease), *id}));
    return TRY(load(session, *id, master_key_));
  });
}

Status Notifications::sent(const Outgoing& outgoing) {
  return database_.write([&](SqlSession& session) -> Status {
    TRY(
        session.execute("UPDATE notify_messages SET state = 'sent', ended_at_ms = ?, lease_until_ms = NULL, "
                        "reason = '' WHERE id = ? AND fence = ? AND state = 'waiting'",
                        {sql_time(clock_.now()), outgoing.delivery.id, outgoing.fence}));
    return {};
  });
}

Status Notifications::not_sent(const Outgoing& outgoing, std::string_view reason) {
  const Instant now = clock_.now();
  const Instant next = now + wait_after(outgoing.delivery.attempts, options_);
  const bool over = next > outgoing.delivery.created_at + options_.give_up_after;
  return database_.write([&](SqlSession& session) -> Status {
    TRY(
        session.execute("UPDATE notify_messages SET state = ?, ended_at_ms = ?, next_try_at_ms = ?, "
                        "lease_until_ms = NULL, reason = ? WHERE id = ? AND fence = ? AND state = 'waiting'",
                        {std::string(to_string(over ? DeliveryState::kFailed : DeliveryState::kWaiting)),
                         over ? sql_time(now) : SqlValue(nullptr), sql_time(next),
                         fit_line(reason, kMostReasonBytes), outgoing.delivery.id, outgoing.fence}));
    return {};
  });
}

Status Notifications::sweep() {
  return database_.write([&](SqlSession& session) -> Status {
    TRY(session.execute("DELETE FROM notify_messages WHERE created_at_ms < ? AND state <> 'waiting'",
                        {sql_time(clock_.now() - options_.keep)}));
    return {};
  });
}

}  // namespace skyhold
