#include "operations/import/statement_tokens.h"

namespace skyhold {

StatementTokens::StatementTokens(std::string_view sql, bool standard_strings) : sql_(sql) {
  SqlLexer lexer(sql, standard_strings);
  while (true) {
    const Result<SqlToken> token = lexer.next();
    readable_ = token.has_value();
    if (!token || token->kind == SqlTokenKind::kEnd) return;
    tokens_.push_back(*token);
  }
}

bool StatementTokens::words(std::size_t index, std::string_view phrase) const {
  while (!phrase.empty()) {
    const std::size_t space = phrase.find(' ');
    if (!word(index++, phrase.substr(0, space))) return false;
    phrase = space == std::string_view::npos ? std::string_view() : phrase.substr(space + 1);
  }
  return true;
}

std::size_t StatementTokens::past_name(std::size_t index) const {
  if (!at(index).is_name()) return index;
  std::size_t end = index + 1;
  while (symbol(end, '.') && at(end + 1).is_name()) end += 2;
  return end;
}

std::string_view StatementTokens::text(std::size_t first, std::size_t last) const {
  if (first >= last || last > tokens_.size()) return {};
  const std::size_t start = tokens_[first].offset;
  const SqlToken& back = tokens_[last - 1];
  return sql_.substr(start, back.offset + back.text.size() - start);
}

}  // namespace skyhold
