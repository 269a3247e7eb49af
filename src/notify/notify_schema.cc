#include "notify/notify_schema.h"

namespace skyhold {

//   notify_destinations  where notices of a project go; wrapped_* are wrapped by the master key, an address
//   of
//                        a webhook too, for it often holds a token
//   notify_conditions    what is or was wrong; decided_at_ms is of the newest fact that has changed it
//   notify_messages      one row a notice and receiver, which no receiver has twice; fence and lease_until_ms
//   say
//                        who delivers it
//   notify_marks         how far lists of facts were read
const std::vector<Migration>& notify_migrations() {
  static const std::vector<Migration> kMigrations{
      {1,
       "destinations, conditions and the outbox",
       {
           R"(CREATE TABLE notify_destinations (
                id TEXT NOT NULL PRIMARY KEY,
                project TEXT NOT NULL,
                kind TEXT NOT NULL,
                name TEXT NOT NULL,
                addresses TEXT NOT NULL,
                wrapped_url TEXT NOT NULL,
                wrapped_secret TEXT NOT NULL,
                events TEXT NOT NULL,
                enabled BIGINT NOT NULL,
                created_at_ms BIGINT NOT NULL,
                created_by TEXT NOT NULL))",
           "CREATE INDEX notify_destinations_project ON notify_destinations (project, id)",
           R"(CREATE TABLE notify_conditions (
                project TEXT NOT NULL,
                topic TEXT NOT NULL,
                wrong BIGINT NOT NULL,
                since_at_ms BIGINT NOT NULL,
                told_at_ms BIGINT NOT NULL,
                decided_at_ms BIGINT NOT NULL,
                PRIMARY KEY (project, topic)))",
           R"(CREATE TABLE notify_messages (
                id TEXT NOT NULL PRIMARY KEY,
                project TEXT NOT NULL,
                destination TEXT NOT NULL REFERENCES notify_destinations (id) ON DELETE CASCADE,
                receiver TEXT NOT NULL,
                notice_key TEXT NOT NULL,
                notice TEXT NOT NULL,
                state TEXT NOT NULL,
                attempts BIGINT NOT NULL,
                fence BIGINT NOT NULL,
                lease_until_ms BIGINT,
                next_try_at_ms BIGINT NOT NULL,
                created_at_ms BIGINT NOT NULL,
                ended_at_ms BIGINT,
                reason TEXT NOT NULL,
                UNIQUE (destination, receiver, notice_key)))",
           "CREATE INDEX notify_messages_waiting ON notify_messages (next_try_at_ms, id) WHERE state = "
           "'waiting'",
           "CREATE INDEX notify_messages_project ON notify_messages (project, id)",
           "CREATE INDEX notify_messages_created ON notify_messages (created_at_ms)",
           "CREATE TABLE notify_marks (name TEXT NOT NULL PRIMARY KEY, at_ms BIGINT NOT NULL)",
       }}};
  return kMigrations;
}

}  // namespace skyhold
