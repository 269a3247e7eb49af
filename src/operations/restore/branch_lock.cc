#include "operations/restore/branch_lock.h"

#include <chrono>
#include <cstring>
#include <thread>

#include <fmt/format.h>

#include "crypto/hash.h"
#include "operations/restore/server_databases.h"

namespace skyhold {
namespace {

// The first half says that the lock is Skyhold's, the second which target's.
constexpr std::int32_t kLockClass = 0x534b5948;  // "SKYH"

std::int32_t lock_key(std::string_view database) {
  const Id digest = sha256(as_bytes(database));
  std::int32_t key = 0;
  std::memcpy(&key, digest.bytes.data(), sizeof(key));
  return key;
}

// The session of a killed restore lives until its server has noticed, which takes as long
// as its last statement, or what client_connection_check_interval says.
constexpr int kPostgres14 = 140000;
constexpr int kAttempts = 30;
constexpr std::chrono::milliseconds kBetweenAttempts{100};

Result<bool> take_lock(PgSession& session, std::string_view database) {
  const std::string sql =
      fmt::format("SELECT pg_catalog.pg_try_advisory_lock({}, {})", kLockClass, lock_key(database));
  for (int attempt = 1;; ++attempt) {
    if (TRY(session.query_value(sql)) == "t") return true;
    if (attempt == kAttempts) return false;
    std::this_thread::sleep_for(kBetweenAttempts);
  }
}

}  // namespace

Result<BranchLock> BranchLock::take(const PgTarget& target) {
  BesideSession beside = TRY(connect_beside(target));
  if (beside.session.server_version_number() >= kPostgres14) {
    TRY(beside.session.execute("SET client_connection_check_interval = 500"));
  }
  if (!TRY(take_lock(beside.session, target.database()))) {
    return fail(
        ErrorCode::kBusy, fmt::format("another restore onto database \"{}\" is under way", target.database()),
        "wait until it has ended; if it should not run, end its process: nothing of the branch is lost");
  }
  return BranchLock(std::move(beside.target), std::move(beside.session));
}

}  // namespace skyhold
