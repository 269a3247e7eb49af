// Splits SQL text into tokens, as far as finding the ends of statements and the names
// inside them needs it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace skyhold {

enum class SqlTokenKind {
  kWord,              // a keyword or an unquoted identifier
  kQuotedIdentifier,  // "…"
  kString,            // '…', E'…', $tag$…$tag$
  kSymbol,            // a number, or any other single byte
  kEnd,
};

struct SqlToken {
  SqlTokenKind kind = SqlTokenKind::kEnd;
  std::string_view text;   // as it stands in the SQL, quotes included
  std::size_t offset = 0;  // of text

  // A keyword, whatever its case; `lowercase` is given in lower case.
  [[nodiscard]] bool is_word(std::string_view lowercase) const;
  [[nodiscard]] bool is_symbol(char symbol) const {
    return kind == SqlTokenKind::kSymbol && text.front() == symbol;
  }
  [[nodiscard]] bool is_name() const {
    return kind == SqlTokenKind::kWord || kind == SqlTokenKind::kQuotedIdentifier;
  }
  // What the identifier names: folded to lower case, or without its quotes.
  [[nodiscard]] std::string name() const;
};

// Comments and white space are passed over. The text must outlive the lexer and its tokens.
class SqlLexer {
 public:
  explicit SqlLexer(std::string_view sql, bool standard_strings = true)
      : sql_(sql), standard_strings_(standard_strings) {}

  // kCorrupt when a quote or comment does not end.
  Result<SqlToken> next();
  // Goes on after the end of the line.
  void skip_line();
  // Whether a backslash in a plain '…' is itself (standard_conforming_strings).
  void set_standard_strings(bool on) { standard_strings_ = on; }

 private:
  Status skip_blank();
  Status skip_block_comment();
  Result<std::size_t> end_of_string(std::size_t quote, bool escapes) const;
  Result<std::size_t> end_of_quoted_identifier(std::size_t quote) const;
  [[nodiscard]] std::size_t end_of_word(std::size_t start) const;
  // The length of the "$tag$" that begins here; 0 when none does.
  [[nodiscard]] std::size_t dollar_tag_length(std::size_t start) const;
  SqlToken token(SqlTokenKind kind, std::size_t end);
  [[nodiscard]] tl::unexpected<Error> unterminated(std::string_view what, std::size_t offset) const;

  std::string_view sql_;
  std::size_t position_ = 0;
  bool standard_strings_;
};

}  // namespace skyhold
