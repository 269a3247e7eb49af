// A session on the hidden database, which runs the statements of a pg_restore script.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/pg_session.h"
#include "operations/restore/session_settings.h"

namespace skyhold {

// One statement of a script, and what the SET statements before it have set.
struct ScriptStatement {
  std::string_view sql;
  std::shared_ptr<const SessionSettings> settings;
  std::size_t order = 0;  // its place in the script
};

// The script's statements that are not settings themselves.
std::vector<ScriptStatement> with_settings(const std::vector<std::string_view>& script);

class RestoreSession {
 public:
  // Durability is relaxed for this session only: the database is dropped if anything
  // fails, and the swap's own commit makes all of it durable. Long values are compressed
  // with lz4 where the server has it and nobody chose otherwise. `role`: SET ROLE to it,
  // unless empty.
  static Result<RestoreSession> open(const PgTarget& target, const std::string& role);

  // Runs the statements in order, several in one implicit transaction. When one fails,
  // the whole batch is rolled back and its statements run one by one, so that the error
  // names the culprit, and those that cannot run inside a transaction do run.
  Status run(std::span<const ScriptStatement> statements) { return run(statements, nullptr); }
  // The same, but statements that the server refuses are put into `refused` instead.
  Status run(std::span<const ScriptStatement> statements, std::vector<ScriptStatement>& refused) {
    return run(statements, &refused);
  }

  [[nodiscard]] PgSession& pg() { return session_; }

 private:
  explicit RestoreSession(PgSession session) : session_(std::move(session)) {}
  Status run(std::span<const ScriptStatement> statements, std::vector<ScriptStatement>* refused);
  Status run_batch(std::span<const ScriptStatement> batch, std::vector<ScriptStatement>* refused);
  Status run_singly(std::span<const ScriptStatement> batch, std::vector<ScriptStatement>* refused);
  Status apply(const std::shared_ptr<const SessionSettings>& settings);

  PgSession session_;
  std::shared_ptr<const SessionSettings> settings_;
};

// Errors after which trying another statement would not help.
bool ends_the_restore(const Error& error);

// `sql` cut to one short line, for messages.
std::string abridged(std::string_view sql);

}  // namespace skyhold
