#include "capture/sql/sql_script.h"

#include "capture/sql/sql_lexer.h"

namespace skyhold {
namespace {

// Reads one script. What has been seen of the current statement decides whether a
// semicolon ends it.
class Splitter {
 public:
  explicit Splitter(std::string_view script) : script_(script), lexer_(script) {}

  Result<std::vector<std::string_view>> run() {
    while (true) {
      const SqlToken token = TRY(lexer_.next());
      if (token.kind == SqlTokenKind::kEnd) break;
      if (!inside_ && token.is_symbol('\\')) {
        lexer_.skip_line();
      } else if (token.is_symbol(';') && parentheses_ == 0 && blocks_ == 0) {
        end_statement(token.offset);
      } else {
        add(token);
      }
    }
    if (inside_) return fail(ErrorCode::kCorrupt, "SQL text: the last statement does not end");
    return std::move(statements_);
  }

 private:
  void add(const SqlToken& token) {
    if (!inside_) {
      inside_ = true;
      start_ = token.offset;
    }
    if (token.is_symbol('(')) ++parentheses_;
    if (token.is_symbol(')') && parentheses_ > 0) --parentheses_;
    if (token.kind == SqlTokenKind::kWord && parentheses_ == 0) add_word(token);
  }

  // A function body in standard SQL holds statements of its own between BEGIN ATOMIC and
  // END; CASE has an END too. Only CREATE [OR REPLACE] FUNCTION and PROCEDURE have such.
  void add_word(const SqlToken& word) {
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

  void end_statement(std::size_t end) {
    if (inside_) {
      const std::string_view statement = script_.substr(start_, end - start_);
      follow_string_setting(statement);
      statements_.push_back(statement);
    }
    inside_ = creates_ = or_replace_ = routine_ = false;
    words_ = parentheses_ = blocks_ = 0;
  }

  // The rest of the script is to be read as the server would read it.
  void follow_string_setting(std::string_view statement) {
    if (statement == "SET standard_conforming_strings = off") lexer_.set_standard_strings(false);
    if (statement == "SET standard_conforming_strings = on") lexer_.set_standard_strings(true);
  }

  std::string_view script_;
  SqlLexer lexer_;
  std::vector<std::string_view> statements_;
  std::size_t start_ = 0;
  std::size_t words_ = 0;  // outside parentheses
  std::size_t parentheses_ = 0;
  std::size_t blocks_ = 0;
  bool inside_ = false;
  bool creates_ = false;
  bool or_replace_ = false;
  bool routine_ = false;
};

}  // namespace

Result<std::vector<std::string_view>> split_sql_script(std::string_view script) {
  return Splitter(script).run();
}

}  // namespace skyhold
