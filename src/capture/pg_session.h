// One connection to a PostgreSQL server over libpq.
//
// Every failure is an Error of code kSource (or kPermissionDenied, kUnavailable,
// kNotFound, kBusy, by SQLSTATE: see pg_session.cc) whose message holds the server's
// own words and the SQLSTATE, and whose hint holds the server's hint or ours.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "capture/pg_target.h"
#include "io/byte_stream.h"

namespace skyhold {

// All rows of one result, as text; a NULL is nullopt.
using PgRow = std::vector<std::optional<std::string>>;
using PgRows = std::vector<PgRow>;

struct PgSessionOptions {
  std::string application_name = "skyhold";
  int connect_timeout_seconds = 15;
};

// Not thread-safe; a session belongs to one thread at a time. cancel() is the exception.
class PgSession {
 public:
  // Connects and makes the session neutral: no statement, lock or idle timeout, empty
  // search_path, UTC, ISO dates, extra_float_digits 3, row_security off, client encoding
  // equal to the database's (bytes pass through unchanged), jit off, no parallel query,
  // synchronize_seqscans off (heap order), notices dropped.
  static Result<PgSession> connect(const PgTarget& target, const PgSessionOptions& options = {});
  PgSession(PgSession&&) noexcept;
  PgSession& operator=(PgSession&&) noexcept;
  ~PgSession();

  // One or more statements; results are dropped. Several statements in one text run in
  // one implicit transaction.
  Status execute(std::string_view sql);
  // One statement, with text parameters $1….
  Result<PgRows> query(std::string_view sql, const std::vector<std::optional<std::string>>& parameters = {});
  // One statement, one row, one column; kNotFound when there is no row or a NULL.
  Result<std::string> query_value(std::string_view sql,
                                  const std::vector<std::optional<std::string>>& parameters = {});

  // Runs a COPY … TO STDOUT and hands each row, its newline included, to `on_row`. The
  // view is valid during the call only. Returns the rows that the server counted.
  Result<std::uint64_t> copy_out(std::string_view sql, const std::function<Status(ByteView row)>& on_row);

  // Runs a COPY … FROM STDIN with all bytes of `source`. An error of the source fails
  // the COPY on the server too. Returns the rows that the server counted.
  Result<std::uint64_t> copy_in(std::string_view sql, ByteSource& source);

  [[nodiscard]] int server_version_number() const;  // 150018
  // Asks the server to stop what this session runs. Callable from any thread.
  void cancel();

 private:
  struct State;
  explicit PgSession(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// "a""b" and 'it''s' (E'' where a backslash is inside), for SQL text.
std::string quote_identifier(std::string_view name);
std::string quote_literal(std::string_view text);
std::string quote_qualified(std::string_view schema, std::string_view name);

}  // namespace skyhold
