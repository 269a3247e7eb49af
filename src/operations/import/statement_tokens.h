// The tokens of one statement, for looking at its words.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "capture/sql/sql_lexer.h"

namespace skyhold {

class StatementTokens {
 public:
  StatementTokens(std::string_view sql, bool standard_strings);

  [[nodiscard]] std::size_t size() const { return tokens_.size(); }
  // An end token beyond the last.
  [[nodiscard]] const SqlToken& at(std::size_t index) const {
    return index < tokens_.size() ? tokens_[index] : end_;
  }
  [[nodiscard]] bool word(std::size_t index, std::string_view lowercase) const {
    return at(index).is_word(lowercase);
  }
  // The words that stand there, parted by spaces: "or replace".
  [[nodiscard]] bool words(std::size_t index, std::string_view phrase) const;
  [[nodiscard]] bool symbol(std::size_t index, char byte) const { return at(index).is_symbol(byte); }
  // Past a name with its schema, or `index` when there is none.
  [[nodiscard]] std::size_t past_name(std::size_t index) const;
  // The text from one token to before another.
  [[nodiscard]] std::string_view text(std::size_t first, std::size_t last) const;
  [[nodiscard]] bool readable() const { return readable_; }

 private:
  std::string_view sql_;
  std::vector<SqlToken> tokens_;
  SqlToken end_;
  bool readable_ = true;
};

}  // namespace skyhold
