// Who is told what: destinations, conditions that last, and the outbox.
//
//   fact ─► tell(), observe() ─► outbox: one message a receiver ─► Courier ─► sent, or failed after a day
//
// A message has a key that each receiver gets once, so that a fact may be told any number of times, by any
// number of processes. Those who deliver take a message by a lease: in the ordinary case it goes out once,
// and at least once when a process dies in between. Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "crypto/master_key.h"
#include "db/sql_database.h"
#include "notify/destination.h"
#include "notify/notice.h"

namespace skyhold {

// Something of a project that is right or wrong, and stays so for a while: a branch's backups, a copy.
struct Condition {
  std::string project;
  std::string topic;  // "backup main", "late", "copy far"
  bool wrong = false;
  Instant at;  // when it was so: what was seen later counts
};
// What is new about it.
struct Turn {
  bool wrong = false;
  bool reminder = false;  // wrong as before, for another day
  Instant since;          // when it went wrong
};

enum class DeliveryState { kWaiting, kSent, kFailed };
std::string_view to_string(DeliveryState state);  // "waiting", "sent", "failed"

struct Delivery {
  std::string id;  // "nm_…", the same at each attempt
  std::string destination;
  std::string receiver;  // an address; empty: a webhook
  Notice notice;
  DeliveryState state = DeliveryState::kWaiting;
  int attempts = 0;
  Instant created_at;
  std::optional<Instant> sent_at;
  std::optional<Instant> next_try_at;  // while it waits
  std::string reason;                  // of the last failure
};

// What one deliverer holds.
struct Outgoing {
  Delivery delivery;
  Destination destination;
  std::string secret;  // of a webhook
  std::int64_t fence = 0;
};

struct NotificationOptions {
  std::chrono::seconds lease{120};  // longer than any attempt takes
  std::chrono::seconds first_wait{60};
  std::chrono::seconds longest_wait{3600};
  std::chrono::hours give_up_after{24};
  std::chrono::hours reminder_after{24};
  std::chrono::hours keep{24 * 30};  // messages, for people and for their keys
};

class Notifications {
 public:
  // Applies migrations. All must outlive it.
  static Result<std::unique_ptr<Notifications>> open(SqlDatabase& database, const MasterKey& master_key,
                                                     const Clock& clock,
                                                     const NotificationOptions& options = {});

  // ---- destinations
  struct Made {
    Destination destination;
    std::string secret;  // of a webhook: shown once
  };
  Result<Made> add(Destination destination);  // id and time are ours to set
  Result<std::vector<Destination>> destinations(std::string_view project);
  Result<Outgoing> test_of(std::string_view project, std::string_view id);         // nothing is written
  Result<Destination> destination(std::string_view project, std::string_view id);  // kNotFound
  Status change(const Destination& destination);                                   // everything but its kind
  Status remove(std::string_view project, std::string_view id);
  Status forget_project(std::string_view project);
  // Projects that somebody wants to hear of, and since when.
  struct Watched {
    std::string project;
    Instant since;
  };
  Result<std::vector<Watched>> watched();

  // ---- facts. What happened before a destination was made does not go to it.
  Status tell(const Notice& notice);
  // Remembers it, and tells when it is new: that it went wrong, that it is still so after a day, that it
  // is right again. `words` has no other effects. An empty key is filled in.
  Status observe(const Condition& condition, const std::function<Notice(const Turn&)>& words);
  // How far some list was read.
  Result<std::optional<Instant>> mark(std::string_view name);
  Status set_mark(std::string_view name, Instant at);

  // ---- the outbox
  Result<std::vector<Delivery>> deliveries(std::string_view project, int limit);  // newest first
  Result<std::optional<Outgoing>> take();
  Status sent(const Outgoing& outgoing);
  // Tried again later, or given up.
  Status not_sent(const Outgoing& outgoing, std::string_view reason);
  Status sweep();

 private:
  Notifications(SqlDatabase& database, const MasterKey& master_key, const Clock& clock,
                const NotificationOptions& options)
      : database_(database), master_key_(master_key), clock_(clock), options_(options) {}

  SqlDatabase& database_;
  const MasterKey& master_key_;
  const Clock& clock_;
  const NotificationOptions options_;
};

}  // namespace skyhold
