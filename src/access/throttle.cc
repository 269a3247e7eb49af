#include "access/throttle.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "access/account_rows.h"
#include "access/instant_ms.h"
#include "access/secrets.h"

namespace skyhold {
namespace {

// Beyond the free ones; more would only make forgetting longer.
constexpr std::int64_t kMostCountedFailures = 16;

// "203.0.113.9" as it is, "2001:db8:1:2:3::9" as "2001:db8:1:2::", "::ffff:203.0.113.9" as IPv4.
std::string network_of(std::string_view address) {
  const std::string text(address);
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin())) {
    return fmt::format("{}.{}.{}.{}", bytes[12], bytes[13], bytes[14], bytes[15]);
  }
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  std::array<char, INET6_ADDRSTRLEN> shown{};
  inet_ntop(AF_INET6, bytes.data(), shown.data(), shown.size());
  return shown.data();
}

// In one order for all, so that two who sign in do not wait for each other.
ThrottleKeys in_order(ThrottleKeys keys) {
  std::sort(keys.begin(), keys.end());
  return keys;
}

tl::unexpected<Error> too_early(std::chrono::milliseconds wait) {
  return fail(Error{.code = ErrorCode::kUnavailable,
                    .message = "too many wrong passwords or codes; nothing was tried this time",
                    .hint = "wait before the next try; somebody with a forgotten password can get a new one "
                            "from an operator",
                    .retry_after = wait});
}

}  // namespace

ThrottleKey attempts_of_name(std::string_view name) {
  return {.digest = secret_digest("name " + account_name_key(name)), .reset_by_success = true};
}

ThrottleKey attempts_of_code(std::string_view account_id) {
  return {.digest = secret_digest(fmt::format("code {}", account_id)), .reset_by_success = true};
}

ThrottleKey attempts_from(std::string_view address) {
  return {.digest = secret_digest("address " + network_of(address)), .reset_by_success = false};
}

std::chrono::milliseconds Throttle::wait_after(std::int64_t failures) const {
  const std::int64_t beyond = failures - options_.free_attempts;
  if (beyond < 0) return std::chrono::milliseconds{0};
  const std::chrono::seconds doubled{std::int64_t{1} << std::min<std::int64_t>(beyond, kMostCountedFailures)};
  return std::min(doubled, options_.longest_wait);
}

std::chrono::milliseconds Throttle::forgiving_time() const {
  // Twice the longest wait: who tries again each time that it is allowed stays at the longest wait.
  return 2 * options_.longest_wait;
}

Status Throttle::admit(const ThrottleKeys& keys) const {
  return database_.write([&](SqlSession& session) -> Status {
    const Instant now = clock_.now();
    for (const ThrottleKey& key : in_order(keys)) TRY(admit_one(session, key, now));
    return {};
  });
}

Status Throttle::admit_one(SqlSession& session, const ThrottleKey& key, Instant now) const {
  const std::int64_t is_new =
      TRY(session.execute("INSERT INTO access_attempts (key, failures, forgiven_from_ms, blocked_until_ms) "
                          "VALUES (?, 0, ?, 0) ON CONFLICT (key) DO NOTHING",
                          {key.digest, to_ms(now)}));
  if (is_new > 0) TRY(make_room(session, key));
  const SqlRows rows = TRY(
      session.query(fmt::format("SELECT failures, forgiven_from_ms, blocked_until_ms FROM access_attempts "
                                "WHERE key = ?{}",
                                session.for_update()),
                    {key.digest}));
  if (rows.empty()) return fail(ErrorCode::kBusy, "too many sign-ins at once", "try again");
  const SqlRow& row = rows.front();
  if (row.integer(2) > to_ms(now)) return too_early(std::chrono::milliseconds(row.integer(2) - to_ms(now)));

  const std::int64_t forgiving_ms = forgiving_time().count();
  const std::int64_t since = std::max<std::int64_t>(0, to_ms(now) - row.integer(1));
  const std::int64_t forgiven = std::min(row.integer(0), since / forgiving_ms);
  const std::int64_t before = row.integer(0) - forgiven;
  const std::int64_t failures = std::min(before + 1, options_.free_attempts + kMostCountedFailures);
  const std::int64_t wait_ms = wait_after(failures).count();
  TRY(session.execute(
      "UPDATE access_attempts SET failures = ?, forgiven_from_ms = ?, blocked_until_ms = ? WHERE key = ?",
      {failures, before == 0 ? to_ms(now) : row.integer(1) + forgiven * forgiving_ms,
       wait_ms > 0 ? to_ms(now) + wait_ms : 0, key.digest}));
  return {};
}

Status Throttle::succeeded(SqlSession& session, const ThrottleKeys& keys) const {
  for (const ThrottleKey& key : in_order(keys)) {
    if (key.reset_by_success) {
      TRY(session.execute("DELETE FROM access_attempts WHERE key = ?", {key.digest}));
    } else {
      TRY(take_back_one(session, key));
    }
  }
  return {};
}

Status Throttle::withdraw(const ThrottleKeys& keys) const {
  return database_.write([&](SqlSession& session) -> Status {
    for (const ThrottleKey& key : in_order(keys)) TRY(take_back_one(session, key));
    return {};
  });
}

Status Throttle::take_back_one(SqlSession& session, const ThrottleKey& key) const {
  // What was admitted was not blocked before, so nothing remains to wait for.
  TRY(session.execute(
      "UPDATE access_attempts SET failures = failures - 1, blocked_until_ms = 0 WHERE key = ?",
      {key.digest}));
  TRY(session.execute("DELETE FROM access_attempts WHERE key = ? AND failures <= 0", {key.digest}));
  return {};
}

Status Throttle::make_room(SqlSession& session, const ThrottleKey& key) const {
  // Those that block nobody go first: a flood of made-up names must not free the one under attack.
  TRY(session.execute(
      "DELETE FROM access_attempts WHERE key IN (SELECT key FROM access_attempts WHERE key <> ? "
      "ORDER BY blocked_until_ms DESC, forgiven_from_ms DESC, key LIMIT 1000 OFFSET ?)",
      {key.digest, std::int64_t{options_.most_attempt_rows} - 1}));
  return {};
}

Status Throttle::sweep(SqlSession& session) const {
  const std::int64_t forgiving_ms = forgiving_time().count();
  TRY(session.execute("DELETE FROM access_attempts WHERE forgiven_from_ms + failures * ? < ?",
                      {forgiving_ms, to_ms(clock_.now())}));
  return {};
}

}  // namespace skyhold
