#include "operations/import/statement_gate.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "operations/import/statement_tokens.h"

namespace skyhold {
namespace {

using Action = GateVerdict::Action;

// Trusted by the server where they are installed, or by those who make them.
constexpr auto kUsualExtensions = std::to_array<std::string_view>(
    {"btree_gin", "btree_gist", "citext", "fuzzystrmatch", "hstore", "intarray", "ltree", "pg_trgm",
     "pgcrypto", "plpgsql", "unaccent", "uuid-ossp", "vector"});

constexpr auto kLanguages = std::to_array<std::string_view>({"sql", "plpgsql"});

// What follows CREATE, ALTER or DROP for objects of the database itself.
constexpr auto kOrdinaryObjects = std::to_array<std::string_view>({"table",
                                                                   "index",
                                                                   "sequence",
                                                                   "view",
                                                                   "materialized view",
                                                                   "type",
                                                                   "domain",
                                                                   "function",
                                                                   "procedure",
                                                                   "aggregate",
                                                                   "operator",
                                                                   "cast",
                                                                   "schema",
                                                                   "trigger",
                                                                   "rule",
                                                                   "policy",
                                                                   "statistics",
                                                                   "collation",
                                                                   "conversion",
                                                                   "text search",
                                                                   "routine",
                                                                   "constraint trigger"});

struct Refusal {
  std::string_view phrase;
  std::string_view words;
};
constexpr auto kRefusals = std::to_array<Refusal>({
    {"alter system", "the dump changes the settings of the whole server (ALTER SYSTEM)"},
    {"set session authorization", "the dump asks to go on as another role (SET SESSION AUTHORIZATION)"},
    {"set role", "the dump asks to go on as another role (SET ROLE)"},
    {"set local role", "the dump asks to go on as another role (SET ROLE)"},
    {"set session role", "the dump asks to go on as another role (SET ROLE)"},
    {"reset", "the dump asks to go on as another role or with other settings (RESET)"},
    {"do", "the dump holds a block of code that runs at once (DO)"},
    {"call", "the dump calls a procedure (CALL)"},
    {"create event trigger", "the dump makes an event trigger, which runs for every role"},
    {"create subscription", "the dump makes a subscription, which connects to another server"},
    {"create foreign", "the dump reaches for data outside of the database (CREATE FOREIGN …)"},
    {"create server", "the dump reaches for data outside of the database (CREATE SERVER)"},
    {"create user mapping", "the dump reaches for data outside of the database (CREATE USER MAPPING)"},
    {"import foreign", "the dump reaches for data outside of the database (IMPORT FOREIGN SCHEMA)"},
    {"create role", "the dump makes a role of the server"},
    {"create user", "the dump makes a role of the server"},
    {"create group", "the dump makes a role of the server"},
    {"alter role", "the dump changes a role of the server"},
    {"alter user", "the dump changes a role of the server"},
    {"alter group", "the dump changes a role of the server"},
    {"drop role", "the dump drops a role of the server"},
    {"drop user", "the dump drops a role of the server"},
    {"create database", "the dump makes a database of its own: make it without --create"},
    {"alter database", "the dump changes a database of the server: make it without --create"},
    {"drop database", "the dump drops a database of the server"},
    {"create tablespace", "the dump makes a tablespace of the server"},
    {"load", "the dump loads a library into the server (LOAD)"},
    {"truncate", "the dump empties a table (TRUNCATE), which pg_dump does not write"},
    {"delete", "the dump deletes rows (DELETE), which pg_dump does not write"},
});

// Harmless, of the server rather than of the database, or what every database has already.
constexpr auto kNeedless = std::to_array<std::string_view>(
    {"comment on extension", "comment on schema public", "comment on database", "comment on publication",
     "comment on language", "comment on role", "drop schema public", "create schema public", "drop extension",
     "analyze", "vacuum", "drop schema if exists public"});

constexpr auto kOurOwnSettings = std::to_array<std::string_view>(
    {"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "transaction_timeout",
     "client_min_messages", "row_security", "default_with_oids", "escape_string_warning"});
// The last ones are what `repo export` writes, for the form of its rows.
constexpr auto kTheirSettings = std::to_array<std::string_view>(
    {"check_function_bodies", "xmloption", "search_path", "bytea_output", "extra_float_digits", "datestyle",
     "intervalstyle", "lc_monetary", "array_nulls"});
// In these a byte that looks like a quote or a backslash may be half of a letter: what the gate reads
// is then not what the server reads.
constexpr auto kUnsafeEncodings = std::to_array<std::string_view>(
    {"sjis", "shiftjis", "shift_jis_2004", "mskanji", "big5", "gbk", "uhc", "gb18030", "johab"});
constexpr auto kDumpFunctions =
    std::to_array<std::string_view>({"setval", "lo_create", "lo_open", "lowrite", "lo_close", "lo_unlink"});

template <typename Range>
bool holds(const Range& range, std::string_view wanted) {
  return std::find(range.begin(), range.end(), wanted) != range.end();
}

GateVerdict refuse(std::string code, std::string words) {
  return {Action::kRefuse, std::move(code), std::move(words)};
}
GateVerdict pass_over(std::string code = {}, std::string words = {}) {
  return {Action::kPassOver, std::move(code), std::move(words)};
}
GateVerdict run() {
  return {};
}
GateVerdict pass_over_owners() {
  return pass_over("owners", "owners and privileges are not taken over: all is the role's who restores it");
}
GateVerdict pass_over_left_out() {
  return pass_over("left_out",
                   "what belongs to the old server is left out: publications, security labels, tablespaces");
}
GateVerdict refuse_unknown() {
  return refuse("statement", "the dump holds a statement that pg_dump does not write");
}

std::string string_value(const SqlToken& token) {
  if (token.kind != SqlTokenKind::kString || token.text.size() < 2) return {};
  return std::string(token.text.substr(1, token.text.size() - 2));
}

// A value in a SET or a function's arguments: literals, and casts of them.
bool is_plain_value(const SqlToken& token) {
  return token.kind == SqlTokenKind::kString || token.is_name() || token.is_symbol(',') ||
         token.is_symbol('-') || token.is_symbol(':') || token.is_symbol('.') ||
         (token.kind == SqlTokenKind::kSymbol && token.text.front() >= '0' && token.text.front() <= '9');
}
bool are_plain_values(const StatementTokens& tokens, std::size_t first, std::size_t last) {
  for (std::size_t at = first; at < last; ++at) {
    if (!is_plain_value(tokens.at(at))) return false;
  }
  return true;
}

GateVerdict judge_encoding(const StatementTokens& tokens, std::size_t value) {
  std::string encoding =
      tokens.at(value).is_name() ? tokens.at(value).name() : string_value(tokens.at(value));
  std::transform(encoding.begin(), encoding.end(), encoding.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
  });
  const bool plain =
      !encoding.empty() && tokens.size() == value + 1 &&
      encoding.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
  if (plain && !holds(kUnsafeEncodings, encoding)) return run();
  return refuse(
      "statement",
      "the dump is in an encoding in which quotes cannot be told from letters: make it with --encoding=UTF8");
}

GateVerdict judge_set(const StatementTokens& tokens) {
  const std::string name = tokens.at(1).is_name() ? tokens.at(1).name() : "";
  const std::size_t value = 3;
  const bool assigns = tokens.symbol(2, '=') || tokens.word(2, "to");
  if (!assigns || tokens.size() <= value || !are_plain_values(tokens, value, tokens.size())) {
    return refuse("statement", "the dump sets something that pg_dump does not set");
  }
  if (holds(kOurOwnSettings, name)) return pass_over();
  if (holds(kTheirSettings, name)) return run();
  if (name == "client_encoding") return judge_encoding(tokens, value);
  if (name == "standard_conforming_strings") {
    const bool on = tokens.word(value, "on");
    if (tokens.size() != value + 1 || (!on && !tokens.word(value, "off"))) return refuse_unknown();
    GateVerdict verdict = run();
    verdict.standard_strings = on;
    return verdict;
  }
  if (name == "default_tablespace")
    return string_value(tokens.at(value)).empty() && tokens.at(value).text == "''" ? run()
                                                                                   : pass_over_left_out();
  if (name == "default_table_access_method") return tokens.word(value, "heap") ? run() : pass_over_left_out();
  return refuse("statement", fmt::format("the dump sets {}, which pg_dump does not set", name));
}

// SELECT pg_catalog.setval('…', 1, true) and its like: a call with literals alone.
GateVerdict judge_select(const StatementTokens& tokens) {
  if (tokens.symbol(1, '*') && tokens.word(2, "from") && tokens.word(3, "pg_catalog") &&
      tokens.symbol(4, '.')) {
    const bool statistics =
        tokens.word(5, "pg_restore_relation_stats") || tokens.word(5, "pg_restore_attribute_stats");
    return statistics ? pass_over() : refuse_unknown();
  }
  const GateVerdict refused =
      refuse("statement", "the dump runs a query or calls a function that pg_dump does not call");
  const bool call = tokens.word(1, "pg_catalog") && tokens.symbol(2, '.') && tokens.at(3).is_name() &&
                    tokens.symbol(4, '(') && tokens.size() > 6 && tokens.symbol(tokens.size() - 1, ')');
  if (!call || !are_plain_values(tokens, 5, tokens.size() - 1)) return refused;
  const std::string function = tokens.at(3).name();
  if (holds(kDumpFunctions, function)) {
    GateVerdict verdict = run();
    verdict.absence_is_fine = function == "lo_unlink";
    return verdict;
  }
  if (function == "set_config" && string_value(tokens.at(5)) == "search_path" && tokens.symbol(6, ','))
    return run();
  return refused;
}

GateVerdict judge_copy(const StatementTokens& tokens) {
  const std::size_t columns = tokens.past_name(1);
  std::size_t at = columns;
  if (tokens.symbol(at, '(')) {
    while (at < tokens.size() && !tokens.symbol(at, ')')) ++at;
    ++at;
  }
  for (std::size_t each = 0; each < tokens.size(); ++each) {
    const bool program = tokens.words(each, "from program") || tokens.words(each, "to program");
    if (program && tokens.at(each + 2).kind == SqlTokenKind::kString) {
      return refuse("statement", "the dump asks the server to run a program (COPY … PROGRAM)");
    }
  }
  const bool from_stdin = columns > 1 && tokens.words(at, "from stdin") && tokens.size() == at + 2;
  if (from_stdin) {
    for (std::size_t each = columns + 1; each + 1 < at; ++each) {
      if (!tokens.at(each).is_name() && !tokens.symbol(each, ',')) return refuse_unknown();
    }
    GateVerdict verdict{Action::kCopy};
    verdict.sql = fmt::format("COPY {} FROM STDIN", tokens.text(1, at));
    return verdict;
  }
  return refuse(
      "statement",
      "the dump has the server read or write a file or a query (COPY), which pg_dump does not ask for");
}

GateVerdict judge_extension(const StatementTokens& tokens, const std::set<std::string>& allowed) {
  std::size_t at = tokens.words(2, "if not exists") ? 5 : 2;
  const std::string name = tokens.at(at).is_name() ? tokens.at(at).name() : "";
  if (tokens.word(++at, "with")) ++at;
  std::string schema;
  if (tokens.word(at, "schema") && tokens.at(at + 1).is_name()) {
    schema = tokens.at(at + 1).name();
    at += 2;
  }
  if (!allowed.contains(name) || at != tokens.size()) {
    return refuse("extension",
                  fmt::format("the dump wants extension \"{}\", which is not allowed here", name));
  }
  GateVerdict verdict{Action::kExtension};
  verdict.extension = name;
  verdict.schema = schema;
  return verdict;
}

// LANGUAGE stands anywhere among a function's options; a standard SQL body ends them.
GateVerdict judge_routine(const StatementTokens& tokens) {
  std::size_t depth = 0;
  for (std::size_t at = 1; at < tokens.size(); ++at) {
    if (tokens.symbol(at, '(')) ++depth;
    if (tokens.symbol(at, ')') && depth > 0) --depth;
    if (depth > 0) continue;
    if (tokens.word(at, "begin") || tokens.word(at, "return")) break;
    const SqlToken& next = tokens.at(at + 1);
    if (!tokens.word(at, "language") || (!next.is_name() && next.kind != SqlTokenKind::kString)) continue;
    const std::string language = next.is_name() ? next.name() : string_value(next);
    if (!holds(kLanguages, language)) {
      return refuse(
          "language",
          fmt::format("the dump makes a function in language {}: only SQL and PL/pgSQL are taken", language));
    }
  }
  return run();
}

// Past what may stand between CREATE and the kind of object.
std::size_t past_modifiers(const StatementTokens& tokens) {
  std::size_t at = 1;
  if (tokens.words(at, "or replace")) at += 2;
  for (const std::string_view modifier : {"unique", "unlogged", "default", "recursive"}) {
    if (tokens.word(at, modifier)) ++at;
  }
  return at;
}

bool is_ordinary_object(const StatementTokens& tokens, std::size_t at) {
  return std::any_of(kOrdinaryObjects.begin(), kOrdinaryObjects.end(),
                     [&](std::string_view each) { return tokens.words(at, each); });
}

GateVerdict judge_create(const StatementTokens& tokens, const std::set<std::string>& extensions) {
  if (tokens.word(1, "extension")) return judge_extension(tokens, extensions);
  if (tokens.word(1, "publication")) return pass_over_left_out();
  const std::size_t kind = past_modifiers(tokens);
  for (const std::string_view modifier : {"trusted", "procedural", "language"}) {
    if (!tokens.word(kind, modifier)) continue;
    return refuse("language", "the dump makes a programming language of the server");
  }
  if (tokens.word(kind, "function") || tokens.word(kind, "procedure")) return judge_routine(tokens);
  return is_ordinary_object(tokens, kind) ? run() : refuse_unknown();
}

GateVerdict judge_alter(const StatementTokens& tokens) {
  const std::size_t size = tokens.size();
  const bool owner = size > 4 && tokens.words(size - 3, "owner to") && tokens.at(size - 1).is_name();
  if (owner || tokens.words(1, "default privileges")) return pass_over_owners();
  if (tokens.word(1, "publication")) return pass_over_left_out();
  if (!is_ordinary_object(tokens, 1)) return refuse_unknown();
  GateVerdict verdict = run();
  for (std::size_t at = 2; at + 1 < size; ++at) {
    verdict.absence_is_fine |= tokens.words(at, "drop constraint") || tokens.words(at, "drop default");
  }
  return verdict;
}

GateVerdict judge_drop(const StatementTokens& tokens) {
  if (!is_ordinary_object(tokens, 1)) return refuse_unknown();
  GateVerdict verdict = run();
  verdict.absence_is_fine = true;
  return verdict;
}

}  // namespace

