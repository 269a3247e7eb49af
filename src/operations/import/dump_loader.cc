#include "operations/import/dump_loader.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "capture/odoo/unaccent.h"
#include "capture/sql/sql_script_reader.h"

namespace skyhold {
namespace {

constexpr std::size_t kShownBytes = 120;

class RowsOfScript final : public ByteSource {
 public:
  explicit RowsOfScript(SqlScriptReader& reader) : reader_(reader) { reader_.begin_rows(); }
  Result<std::size_t> read(MutableByteView out) override { return reader_.read_rows(out); }

 private:
  SqlScriptReader& reader_;
};

bool is_key(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

// What is the connection's or the server's trouble rather than the dump's.
bool is_trouble_of_the_server(ErrorCode code) {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kNoSpace || code == ErrorCode::kCancelled;
}

// Whatever it was to be dropped, or what it belongs to, is not there.
bool is_absence(const Error& error) {
  constexpr auto kStates = std::to_array<std::string_view>({"42P01", "42704", "42703", "42883", "3F000"});
  return std::any_of(kStates.begin(), kStates.end(), [&](std::string_view state) {
    return error.message.find(fmt::format("(SQLSTATE {})", state)) != std::string::npos;
  });
}

}  // namespace

std::string statement_beginning(std::string_view sql) {
  std::string line;
  for (const char each : sql) {
    const bool blank = static_cast<unsigned char>(each) <= ' ';
    if (blank && (line.empty() || line.back() == ' ')) continue;
    if (line.size() >= kShownBytes) return line + "…";
    line.push_back(blank ? ' ' : each);
  }
  return line;
}

Result<std::unique_ptr<DumpLoader>> DumpLoader::open(const ImportDatabase& database, const ImportWatch& watch,
                                                     const StatementGate& gate,
                                                     const DumpLoaderOptions& options, ImportReport& report) {
  PgSession session = TRY(PgSession::connect(database.target(), {.application_name = "skyhold import"}));
  // The database is dropped if anything fails.
  TRY(session.execute(fmt::format("SET statement_timeout = '{}s'; SET synchronous_commit = off",
                                  options.statement_time.count())));
  return std::unique_ptr<DumpLoader>(
      new DumpLoader(database, watch, gate, options, report, std::move(session)));
}

Status DumpLoader::run(ByteSource& script, const CancelToken& cancel) {
  SqlScriptReader reader(script, options_.max_statement_bytes);
  reader.set_standard_strings(standard_strings_);
  const Status done = run_pieces(reader, cancel);
  if (done) return {};
  // The watch ends sessions: whatever that looks like from here.
  TRY(watch_.verdict());
  return done;
}

Status DumpLoader::run_pieces(SqlScriptReader& reader, const CancelToken& cancel) {
  while (true) {
    TRY(cancel.check());
    const std::optional<ScriptPiece> piece = TRY(reader.next());
    if (!piece) break;
    if (piece->kind == ScriptPiece::Kind::kMetaCommand) {
      TRY(take_meta_command(piece->text));
    } else {
      TRY(take_statement(reader, piece->text));
    }
  }
  if (restrict_key_.empty()) return {};
  return refused("truncated_dump", "the dump ends before the \\unrestrict of its \\restrict: it is cut off",
                 "");
}

// pg_dump closes psql's meta-commands off with a key and opens them again at its end. All others
// are orders to psql on the machine of whoever loads the dump.
Status DumpLoader::take_meta_command(std::string_view line) {
  while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') line.remove_suffix(1);
  constexpr std::string_view kRestrict = "\\restrict ";
  constexpr std::string_view kUnrestrict = "\\unrestrict ";
  if (line.starts_with(kRestrict) && restrict_key_.empty() && is_key(line.substr(kRestrict.size()))) {
    restrict_key_ = line.substr(kRestrict.size());
    return {};
  }
  if (line.starts_with(kUnrestrict) && !restrict_key_.empty() &&
      line.substr(kUnrestrict.size()) == restrict_key_) {
    restrict_key_.clear();
    return {};
  }
  return refused("meta_command",
                 "the dump holds a psql meta-command, an order to the machine of whoever loads it", line);
}

Status DumpLoader::take_statement(SqlScriptReader& reader, std::string_view sql) {
  const GateVerdict verdict = gate_.judge(sql, standard_strings_);
  ++report_.statements;
  const Status done = obey(reader, sql, verdict);
  if (done && verdict.standard_strings) {
    standard_strings_ = *verdict.standard_strings;
    reader.set_standard_strings(standard_strings_);
  }
  return done;
}

Status DumpLoader::obey(SqlScriptReader& reader, std::string_view sql, const GateVerdict& verdict) {
  switch (verdict.action) {
    case GateVerdict::Action::kCopy: return run_copy(reader, verdict.sql);
    case GateVerdict::Action::kRefuse: return refused(verdict.code, verdict.words, statement_beginning(sql));
    case GateVerdict::Action::kPassOver:
      if (!verdict.code.empty()) {
        report_.add(ImportSeverity::kNote, verdict.code, verdict.words, statement_beginning(sql));
      }
      return {};
    case GateVerdict::Action::kExtension: {
      const std::string schema = verdict.schema;
      const Status made = database_.create_extension(session_, verdict.extension, schema);
      if (made || is_trouble_of_the_server(made.error().code)) return made;
      return refused("extension",
                     fmt::format("extension {} cannot be made on the server: {}", verdict.extension,
                                 made.error().message),
                     statement_beginning(sql));
    }
    case GateVerdict::Action::kRun: break;
  }
  // By the extended protocol, which takes one statement and no more, whatever the gate has made of it.
  const Result<PgRows> ran = session_.query(sql);
  if (ran || (verdict.absence_is_fine && is_absence(ran.error()))) return {};
  if (is_index_without_mark(sql, ran.error())) {
    report_.add(ImportSeverity::kWarning, "left_out_indexes",
                fmt::format("indexes are left out: {}", kMarkWords), statement_beginning(sql));
    return {};
  }
  return fail(explained(ran.error(), statement_beginning(sql)));
}

Status DumpLoader::run_copy(SqlScriptReader& reader, const std::string& sql) {
  RowsOfScript rows(reader);
  const Result<std::uint64_t> taken = session_.copy_in(sql, rows);
  if (!taken && taken.error().message.find("SQLSTATE") == std::string::npos)
    return fail(taken.error());  // the script's
  if (!taken) return fail(explained(taken.error(), sql));
  ++report_.tables;
  report_.rows += *taken;
  if (*taken == reader.rows()) return {};
  return refused("counts", fmt::format("the dump has {} rows where the table took {}", reader.rows(), *taken),
                 sql);
}

Status DumpLoader::copy_rows(const std::string& copy_sql, ByteSource& rows,
                             std::optional<std::uint64_t> wanted_rows) {
  const Result<std::uint64_t> taken = session_.copy_in(copy_sql, rows);
  TRY(watch_.verdict());
  if (!taken && taken.error().message.find("SQLSTATE") == std::string::npos) return fail(taken.error());
  if (!taken) return fail(explained(taken.error(), copy_sql));
  ++report_.tables;
  report_.rows += *taken;
  if (!wanted_rows || *wanted_rows == *taken) return {};
  return refused("counts", fmt::format("a table has {} rows, where {} are said to be", *taken, *wanted_rows),
                 copy_sql);
}

Status DumpLoader::finish() {
  // A BEGIN without its COMMIT would take everything back when the session ends.
  const Status done = session_.execute("COMMIT");
  TRY(watch_.verdict());
  return done;
}

Status DumpLoader::refused(std::string_view code, const std::string& words, std::string_view example) {
  report_.add(ImportSeverity::kRefused, code, words, example);
  const bool damaged = code == "truncated_dump" || code == "counts";
  return fail(damaged ? ErrorCode::kCorrupt : ErrorCode::kInvalidArgument,
              example.empty() ? words : fmt::format("{}: {}", words, example), "nothing of it was kept");
}

Error DumpLoader::explained(Error error, std::string_view statement) {
  if (const Status ended = watch_.verdict(); !ended) return ended.error();
  if (is_trouble_of_the_server(error.code)) return error.in(fmt::format("loading the dump ({})", statement));
  report_.add(ImportSeverity::kRefused, "failed_statement",
              "the server does not take a statement of the dump: " + error.message, statement);
  error.code = ErrorCode::kSource;
  return error.in(fmt::format("the dump cannot be loaded: {}", statement));
}

}  // namespace skyhold
