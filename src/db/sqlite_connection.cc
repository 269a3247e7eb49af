#include "db/sqlite_connection.h"

#include <cerrno>
#include <map>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "db/sqlite_error.h"

namespace skyhold {
namespace {

struct CloseConnection {
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, CloseConnection>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

constexpr std::size_t kMostStatements = 100;

// A statement must not stay half run: it would keep its snapshot, or the whole write lock.
class Rewind {
 public:
  explicit Rewind(sqlite3_stmt* statement) : statement_(statement) {}
  ~Rewind() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Rewind(const Rewind&) = delete;
  Rewind& operator=(const Rewind&) = delete;

 private:
  sqlite3_stmt* statement_;
};

SqlFailure wrong_statement(std::string message) {
  return SqlFailure{Error{ErrorCode::kInternal, "SQLite: " + std::move(message), {}}};
}

// The text must outlive the statement's run; SQLite does not copy it.
int bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, index, *number);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, index);
}

SqlAttempt<SqlRow> current_row(sqlite3_stmt* statement) {
  std::vector<SqlValue> values;
  const int columns = sqlite3_column_count(statement);
  values.reserve(static_cast<std::size_t>(columns));
  for (int column = 0; column < columns; ++column) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_NULL: values.emplace_back(nullptr); break;
      case SQLITE_INTEGER: values.emplace_back(std::int64_t{sqlite3_column_int64(statement, column)}); break;
      case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        values.emplace_back(
            std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))));
        break;
      }
      default:
        return tl::unexpected(
            wrong_statement(fmt::format("column {} of a result is neither a whole number nor text", column)));
    }
  }
  return SqlRow(std::move(values));
}

class SqliteConnection final : public SqlConnection {
 public:
  SqliteConnection(Handle handle, std::string path) : path_(std::move(path)), handle_(std::move(handle)) {}

  SqlAttempt<void> begin(SqlAccess access) override {
    // IMMEDIATE takes the write lock now: taken later, it could be refused in the middle.
    return simple(access == SqlAccess::kReadWrite ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED");
  }
  SqlAttempt<void> commit() override { return simple("COMMIT"); }
  bool rollback() override {
    // After some errors SQLite has rolled back by itself.
    if (sqlite3_get_autocommit(handle_.get()) != 0) return true;
    return simple("ROLLBACK").has_value();
  }
  SqlAttempt<SqlOutcome> run(std::string_view sql, const SqlParameters& parameters) override;

  SqlAttempt<void> simple(std::string_view sql) {
    auto outcome = run(sql, {});
    if (!outcome) return tl::unexpected(std::move(outcome).error());
    return {};
  }

 private:
  SqlAttempt<sqlite3_stmt*> prepared(std::string_view sql);
  SqlFailure failure(int code) const { return sqlite_failure(handle_.get(), code, path_); }

  const std::string path_;
  Handle handle_;
  std::map<std::string, Statement, std::less<>> statements_;  // gone before their connection
};

SqlAttempt<sqlite3_stmt*> SqliteConnection::prepared(std::string_view sql) {
  if (const auto known = statements_.find(sql); known != statements_.end()) return known->second.get();
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, &rest);
  Statement statement(raw);
  if (code != SQLITE_OK) return tl::unexpected(failure(code));
  const std::string_view more = sql.substr(static_cast<std::size_t>(rest - sql.data()));
  if (!statement || more.find_first_not_of(" \n\t;") != std::string_view::npos) {
    return tl::unexpected(wrong_statement("a text must be one statement"));
  }
  if (statements_.size() >= kMostStatements) statements_.clear();
  return statements_.emplace(sql, std::move(statement)).first->second.get();
}

SqlAttempt<SqlOutcome> SqliteConnection::run(std::string_view sql, const SqlParameters& parameters) {
  auto found = prepared(sql);
  if (!found) return tl::unexpected(std::move(found).error());
  sqlite3_stmt* statement = *found;
  const Rewind rewind(statement);
  if (sqlite3_bind_parameter_count(statement) != static_cast<int>(parameters.size())) {
    return tl::unexpected(
        wrong_statement(fmt::format("{} parameters for the {} of a statement", parameters.size(),
                                    sqlite3_bind_parameter_count(statement))));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const int code = bind(statement, static_cast<int>(i) + 1, parameters[i]);
    if (code != SQLITE_OK) return tl::unexpected(failure(code));
  }
  SqlOutcome outcome;
  const auto changes_before = sqlite3_total_changes64(handle_.get());
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    auto row = current_row(statement);
    if (!row) return tl::unexpected(std::move(row).error());
    outcome.rows.push_back(std::move(*row));
  }
  if (code != SQLITE_DONE) return tl::unexpected(failure(code));
  // The count of a statement that changed nothing is that of the one before it.
  if (sqlite3_total_changes64(handle_.get()) != changes_before) {
    outcome.changed_rows = sqlite3_changes64(handle_.get());
  }
  return outcome;
}

SqlAttempt<void> configure(SqliteConnection& connection, const SqliteSettings& settings) {
  auto journal = connection.run("PRAGMA journal_mode = WAL", {});
  if (!journal) return tl::unexpected(std::move(journal).error());
  if (journal->rows.empty() || journal->rows[0].text(0) != "wal") {
    return tl::unexpected(SqlFailure{
        Error{ErrorCode::kUnsupported,
              fmt::format("SQLite, {}: this file system cannot hold a write-ahead log", settings.path),
              "put the catalog on a local disk; for several machines use PostgreSQL"}});
  }
  for (const std::string_view pragma :
       {"PRAGMA foreign_keys = ON",
        "PRAGMA synchronous = FULL",             // a commit that was told is on the disk
        "PRAGMA case_sensitive_like = ON",       // as PostgreSQL
        "PRAGMA trusted_schema = OFF",           // nothing hidden in the file's schema runs
        "PRAGMA cell_size_check = ON",           // damage is found when it is read
        "PRAGMA journal_size_limit = 67108864",  // a log that grew once gives its space back
        "PRAGMA temp_store = MEMORY"}) {
    if (auto set = connection.simple(pragma); !set) return set;
  }
  if (settings.access == SqlAccess::kReadOnly) return connection.simple("PRAGMA query_only = ON");
  return {};
}

SqlFailure system_failure(int saved_errno, const std::string& action) {
  return SqlFailure{error_from_errno(saved_errno, action)};
}

}  // namespace

SqlAttempt<void> make_sqlite_file(const std::string& path) {
  // SQLite would make it as wide as the umask lets it. Its log gets the mode of the file.
  // An existing file is not even opened: closing it would drop the locks that SQLite holds on it.
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
    return {};
  }
  if (errno == EEXIST) return {};
  return tl::unexpected(system_failure(errno, fmt::format("cannot make the catalog {}", path)));
}

SqlAttempt<std::unique_ptr<SqlConnection>> open_sqlite(const SqliteSettings& settings) {
  sqlite3* raw = nullptr;
  // A connection is used by one thread at a time, so it needs no locks of its own.
  const int code =
      sqlite3_open_v2(settings.path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Handle handle(raw);
  if (code != SQLITE_OK) return tl::unexpected(sqlite_failure(raw, code, settings.path));
  sqlite3_busy_timeout(raw, settings.busy_timeout_seconds * 1000);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  auto connection = std::make_unique<SqliteConnection>(std::move(handle), settings.path);
  if (auto configured = configure(*connection, settings); !configured) {
    return tl::unexpected(std::move(configured).error());
  }
  return connection;
}

}  // namespace skyhold
