#include "capture/sql/sql_lexer.h"

#include <algorithm>

#include <fmt/format.h>

namespace skyhold {
namespace {

bool is_space(char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}
bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}
char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}
// Every byte above ASCII counts as a letter, as in the server's own lexer.
bool starts_word(char byte) {
  const char folded = lower(byte);
  return (folded >= 'a' && folded <= 'z') || byte == '_' || static_cast<unsigned char>(byte) >= 0x80;
}
bool goes_on_in_word(char byte) {
  return starts_word(byte) || is_digit(byte) || byte == '$';
}

}  // namespace

bool SqlToken::is_word(std::string_view lowercase) const {
  return kind == SqlTokenKind::kWord &&
         std::equal(text.begin(), text.end(), lowercase.begin(), lowercase.end(),
                    [](char mine, char wanted) { return lower(mine) == wanted; });
}

std::string SqlToken::name() const {
  std::string result;
  if (kind == SqlTokenKind::kQuotedIdentifier) {
    for (std::size_t at = 1; at + 1 < text.size(); ++at) {
      if (text[at] == '"') ++at;  // "" stands for one
      result.push_back(text[at]);
    }
    return result;
  }
  for (const char each : text) result.push_back(lower(each));
  return result;
}

tl::unexpected<Error> SqlLexer::unterminated(std::string_view what, std::size_t offset) const {
  return fail(ErrorCode::kCorrupt, fmt::format("SQL text: {} at byte {} does not end", what, offset));
}

SqlToken SqlLexer::token(SqlTokenKind kind, std::size_t end) {
  SqlToken result{kind, sql_.substr(position_, end - position_), position_};
  position_ = end;
  return result;
}

// Block comments nest in PostgreSQL.
Status SqlLexer::skip_block_comment() {
  const std::size_t start = position_;
  std::size_t depth = 0;
  while (position_ < sql_.size()) {
    const std::string_view pair = sql_.substr(position_, 2);
    if (pair == "/*") {
      ++depth;
      position_ += 2;
    } else if (pair == "*/") {
      position_ += 2;
      if (--depth == 0) return {};
    } else {
      ++position_;
    }
  }
  return unterminated("the comment", start);
}

Status SqlLexer::skip_blank() {
  while (position_ < sql_.size()) {
    const std::string_view pair = sql_.substr(position_, 2);
    if (is_space(sql_[position_])) {
      ++position_;
    } else if (pair == "--") {
      skip_line();
    } else if (pair == "/*") {
      TRY(skip_block_comment());
    } else {
      return {};
    }
  }
  return {};
}

void SqlLexer::skip_line() {
  const std::size_t end = sql_.find('\n', position_);
  position_ = end == std::string_view::npos ? sql_.size() : end + 1;
}

Result<std::size_t> SqlLexer::end_of_string(std::size_t quote, bool escapes) const {
  for (std::size_t at = quote + 1; at < sql_.size(); ++at) {
    if (escapes && sql_[at] == '\\') {
      ++at;
    } else if (sql_[at] == '\'') {
      if (at + 1 < sql_.size() && sql_[at + 1] == '\'') {
        ++at;
        continue;
      }
      // 'a' <newline> 'b' is one string, and its second half has the escapes of the first.
      std::size_t next = at + 1;
      bool newline = false;
      while (next < sql_.size() && is_space(sql_[next])) newline |= sql_[next++] == '\n';
      if (!newline || next >= sql_.size() || sql_[next] != '\'') return at + 1;
      at = next;
    }
  }
  return unterminated("the string", quote);
}

Result<std::size_t> SqlLexer::end_of_quoted_identifier(std::size_t quote) const {
  for (std::size_t at = quote + 1; at < sql_.size(); ++at) {
    if (sql_[at] != '"') continue;
    if (at + 1 >= sql_.size() || sql_[at + 1] != '"') return at + 1;
    ++at;
  }
  return unterminated("the quoted name", quote);
}

std::size_t SqlLexer::end_of_word(std::size_t start) const {
  std::size_t end = start + 1;
  while (end < sql_.size() && goes_on_in_word(sql_[end])) ++end;
  return end;
}

std::size_t SqlLexer::dollar_tag_length(std::size_t start) const {
  std::size_t end = start + 1;
  if (end < sql_.size() && starts_word(sql_[end])) {
    while (end < sql_.size() && (starts_word(sql_[end]) || is_digit(sql_[end]))) ++end;
  }
  return end < sql_.size() && sql_[end] == '$' ? end + 1 - start : 0;
}

Result<SqlToken> SqlLexer::next() {
  TRY(skip_blank());
  if (position_ >= sql_.size()) return token(SqlTokenKind::kEnd, sql_.size());
  const char first = sql_[position_];
  if (first == '\'') return token(SqlTokenKind::kString, TRY(end_of_string(position_, !standard_strings_)));
  if (first == '"') return token(SqlTokenKind::kQuotedIdentifier, TRY(end_of_quoted_identifier(position_)));
  if (starts_word(first)) {
    const std::size_t end = end_of_word(position_);
    const bool escape_string =
        end == position_ + 1 && lower(first) == 'e' && end < sql_.size() && sql_[end] == '\'';
    if (escape_string) return token(SqlTokenKind::kString, TRY(end_of_string(end, true)));
    return token(SqlTokenKind::kWord, end);
  }
  if (first == '$') {
    if (const std::size_t length = dollar_tag_length(position_); length != 0) {
      const std::string_view tag = sql_.substr(position_, length);
      const std::size_t end = sql_.find(tag, position_ + length);
      if (end == std::string_view::npos) return unterminated("the dollar-quoted string", position_);
      return token(SqlTokenKind::kString, end + length);
    }
  }
  if (is_digit(first)) {
    // A number swallows what sticks to it, so that 1$a$ is not taken for a quote.
    return token(SqlTokenKind::kSymbol, end_of_word(position_));
  }
  return token(SqlTokenKind::kSymbol, position_ + 1);
}

}  // namespace skyhold
