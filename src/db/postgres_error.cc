#include "db/postgres_error.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

namespace skyhold {
namespace {

struct StateRow {
  std::string_view prefix;  // five characters, or a class of two
  ErrorCode means;
  bool try_again;
  bool broken;
  std::string_view hint;
};

constexpr std::string_view kReachHint = "check that the server runs and can be reached";

// Specific states before their class: the first match counts.
constexpr std::array kStates{
    StateRow{"08P01", ErrorCode::kInternal, false, false, ""},
    StateRow{"08", ErrorCode::kUnavailable, true, true, kReachHint},
    StateRow{"22", ErrorCode::kInvalidArgument, false, false, ""},
    StateRow{"23505", ErrorCode::kAlreadyExists, false, false, ""},
    StateRow{"23", ErrorCode::kInvalidArgument, false, false, ""},
    StateRow{"25P03", ErrorCode::kUnavailable, false, true, "a transaction stood still for too long"},
    StateRow{"28", ErrorCode::kPermissionDenied, false, true,
             "check the user name and password of the catalog's URL, and the server's pg_hba.conf"},
    StateRow{"40", ErrorCode::kBusy, true, false, "try again; another transaction was in the way"},
    StateRow{"42501", ErrorCode::kPermissionDenied, false, false,
             "make the role of the catalog's URL the owner of its database"},
    StateRow{"53100", ErrorCode::kNoSpace, false, false, "free disk space on the PostgreSQL server"},
    StateRow{"53", ErrorCode::kUnavailable, false, false,
             "the server is short of connections or memory; try later or raise its limits"},
    StateRow{"55P03", ErrorCode::kBusy, false, false,
             "another session holds the lock; see pg_stat_activity and pg_locks"},
    StateRow{"57014", ErrorCode::kUnavailable, false, false,
             "a statement took too long or was cancelled on the server; try later"},
    StateRow{"57P", ErrorCode::kUnavailable, true, true, "the server is stopping or starting; try later"},
    StateRow{"XX001", ErrorCode::kCorrupt, false, false, "restore the server's own backup of the catalog"},
    StateRow{"XX002", ErrorCode::kCorrupt, false, false, "REINDEX the catalog's database"},
};

constexpr StateRow kWrongStatement{"", ErrorCode::kInternal, false, false, ""};
constexpr StateRow kLost{"", ErrorCode::kUnavailable, true, true, kReachHint};
// A server that was the primary until a moment ago; a new connection looks for the new one.
constexpr StateRow kDemoted{"", ErrorCode::kUnavailable, true, true,
                            "the server takes no writes; name the primary in the catalog's URL"};

const StateRow& row_of(std::string_view state, PGconn* connection, SqlAccess access) {
  if (state == "25006" && access == SqlAccess::kReadWrite) return kDemoted;
  const auto* found = std::find_if(kStates.begin(), kStates.end(),
                                   [&](const StateRow& row) { return state.starts_with(row.prefix); });
  if (found != kStates.end()) return *found;
  return PQstatus(connection) == CONNECTION_BAD ? kLost : kWrongStatement;
}

std::string field(const PGresult* result, int code) {
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, code);
  return text == nullptr ? std::string() : one_line(text);
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line;
  for (const char each : text) {
    const bool blank = std::isspace(static_cast<unsigned char>(each)) != 0;
    if (blank && (line.empty() || line.back() == ' ')) continue;
    line.push_back(blank ? ' ' : each);
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
  return line;
}

SqlFailure postgres_failure(const PGresult* result, PGconn* connection, SqlAccess access) {
  const std::string state = field(result, PG_DIAG_SQLSTATE);
  const StateRow& row = row_of(state, connection, access);
  std::string message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = one_line(PQerrorMessage(connection));
  if (message.empty()) message = "libpq gave no reason";
  if (!state.empty()) message += fmt::format(" (SQLSTATE {})", state);
  const bool broken = row.broken || PQstatus(connection) == CONNECTION_BAD;
  return SqlFailure{Error{row.means, "PostgreSQL: " + message, std::string(row.hint)}, row.try_again, broken};
}

}  // namespace skyhold
