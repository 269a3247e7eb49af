#include "capture/sql/statement_ends.h"

namespace skyhold {

bool StatementEnds::add(const SqlToken& token) {
  if (token.is_symbol(';') && parentheses_ == 0 && blocks_ == 0) {
    *this = StatementEnds();
    return true;
  }
  if (token.is_symbol('(')) ++parentheses_;
  if (token.is_symbol(')') && parentheses_ > 0) --parentheses_;
  if (token.kind == SqlTokenKind::kWord && parentheses_ == 0) add_word(token);
  return false;
}

// A function body in standard SQL holds statements of its own between BEGIN ATOMIC and
// END; CASE has an END too. Only CREATE [OR REPLACE] FUNCTION and PROCEDURE have such.
void StatementEnds::add_word(const SqlToken& word) {
  switch (words_++) {
    case 0: creates_ = word.is_word("create"); break;
    case 1: or_replace_ = word.is_word("or"); break;
    default: break;
  }
  const bool names_kind = words_ == (or_replace_ ? 4U : 2U);
  if (creates_ && names_kind) routine_ = word.is_word("function") || word.is_word("procedure");
  if (!routine_) return;
  if (word.is_word("begin") || (blocks_ > 0 && word.is_word("case"))) ++blocks_;
  if (blocks_ > 0 && word.is_word("end")) --blocks_;
}

}  // namespace skyhold
