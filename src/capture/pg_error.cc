#include "capture/pg_error.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

#include <fmt/format.h>

namespace skyhold {
namespace {

struct SqlstateRow {
  std::string_view prefix;  // five characters, or a class of two
  ErrorCode code;
  std::string_view hint;  // ours, for when the server gives none
};

// Specific states before their class: the first match counts.
constexpr std::array kSqlstates{
    SqlstateRow{"08", ErrorCode::kUnavailable,
                "check that the server runs and can be reached, then run again"},
    SqlstateRow{"0A", ErrorCode::kUnsupported, ""},
    SqlstateRow{"28", ErrorCode::kPermissionDenied,
                "check the user name and password of the URL, and the server's pg_hba.conf"},
    SqlstateRow{"3D", ErrorCode::kNotFound, "check the database's name; `psql -l` lists what the server has"},
    SqlstateRow{"3F", ErrorCode::kNotFound, ""},
    SqlstateRow{"40", ErrorCode::kBusy, "run it again; another transaction was in the way"},
    SqlstateRow{"42501", ErrorCode::kPermissionDenied,
                "grant the role of the URL the right that the message names"},
    SqlstateRow{"42704", ErrorCode::kNotFound, ""},
    SqlstateRow{"42710", ErrorCode::kAlreadyExists, ""},
    SqlstateRow{"42P01", ErrorCode::kNotFound, ""},
    SqlstateRow{"42P04", ErrorCode::kAlreadyExists, ""},
    SqlstateRow{"42P06", ErrorCode::kAlreadyExists, ""},
    SqlstateRow{"42P07", ErrorCode::kAlreadyExists, ""},
    SqlstateRow{"53100", ErrorCode::kNoSpace, "free disk space on the PostgreSQL server and run again"},
    SqlstateRow{"53", ErrorCode::kUnavailable,
                "the server is short of connections or memory; try later or raise its limits"},
    SqlstateRow{"55006", ErrorCode::kBusy, "close the sessions that use it and run again"},
    SqlstateRow{
        "55P03", ErrorCode::kBusy,
        "another session holds the lock; see pg_stat_activity and pg_locks, and run again when it is done"},
    SqlstateRow{"57014", ErrorCode::kUnavailable,
                "somebody cancelled the statement on the server; run again"},
    SqlstateRow{"57P", ErrorCode::kUnavailable,
                "the server is stopping, starting or dropped the session; try later"},
};

const SqlstateRow* find_row(std::string_view sqlstate) {
  const auto* found = std::find_if(kSqlstates.begin(), kSqlstates.end(),
                                   [&](const SqlstateRow& row) { return sqlstate.starts_with(row.prefix); });
  return found == kSqlstates.end() ? nullptr : found;
}

// A server may be anybody's, and its words are kept and shown.
constexpr std::size_t kMaxMessageBytes = 4096;
constexpr std::size_t kMaxCharacterBytes = 4;  // of UTF-8

// One line without a full stop, as Error::message wants it.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char each : text) {
    const bool blank = std::isspace(static_cast<unsigned char>(each)) != 0;
    if (blank && (line.empty() || line.back() == ' ')) continue;
    const bool inside_character = (static_cast<unsigned char>(each) & 0xC0U) == 0x80U;
    if (line.size() >= kMaxMessageBytes + (inside_character ? kMaxCharacterBytes : 0)) return line + " …";
    line.push_back(blank ? ' ' : each);
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
  return line;
}

std::string field(const PGresult* result, int code) {
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, code);
  return text == nullptr ? std::string() : one_line(text);
}

std::string hint_for(std::string_view sqlstate) {
  const SqlstateRow* row = find_row(sqlstate);
  return row == nullptr ? std::string() : std::string(row->hint);
}

// ---- what libpq says of a connection that was refused, PQERRORS_VERBOSE ------------------------
//
//   connection to server at "db" (10.0.0.7), port 5432 failed: FATAL:  3D000: database "x" does not exist
//   LOCATION:  InitPostgres, postinit.c:1014
//
// Not by std::regex: it goes one call deeper with every character, and the server chooses how many.

