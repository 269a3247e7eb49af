#include "notify/notifications.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/random.h"
#include "db/sql_values.h"
#include "model/ids.h"
#include "notify/notify_rows.h"
#include "notify/notify_schema.h"

namespace skyhold {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";

std::string new_webhook_secret() {
  std::array<std::uint8_t, 32> bytes{};
  random_bytes(bytes);
  return std::string(kSecretPrefix) + base64url_encode(bytes);
}

tl::unexpected<Error> no_destination(std::string_view project, std::string_view id) {
  return fail(ErrorCode::kNotFound, fmt::format("the project {} has no destination \"{}\"", project, id),
              "list its notifications");
}

Result<KeptDestination> find(SqlSession& session, std::string_view project, std::string_view id,
                             const MasterKey& master_key) {
  const SqlRows rows =
      TRY(session.query(fmt::format("SELECT {} FROM notify_destinations d WHERE d.project = ? AND d.id = ?",
                                    kDestinationColumns),
                        {std::string(project), std::string(id)}));
  if (rows.empty()) return no_destination(project, id);
  return read_destination(rows.front(), master_key);
}

}  // namespace

Result<std::unique_ptr<Notifications>> Notifications::open(SqlDatabase& database, const MasterKey& master_key,
                                                           const Clock& clock,
                                                           const NotificationOptions& options) {
  TRY(migrate(database, "notify", notify_migrations()));
  return std::unique_ptr<Notifications>(new Notifications(database, master_key, clock, options));
}

Result<Notifications::Made> Notifications::add(Destination destination) {
  TRY(check_destination(destination));
  destination.created_at = std::chrono::floor<std::chrono::milliseconds>(clock_.now());
  destination.id = new_id("nd", destination.created_at);
  if (destination.kind == DestinationKind::kWebhook) destination.addresses.clear();
  if (destination.kind == DestinationKind::kEmail) destination.url.clear();
  KeptDestination kept{std::move(destination), {}};
  if (kept.destination.kind == DestinationKind::kWebhook) kept.secret = new_webhook_secret();
  const Status written = database_.write([&](SqlSession& session) -> Status {
    const SqlRows count = TRY(session.query("SELECT COUNT(*) FROM notify_destinations WHERE project = ?",
                                            {kept.destination.project}));
    if (count.front().integer(0) >= static_cast<std::int64_t>(kMostDestinations)) {
      return fail(ErrorCode::kNoSpace,
                  fmt::format("the project {} has {} destinations already", kept.destination.project,
                              kMostDestinations),
                  "delete one, or give one of them more addresses");
    }
    return insert_destination(session, kept, master_key_);
  });
  if (!written) return fail(written.error());
  return Made{std::move(kept.destination), std::move(kept.secret)};
}

Result<std::vector<Destination>> Notifications::destinations(std::string_view project) {
  return database_.read([&](SqlSession& session) -> Result<std::vector<Destination>> {
    std::vector<Destination> all;
    for (const SqlRow& row : TRY(session.query(
             fmt::format("SELECT {} FROM notify_destinations d WHERE d.project = ? ORDER BY d.id",
                         kDestinationColumns),
             {std::string(project)}))) {
      all.push_back(TRY(read_destination(row, master_key_)).destination);
    }
    return all;
  });
}

Result<Destination> Notifications::destination(std::string_view project, std::string_view id) {
  return database_.read([&](SqlSession& session) -> Result<Destination> {
    return TRY(find(session, project, id, master_key_)).destination;
  });
}

Result<Outgoing> Notifications::test_of(std::string_view project, std::string_view id) {
  KeptDestination kept =
      TRY(database_.read([&](SqlSession& session) { return find(session, project, id, master_key_); }));
  Outgoing outgoing;
  outgoing.delivery.created_at = clock_.now();
  outgoing.delivery.id = new_id("nm", outgoing.delivery.created_at);
  outgoing.delivery.destination = kept.destination.id;
  outgoing.delivery.notice.project = project;
  outgoing.delivery.notice.at = outgoing.delivery.created_at;
  outgoing.destination = std::move(kept.destination);
  outgoing.secret = std::move(kept.secret);
  return outgoing;
}

Status Notifications::change(const Destination& destination) {
  TRY(check_destination(destination));
  return database_.write([&](SqlSession& session) -> Status {
    const std::int64_t changed = TRY(update_destination(session, destination, master_key_));
    if (changed == 0) return no_destination(destination.project, destination.id);
    return {};
  });
}

Status Notifications::remove(std::string_view project, std::string_view id) {
  return database_.write([&](SqlSession& session) -> Status {
    const std::int64_t removed =
        TRY(session.execute("DELETE FROM notify_destinations WHERE project = ? AND id = ?",
                            {std::string(project), std::string(id)}));
    if (removed == 0) return no_destination(project, id);
    return {};
  });
}

Status Notifications::forget_project(std::string_view project) {
  return database_.write([&](SqlSession& session) -> Status {
    TRY(session.execute("DELETE FROM notify_destinations WHERE project = ?", {std::string(project)}));
    TRY(session.execute("DELETE FROM notify_conditions WHERE project = ?", {std::string(project)}));
    return {};
  });
}

Result<std::vector<Notifications::Watched>> Notifications::watched() {
  return database_.read([&](SqlSession& session) -> Result<std::vector<Watched>> {
    std::vector<Watched> all;
    for (const SqlRow& row : TRY(session.query(
             "SELECT project, MIN(created_at_ms) FROM notify_destinations WHERE enabled = 1 GROUP BY project "
             "ORDER BY project"))) {
      all.push_back({row.text(0), time_at(row, 1)});
    }
    return all;
  });
}

Result<std::optional<Instant>> Notifications::mark(std::string_view name) {
  return database_.read([&](SqlSession& session) -> Result<std::optional<Instant>> {
    const SqlRows rows =
        TRY(session.query("SELECT at_ms FROM notify_marks WHERE name = ?", {std::string(name)}));
    if (rows.empty()) return std::nullopt;
    return time_at(rows.front(), 0);
  });
}

Status Notifications::set_mark(std::string_view name, Instant at) {
  return database_.write([&](SqlSession& session) -> Status {
    // Never back: another process may be further.
    TRY(session.execute(
        "INSERT INTO notify_marks (name, at_ms) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET "
        "at_ms = excluded.at_ms WHERE notify_marks.at_ms < excluded.at_ms",
        {std::string(name), sql_time(at)}));
    return {};
  });
}

}  // namespace skyhold
