// One restore onto a branch at a time, on the whole server.
#pragma once

#include "capture/pg_session.h"

namespace skyhold {

// A session beside the target database that holds the lock of that target. It ends with
// the session, so that a killed restore holds nothing: what is hidden under the target's
// name while we have the lock is dead.
class BranchLock {
 public:
  // Connects to "postgres", or "template1" where there is none: a database cannot be
  // renamed by a session inside it. kBusy when another restore or undo has the lock.
  static Result<BranchLock> take(const PgTarget& target);

  [[nodiscard]] PgSession& session() { return session_; }
  // Another session on the same database as session().
  [[nodiscard]] Result<PgSession> connect_again() const { return PgSession::connect(maintenance_); }
  [[nodiscard]] const PgTarget& maintenance_target() const { return maintenance_; }

 private:
  BranchLock(PgTarget maintenance, PgSession session)
      : maintenance_(std::move(maintenance)), session_(std::move(session)) {}

  PgTarget maintenance_;
  PgSession session_;
};

}  // namespace skyhold
