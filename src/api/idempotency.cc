#include "api/idempotency.h"

#include <fmt/format.h>

#include "db/migrations.h"

namespace skyhold {
namespace {

constexpr std::chrono::hours kKept{24};
// A process that died leaves its claims behind; no request takes longer than this.
constexpr std::chrono::minutes kLongestRequest{10};

// answer_status 0: the first request is still at work.
const std::vector<Migration>& migrations() {
  static const std::vector<Migration> all{
      {1,
       "answers are kept under the key of their request",
       {"CREATE TABLE api_idempotency_keys ("
        " account TEXT NOT NULL, idempotency_key TEXT NOT NULL, digest TEXT NOT NULL,"
        " answer_status BIGINT NOT NULL, wrapped_answer TEXT NOT NULL, created_at_ms BIGINT NOT NULL,"
        " PRIMARY KEY (account, idempotency_key))",
        "CREATE INDEX api_idempotency_keys_by_age ON api_idempotency_keys (created_at_ms)"}}};
  return all;
}

std::int64_t to_ms(Instant instant) {
  return std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
}

std::string wrapped_for(const IdempotencyKeys::Request& request) {
  return fmt::format("idempotency:{}:{}", request.account, request.key);
}

struct Claim {
  bool first = false;
  std::string digest;
  int status = 0;
  std::string wrapped_answer;
};

Result<Claim> claim(SqlSession& session, const IdempotencyKeys::Request& request, Instant now) {
  TRY(session.execute(
      "DELETE FROM api_idempotency_keys WHERE created_at_ms < ? OR (answer_status = 0 AND created_at_ms < ?)",
      {to_ms(now - kKept), to_ms(now - kLongestRequest)}));
  const std::int64_t inserted = TRY(session.execute(
      "INSERT INTO api_idempotency_keys (account, idempotency_key, digest, answer_status, wrapped_answer,"
      " created_at_ms) VALUES (?, ?, ?, 0, '', ?) ON CONFLICT (account, idempotency_key) DO NOTHING",
      {request.account, request.key, request.digest, to_ms(now)}));
  if (inserted == 1) return Claim{.first = true, .digest = {}, .status = 0, .wrapped_answer = {}};
  const SqlRows rows =
      TRY(session.query("SELECT digest, answer_status, wrapped_answer FROM api_idempotency_keys"
                        " WHERE account = ? AND idempotency_key = ?",
                        {request.account, request.key}));
  if (rows.empty()) return fail(ErrorCode::kBusy, "this Idempotency-Key was just given up", "send it again");
  return Claim{.first = false,
               .digest = rows[0].text(0),
               .status = static_cast<int>(rows[0].integer(1)),
               .wrapped_answer = rows[0].text(2)};
}

}  // namespace

Result<std::unique_ptr<IdempotencyKeys>> IdempotencyKeys::open(SqlDatabase& database,
                                                               const MasterKey& master_key,
                                                               const Clock& clock) {
  TRY(migrate(database, "api", migrations()));
  return std::unique_ptr<IdempotencyKeys>(new IdempotencyKeys(database, master_key, clock));
}

Outcome<std::optional<IdempotencyKeys::KeptAnswer>> IdempotencyKeys::begin(const Request& request) {
  const Instant now = clock_.now();
  const Claim claimed =
      TRY(database_.write([&](SqlSession& session) { return claim(session, request, now); }));
  if (claimed.first) return std::nullopt;
  if (claimed.digest != request.digest) {
    return fail(Problem(422, "idempotency_conflict", "this Idempotency-Key was used for another request",
                        "use a new key for each creation")
                    .at("Idempotency-Key"));
  }
  if (claimed.status == 0) {
    return fail(Problem(409, "idempotency_in_progress", "the first request with this key is still at work",
                        "send it again in a moment to get its answer"));
  }
  std::string body = TRY(master_key_.unwrap(claimed.wrapped_answer, wrapped_for(request)));
  return KeptAnswer{.status = claimed.status, .body = std::move(body)};
}

Status IdempotencyKeys::keep(const Request& request, const KeptAnswer& answer) {
  const std::string wrapped = master_key_.wrap(answer.body, wrapped_for(request));
  TRY(database_.write([&](SqlSession& session) {
    return session.execute(
        "UPDATE api_idempotency_keys SET answer_status = ?, wrapped_answer = ?"
        " WHERE account = ? AND idempotency_key = ? AND digest = ?",
        {static_cast<std::int64_t>(answer.status), wrapped, request.account, request.key, request.digest});
  }));
  return {};
}

Status IdempotencyKeys::release(const Request& request) {
  TRY(database_.write([&](SqlSession& session) {
    return session.execute(
        "DELETE FROM api_idempotency_keys WHERE account = ? AND idempotency_key = ? AND answer_status = 0",
        {request.account, request.key});
  }));
  return {};
}

}  // namespace skyhold
