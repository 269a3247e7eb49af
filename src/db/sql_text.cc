#include "db/sql_text.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace skyhold {
namespace {

// Where the quote or comment that `sql` begins with ends; 0 when it begins with neither.
std::size_t quoted_bytes(std::string_view sql) {
  const auto until = [&](std::string_view closing) {
    const auto found = sql.find(closing, closing.size());
    return found == std::string_view::npos ? sql.size() : found + closing.size();
  };
  // A doubled quote inside is two quotes that touch: the second begins where the first ends.
  if (sql.starts_with('\'')) return until("'");
  if (sql.starts_with('"')) return until("\"");
  if (sql.starts_with("--")) return std::min(sql.find('\n'), sql.size());
  if (sql.starts_with("/*")) return until("*/");
  return 0;
}

bool is_word(char each) {
  return std::isalnum(static_cast<unsigned char>(each)) != 0 || each == '_';
}

std::size_t word_bytes(std::string_view sql) {
  return static_cast<std::size_t>(std::find_if_not(sql.begin(), sql.end(), is_word) - sql.begin());
}

bool is_keyword(std::string_view word, std::string_view keyword) {
  return std::equal(word.begin(), word.end(), keyword.begin(), keyword.end(),
                    [](char a, char b) { return std::toupper(static_cast<unsigned char>(a)) == b; });
}

// Copies `sql`; each word and each other character outside quotes as `rewrite` appends it.
template <typename Rewrite>
std::string rewritten(std::string_view sql, const Rewrite& rewrite) {
  std::string out;
  out.reserve(sql.size() + sql.size() / 8);
  while (!sql.empty()) {
    std::size_t length = quoted_bytes(sql);
    if (length > 0) {
      out += sql.substr(0, length);
    } else {
      length = std::max<std::size_t>(word_bytes(sql), 1);
      rewrite(sql.substr(0, length), out);
    }
    sql.remove_prefix(length);
  }
  return out;
}

}  // namespace

NumberedSql numbered_parameters(std::string_view sql) {
  NumberedSql numbered;
  numbered.text = rewritten(sql, [&](std::string_view piece, std::string& out) {
    out += piece == "?" ? "$" : piece;
    if (piece == "?") out += fmt::format_int(++numbered.parameters).c_str();
  });
  return numbered;
}

std::string text_by_bytes(std::string_view sql) {
  const std::string_view statement = sql.substr(std::min(sql.find_first_not_of(" \n\t"), sql.size()));
  const std::string_view verb = statement.substr(0, word_bytes(statement));
  const bool makes_columns = (is_keyword(verb, "CREATE") || is_keyword(verb, "ALTER")) &&
                             is_keyword(statement.substr(verb.size(), 6), " TABLE");
  if (!makes_columns) return std::string(sql);
  return rewritten(sql, [](std::string_view piece, std::string& out) {
    out += piece;
    if (piece == "TEXT") out += " COLLATE \"C\"";
  });
}

}  // namespace skyhold
