// Wrong passwords and codes slow the next ones down: by name, and by where they come from.
// After free_attempts failures each further try has to wait: 1 s, 2 s, 4 s, … longest_wait. One failure
// is forgiven for each two longest_wait that pass, so that everything is forgotten in time. What is kept
// lies in the database: it outlives a restart and counts for all processes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"

namespace skyhold {

struct ThrottleKey {
  std::string digest;
  // A success forgets all failures under this key; else only that it was counted as one.
  bool reset_by_success = false;
  friend auto operator<=>(const ThrottleKey&, const ThrottleKey&) = default;
};
using ThrottleKeys = std::vector<ThrottleKey>;

ThrottleKey attempts_of_name(std::string_view name);
// Codes of a second factor have a count of their own: a right password must not reset it.
ThrottleKey attempts_of_code(std::string_view account_id);
// A whole IPv6 /64 counts as one: everybody has one to try from.
ThrottleKey attempts_from(std::string_view address);

class Throttle {
 public:
  Throttle(SqlDatabase& database, const Clock& clock, const AccessOptions& options)
      : database_(database), clock_(clock), options_(options) {}

  // Counts a failure before anything is tried, so that a thousand tries at once are no thousand
  // free ones. kUnavailable with retry_after, and nothing counted, when it is too early.
  [[nodiscard]] Status admit(const ThrottleKeys& keys) const;
  // It was none.
  [[nodiscard]] Status succeeded(SqlSession& session, const ThrottleKeys& keys) const;
  // Neither: nothing could be tried.
  [[nodiscard]] Status withdraw(const ThrottleKeys& keys) const;
  // All that is forgiven by now.
  [[nodiscard]] Status sweep(SqlSession& session) const;

 private:
  [[nodiscard]] Status admit_one(SqlSession& session, const ThrottleKey& key, Instant now) const;
  [[nodiscard]] Status take_back_one(SqlSession& session, const ThrottleKey& key) const;
  [[nodiscard]] Status make_room(SqlSession& session, const ThrottleKey& key) const;
  [[nodiscard]] std::chrono::milliseconds forgiving_time() const;
  [[nodiscard]] std::chrono::milliseconds wait_after(std::int64_t failures) const;

  SqlDatabase& database_;
  const Clock& clock_;
  const AccessOptions& options_;
};

}  // namespace skyhold