std::string without_locations(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t line_bytes = std::min(text.find('\n'), text.size() - 1) + 1;
    if (!text.starts_with("LOCATION:")) kept.append(text.substr(0, line_bytes));
    text.remove_prefix(line_bytes);
  }
  return kept;
}

std::string_view without_last_spaces(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

// Whether it ends as in "…: FATAL:  ".
bool ends_with_severity(std::string_view text) {
  const std::string_view label = without_last_spaces(text);
  if (label.size() == text.size() || !label.ends_with(':')) return false;
  const std::size_t space = label.find_last_of(' ');
  return space != std::string_view::npos && space + 2 < label.size() &&
         without_last_spaces(label.substr(0, space)).ends_with(':');
}

// Cuts the first SQLSTATE out of `text`; empty when it has none.
std::string take_sqlstate(std::string& text) {
  constexpr std::size_t kBytes = 5;
  constexpr std::string_view kBehind = ": ";
  const std::string_view view = text;
  for (std::size_t at = view.find(kBehind); at != std::string_view::npos; at = view.find(kBehind, at + 1)) {
    if (at < kBytes) continue;
    const std::string_view state = view.substr(at - kBytes, kBytes);
    const bool fits = std::all_of(state.begin(), state.end(), [](char each) {
      return (each >= '0' && each <= '9') || (each >= 'A' && each <= 'Z');
    });
    if (!fits || !ends_with_severity(view.substr(0, at - kBytes))) continue;
    std::string taken(state);
    text.erase(at - kBytes, kBytes + kBehind.size());
    return taken;
  }
  return {};
}

}  // namespace

ErrorCode code_for_sqlstate(std::string_view sqlstate) {
  const SqlstateRow* row = find_row(sqlstate);
  return row == nullptr ? ErrorCode::kSource : row->code;
}

Error error_from_result(const PGresult* result, PGconn* connection) {
  const std::string sqlstate = field(result, PG_DIAG_SQLSTATE);
  if (sqlstate.empty()) {
    // Only libpq itself, not a server, reports without a SQLSTATE.
    const bool lost = PQstatus(connection) == CONNECTION_BAD;
    const char* own = result == nullptr ? nullptr : PQresultErrorMessage(result);
    std::string message = one_line(own != nullptr && *own != '\0' ? own : PQerrorMessage(connection));
    if (message.empty()) message = "libpq gave no reason";
    return Error{lost ? ErrorCode::kUnavailable : ErrorCode::kSource, fmt::format("PostgreSQL: {}", message),
                 lost ? hint_for("08") : std::string()};
  }
  std::string message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  const std::string context = field(result, PG_DIAG_CONTEXT);
  if (!detail.empty()) message += fmt::format(" ({})", detail);
  if (!context.empty()) message += fmt::format(" [{}]", context);
  std::string hint = field(result, PG_DIAG_MESSAGE_HINT);
  if (hint.empty()) hint = hint_for(sqlstate);
  return Error{code_for_sqlstate(sqlstate), fmt::format("PostgreSQL: {} (SQLSTATE {})", message, sqlstate),
               std::move(hint)};
}

Error error_from_connect(PGconn* connection, std::string_view password) {
  return error_from_connect_text(PQerrorMessage(connection), password);
}

Error error_from_connect_text(std::string_view words, std::string_view password) {
  std::string text = without_locations(words);
  const std::string sqlstate = take_sqlstate(text);
  if (!password.empty()) {
    for (auto at = text.find(password); at != std::string::npos; at = text.find(password, at + 3)) {
      text.replace(at, password.size(), "***");
    }
  }
  if (sqlstate.empty())
    return Error{ErrorCode::kUnavailable, "PostgreSQL: " + one_line(text), hint_for("08")};
  return Error{code_for_sqlstate(sqlstate),
               fmt::format("PostgreSQL: {} (SQLSTATE {})", one_line(text), sqlstate), hint_for(sqlstate)};
}

}  // namespace skyhold
