// Destinations and messages as rows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/master_key.h"
#include "db/sql_database.h"
#include "notify/notifications.h"

namespace skyhold {

// Of notify_destinations d.
inline constexpr std::string_view kDestinationColumns =
    "d.id, d.project, d.kind, d.name, d.addresses, d.wrapped_url, d.events, d.enabled, d.created_at_ms, "
    "d.created_by, d.wrapped_secret";
inline constexpr std::size_t kDestinationColumnCount = 11;
struct KeptDestination {
  Destination destination;
  std::string secret;
};
Result<KeptDestination> read_destination(const SqlRow& row, const MasterKey& master_key);
Status insert_destination(SqlSession& session, const KeptDestination& kept, const MasterKey& master_key);
Result<std::int64_t> update_destination(SqlSession& session, const Destination& destination,
                                        const MasterKey& master_key);

// Of notify_messages m.
inline constexpr std::string_view kMessageColumns =
    "m.id, m.destination, m.receiver, m.notice, m.state, m.attempts, m.created_at_ms, m.ended_at_ms, "
    "m.next_try_at_ms, m.reason, m.fence";
Result<Delivery> read_delivery(const SqlRow& row, std::size_t first = 0);

// In the transaction of whatever makes it true: one message for each receiver that wants it and has none of
// this key.
Status insert_messages(SqlSession& session, const Notice& notice, Instant now, const MasterKey& master_key);

}  // namespace skyhold
