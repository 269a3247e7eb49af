#include "db/sqlite_error.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sqlite3.h>

namespace skyhold {
namespace {

struct CodeRow {
  int code;  // extended, or primary for all of its family
  ErrorCode means;
  bool try_again;
  bool broken;  // what SQLite itself no longer answers for
  std::string_view hint;
};

constexpr std::string_view kDiskHint = "look at the disk that holds it, and at the system's log";
constexpr std::string_view kRecoverHint =
    "stop every process that uses it and restore the file; `skyhold recover` rebuilds a catalog from a store";

// Extended codes before their family: the first match counts.
constexpr std::array kCodes{
    CodeRow{SQLITE_CONSTRAINT_UNIQUE, ErrorCode::kAlreadyExists, false, false, ""},
    CodeRow{SQLITE_CONSTRAINT_PRIMARYKEY, ErrorCode::kAlreadyExists, false, false, ""},
    CodeRow{SQLITE_CONSTRAINT_ROWID, ErrorCode::kAlreadyExists, false, false, ""},
    CodeRow{SQLITE_CONSTRAINT, ErrorCode::kInvalidArgument, false, false, ""},
    CodeRow{SQLITE_BUSY, ErrorCode::kBusy, false, false,
            "another process is writing to it; try again when it is done"},
    CodeRow{SQLITE_LOCKED, ErrorCode::kBusy, false, false, "try again"},
    CodeRow{SQLITE_PROTOCOL, ErrorCode::kBusy, true, false, "try again"},
    CodeRow{SQLITE_FULL, ErrorCode::kNoSpace, false, false, "free space on the disk that holds it"},
    CodeRow{SQLITE_TOOBIG, ErrorCode::kInvalidArgument, false, false, ""},
    CodeRow{SQLITE_READONLY_DIRECTORY, ErrorCode::kPermissionDenied, false, true,
            "let its user write to the file and to the directory that holds it"},
    CodeRow{SQLITE_READONLY_DBMOVED, ErrorCode::kUnavailable, true, true,
            "the file was moved or replaced while it was open; put it back"},
    CodeRow{SQLITE_CANTOPEN, ErrorCode::kUnavailable, false, true,
            "make the directory that shall hold it, and let its user write there"},
    CodeRow{SQLITE_PERM, ErrorCode::kPermissionDenied, false, true,
            "let its user write to the file and to the directory that holds it"},
    CodeRow{SQLITE_AUTH, ErrorCode::kPermissionDenied, false, false, ""},
    CodeRow{SQLITE_IOERR, ErrorCode::kUnavailable, false, true, kDiskHint},
    CodeRow{SQLITE_NOMEM, ErrorCode::kUnavailable, false, true, "the machine is short of memory"},
    CodeRow{SQLITE_CORRUPT, ErrorCode::kCorrupt, false, true, kRecoverHint},
    CodeRow{SQLITE_NOTADB, ErrorCode::kCorrupt, false, true,
            "it is another file or a damaged one; `skyhold recover` rebuilds a catalog from a store"},
};

constexpr CodeRow kWrongStatement{0, ErrorCode::kInternal, false, false, ""};

const CodeRow& row_of(int code) {
  const auto* found = std::find_if(kCodes.begin(), kCodes.end(), [&](const CodeRow& row) {
    return row.code == code || row.code == (code & 0xff);
  });
  return found == kCodes.end() ? kWrongStatement : *found;
}

}  // namespace

SqlFailure sqlite_failure(sqlite3* connection, int code, std::string_view path) {
  const CodeRow& row = row_of(code);
  const std::string_view words = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  return SqlFailure{
      Error{row.means, fmt::format("SQLite, {}: {} (code {})", path, words, code), std::string(row.hint)},
      row.try_again, row.broken};
}

}  // namespace skyhold
