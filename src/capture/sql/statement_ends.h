// Which semicolons end a statement.
#pragma once

#include <cstddef>

#include "capture/sql/sql_lexer.h"

namespace skyhold {

// Is given every token of a script in order. Semicolons inside parentheses and the BEGIN ATOMIC
// bodies of SQL functions do not end a statement.
class StatementEnds {
 public:
  // True when the token ends the statement; the next one begins another.
  bool add(const SqlToken& token);

 private:
  void add_word(const SqlToken& word);

  std::size_t words_ = 0;  // outside parentheses
  std::size_t parentheses_ = 0;
  std::size_t blocks_ = 0;
  bool creates_ = false;
  bool or_replace_ = false;
  bool routine_ = false;
};

}  // namespace skyhold
