#include "operations/restore/branch_lock.h"

#include <cstring>

#include <fmt/format.h>

#include "crypto/hash.h"

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

}  // namespace

Result<BranchLock> BranchLock::take(const PgTarget& target) {
  PgTarget maintenance = target.with_database("postgres");
  auto session = PgSession::connect(maintenance);
  if (!session && session.error().code == ErrorCode::kNotFound) {
    maintenance = target.with_database("template1");
    session = PgSession::connect(maintenance);
  }
  if (!session) return fail(std::move(session).error());
  const std::string taken = TRY(session->query_value(fmt::format(
      "SELECT pg_catalog.pg_try_advisory_lock({}, {})", kLockClass, lock_key(target.database()))));
  if (taken != "t") {
    return fail(
        ErrorCode::kBusy, fmt::format("another restore onto database \"{}\" is under way", target.database()),
        "wait until it has ended; if it should not run, end its process: nothing of the branch is lost");
  }
  return BranchLock(std::move(maintenance), std::move(*session));
}

}  // namespace skyhold
