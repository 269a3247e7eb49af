#include "notify/notify_rows.h"

#include <fmt/format.h>

#include "db/sql_values.h"
#include "model/enum_names.h"
#include "model/ids.h"

namespace skyhold {
namespace {

constexpr EnumNames<DeliveryState, 3> kStates{{{DeliveryState::kWaiting, "waiting"},
                                               {DeliveryState::kSent, "sent"},
                                               {DeliveryState::kFailed, "failed"}}};

// Neither addresses nor events have spaces.
template <typename Items, typename Text>
std::string joined(const Items& items, const Text& text) {
  std::string all;
  for (const auto& item : items) all += fmt::format("{}{}", all.empty() ? "" : " ", text(item));
  return all;
}
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string addresses_of(const Destination& destination) {
  return joined(destination.addresses, [](const std::string& address) { return address; });
}
std::string events_of(const Destination& destination) {
  return joined(destination.events, [](NoticeKind kind) { return to_string(kind); });
}

// What is wrapped for one destination opens for no other.
std::string context_of(std::string_view what, std::string_view id) {
  return fmt::format("notify {} {}", what, id);
}
std::string wrapped(const MasterKey& key, std::string_view text, std::string_view what, std::string_view id) {
  return text.empty() ? std::string() : key.wrap(text, context_of(what, id));
}
Result<std::string> unwrapped(const MasterKey& key, const std::string& text, std::string_view what,
                              std::string_view id) {
  if (text.empty()) return std::string();
  return key.unwrap(text, context_of(what, id));
}

Status insert_message(SqlSession& session, const Notice& notice, const std::string& json, Instant now,
                      const Destination& destination, const std::string& receiver) {
  TRY(session.execute(
      "INSERT INTO notify_messages (id, project, destination, receiver, notice_key, notice, state, attempts, "
      "fence, lease_until_ms, next_try_at_ms, created_at_ms, ended_at_ms, reason) VALUES (?, ?, ?, ?, ?, ?, "
      "'waiting', 0, 0, NULL, ?, ?, NULL, '') ON CONFLICT (destination, receiver, notice_key) DO NOTHING",
      {new_id("nm", now), notice.project, destination.id, receiver, notice.key, json, sql_time(now),
       sql_time(now)}));
  return {};
}

}  // namespace

std::string_view to_string(DeliveryState state) {
  return enum_name(kStates, state);
}

Result<KeptDestination> read_destination(const SqlRow& row, const MasterKey& master_key) {
  KeptDestination kept;
  Destination& destination = kept.destination;
  destination.id = row.text(0);
  destination.project = row.text(1);
  destination.kind = TRY(parse_destination_kind(row.text(2)));
  destination.name = row.text(3);
  destination.addresses = split(row.text(4));
  destination.url = TRY(unwrapped(master_key, row.text(5), "url", destination.id));
  for (const std::string& event : split(row.text(6))) {
    destination.events.push_back(TRY(parse_notice_kind(event)));
  }
  destination.enabled = row.flag(7);
  destination.created_at = time_at(row, 8);
  destination.created_by = row.text(9);
  kept.secret = TRY(unwrapped(master_key, row.text(10), "secret", destination.id));
  return kept;
}

Status insert_destination(SqlSession& session, const KeptDestination& kept, const MasterKey& master_key) {
  const Destination& destination = kept.destination;
  TRY(session.execute(
      "INSERT INTO notify_destinations (id, project, kind, name, addresses, wrapped_url, wrapped_secret, "
      "events, "
      "enabled, created_at_ms, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {destination.id, destination.project, std::string(to_string(destination.kind)), destination.name,
       addresses_of(destination), wrapped(master_key, destination.url, "url", destination.id),
       wrapped(master_key, kept.secret, "secret", destination.id), events_of(destination),
       sql_flag(destination.enabled), sql_time(destination.created_at), destination.created_by}));
  return {};
}

Result<std::int64_t> update_destination(SqlSession& session, const Destination& destination,
                                        const MasterKey& master_key) {
  return session.execute(
      "UPDATE notify_destinations SET name = ?, addresses = ?, wrapped_url = ?, events = ?, enabled = ? "
      "WHERE project = ? AND id = ?",
      {destination.name, addresses_of(destination),
       wrapped(master_key, destination.url, "url", destination.id), events_of(destination),
       sql_flag(destination.enabled), destination.project, destination.id});
}

Result<Delivery> read_delivery(const SqlRow& row, std::size_t first) {
  Delivery delivery;
  delivery.id = row.text(first);
  delivery.destination = row.text(first + 1);
  delivery.receiver = row.text(first + 2);
  delivery.notice = TRY(parse_notice(row.text(first + 3)));
  delivery.state = TRY(parse_enum(kStates, "a state of a message", row.text(first + 4)));
  delivery.attempts = static_cast<int>(row.integer(first + 5));
  delivery.created_at = time_at(row, first + 6);
  if (delivery.state == DeliveryState::kSent) delivery.sent_at = optional_time_at(row, first + 7);
  if (delivery.state == DeliveryState::kWaiting) delivery.next_try_at = optional_time_at(row, first + 8);
  delivery.reason = row.text(first + 9);
  return delivery;
}

Status insert_messages(SqlSession& session, const Notice& notice, Instant now, const MasterKey& master_key) {
  const SqlRows rows = TRY(session.query(
      fmt::format("SELECT {} FROM notify_destinations d WHERE d.project = ? AND d.enabled = 1 ORDER BY d.id",
                  kDestinationColumns),
      {notice.project}));
  const std::string json = to_json(notice);
  for (const SqlRow& row : rows) {
    const Destination destination = TRY(read_destination(row, master_key)).destination;
    if (!destination.wants(notice.kind) || notice.at < destination.created_at) continue;
    if (destination.kind == DestinationKind::kWebhook) {
      TRY(insert_message(session, notice, json, now, destination, ""));
    }
    for (const std::string& address : destination.addresses) {
      TRY(insert_message(session, notice, json, now, destination, address));
    }
  }
  return {};
}

}  // namespace skyhold