StatementGate::StatementGate(std::set<std::string> more_extensions)
    : extensions_(std::move(more_extensions)) {
  extensions_.insert(kUsualExtensions.begin(), kUsualExtensions.end());
}

GateVerdict StatementGate::judge(std::string_view sql, bool standard_strings) const {
  const StatementTokens tokens(sql, standard_strings);
  if (!tokens.readable()) return refuse_unknown();
  for (const Refusal& each : kRefusals) {
    if (tokens.words(0, each.phrase)) return refuse("statement", std::string(each.words));
  }
  for (const std::string_view phrase : kNeedless) {
    if (tokens.words(0, phrase)) return pass_over();
  }
  if (tokens.word(0, "select")) return judge_select(tokens);
  if (tokens.word(0, "set")) return judge_set(tokens);
  if (tokens.word(0, "copy")) return judge_copy(tokens);
  if (tokens.word(0, "create")) return judge_create(tokens, extensions_);
  if (tokens.word(0, "alter")) return judge_alter(tokens);
  if (tokens.word(0, "drop")) return judge_drop(tokens);
  if (tokens.word(0, "grant") || tokens.word(0, "revoke")) return pass_over_owners();
  if (tokens.words(0, "security label")) return pass_over_left_out();
  if (tokens.words(0, "comment on") || tokens.words(0, "insert into")) return run();
  if (tokens.words(0, "refresh materialized view")) return run();
  const bool transaction = tokens.word(0, "begin") || tokens.word(0, "commit");
  return transaction && tokens.size() == 1 ? run() : refuse_unknown();
}

}  // namespace skyhold
