#include "operations/restore/restore_session.h"

#include <algorithm>

#include <fmt/format.h>

namespace skyhold {
namespace {

// A statement costs a round trip and a commit less when it shares them: the tables of an
// Odoo take 0.9 s of the server's time one by one, 0.6 by the hundred and 0.5 by four
// hundred. More would strain the server's lock table, in which all that a transaction
// touches has its place.
constexpr std::size_t kStatementsInBatch = 400;

// Of the server's memory, for each session's index builds.
constexpr std::string_view kSessionSql =
    "SET synchronous_commit = off; SET maintenance_work_mem = '128MB'; SET max_parallel_maintenance_workers "
    "= 0";

// Long values are stored compressed, and pglz is most of what a server does while it takes mails in
// (decision 11). A choice that somebody made for the server, the role or the database stands.
constexpr std::string_view kToastSql =
    "SELECT set_config(name, 'lz4', false) FROM pg_settings WHERE name = 'default_toast_compression' "
    "AND source = 'default' AND 'lz4' = ANY (enumvals)";

}  // namespace

std::vector<ScriptStatement> with_settings(const std::vector<std::string_view>& script) {
  std::vector<ScriptStatement> statements;
  auto settings = std::make_shared<const SessionSettings>();
  for (std::size_t order = 0; order < script.size(); ++order) {
    SessionSettings next = *settings;
    if (!next.take(script[order])) {
      statements.push_back({script[order], settings, order});
    } else if (!(next == *settings)) {
      settings = std::make_shared<const SessionSettings>(std::move(next));
    }
  }
  return statements;
}

bool ends_the_restore(const Error& error) {
  return error.code == ErrorCode::kCancelled || error.code == ErrorCode::kUnavailable ||
         error.code == ErrorCode::kNoSpace;
}

std::string abridged(std::string_view sql) {
  constexpr std::size_t kMostBytes = 120;
  std::string line;
  for (const char each : sql.substr(0, kMostBytes)) {
    const bool blank = each == ' ' || (each >= '\t' && each <= '\r');
    if (!blank) line.push_back(each);
    if (blank && !line.empty() && line.back() != ' ') line.push_back(' ');
  }
  return sql.size() > kMostBytes ? line + "…" : line;
}

Result<RestoreSession> RestoreSession::open(const PgTarget& target, const std::string& role) {
  PgSession session = TRY(PgSession::connect(target));
  TRY(session.execute(kSessionSql));
  TRY(session.query(kToastSql));
  if (!role.empty()) TRY(session.execute("SET ROLE " + quote_identifier(role)));
  return RestoreSession(std::move(session));
}

Status RestoreSession::apply(const std::shared_ptr<const SessionSettings>& settings) {
  if (settings == settings_) return {};
  const std::string sql = settings->sql();
  if (!sql.empty()) TRY(session_.execute(sql));
  settings_ = settings;
  return {};
}

Status RestoreSession::run_batch(std::span<const ScriptStatement> batch,
                                 std::vector<ScriptStatement>* refused) {
  TRY(apply(batch.front().settings));
  std::string text;
  for (const ScriptStatement& statement : batch) {
    text += statement.sql;
    text += ";\n";
  }
  Status done = session_.execute(text);
  return done || done.error().code == ErrorCode::kCancelled ? done : run_singly(batch, refused);
}

Status RestoreSession::run_singly(std::span<const ScriptStatement> batch,
                                  std::vector<ScriptStatement>* refused) {
  for (const ScriptStatement& statement : batch) {
    Status done = session_.execute(statement.sql);
    if (done) continue;
    if (refused == nullptr || ends_the_restore(done.error())) {
      return fail(done.error().in(fmt::format("cannot run \"{}\"", abridged(statement.sql))));
    }
    refused->push_back(statement);
  }
  return {};
}

Status RestoreSession::run(std::span<const ScriptStatement> statements,
                           std::vector<ScriptStatement>* refused) {
  while (!statements.empty()) {
    const auto& settings = statements.front().settings;
    std::size_t count = 1;
    while (count < std::min(statements.size(), kStatementsInBatch) && statements[count].settings == settings)
      ++count;
    TRY(run_batch(statements.first(count), refused));
    statements = statements.subspan(count);
  }
  return {};
}

}  // namespace skyhold
