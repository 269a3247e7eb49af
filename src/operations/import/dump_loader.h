// Runs a dump's SQL in the scratch database, statement for statement, through the gate.
#pragma once

#include <functional>
#include <string>

#include "base/cancel.h"
#include "operations/import/import_database.h"
#include "operations/import/import_report.h"
#include "operations/import/import_watch.h"
#include "operations/import/statement_gate.h"

namespace skyhold {

class SqlScriptReader;

struct DumpLoaderOptions {
  std::size_t max_statement_bytes = 0;
  std::chrono::seconds statement_time{0};
};

// Not thread-safe. One session by the dump's role, which lives as long as this.
class DumpLoader {
 public:
  static Result<std::unique_ptr<DumpLoader>> open(const ImportDatabase& database, const ImportWatch& watch,
                                                  const StatementGate& gate, const DumpLoaderOptions& options,
                                                  ImportReport& report);

  // The whole script; settings of one go on in the next. An error is in the report too. kCorrupt for what
  // is damaged, kInvalidArgument for what is refused, kSource for a statement that the server refuses.
  Status run(ByteSource& script, const CancelToken& cancel);
  // Rows of a table that come by themselves. kCorrupt unless the server took `wanted_rows`.
  Status copy_rows(const std::string& copy_sql, ByteSource& rows, std::optional<std::uint64_t> wanted_rows);
  // Call it after the last script.
  Status finish();
  [[nodiscard]] PgSession& session() { return session_; }

 private:
  DumpLoader(const ImportDatabase& database, const ImportWatch& watch, const StatementGate& gate,
             const DumpLoaderOptions& options, ImportReport& report, PgSession session)
      : database_(database),
        watch_(watch),
        gate_(gate),
        options_(options),
        report_(report),
        session_(std::move(session)) {}

  Status run_pieces(SqlScriptReader& reader, const CancelToken& cancel);
  Status take_meta_command(std::string_view line);
  Status take_statement(SqlScriptReader& reader, std::string_view sql);
  Status obey(SqlScriptReader& reader, std::string_view sql, const GateVerdict& verdict);
  Status run_copy(SqlScriptReader& reader, const std::string& sql);
  Status refused(std::string_view code, const std::string& words, std::string_view example);
  // The watch's word for it, when it has ended the session.
  Error explained(Error error, std::string_view statement);

  const ImportDatabase& database_;
  const ImportWatch& watch_;
  const StatementGate& gate_;
  const DumpLoaderOptions options_;
  ImportReport& report_;
  PgSession session_;
  bool standard_strings_ = true;
  std::string restrict_key_;  // of a \restrict that is still in force
};

// A statement's beginning on one line, for people.
std::string statement_beginning(std::string_view sql);

}  // namespace skyhold
