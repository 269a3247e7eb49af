#include "capture/sql/sql_script.h"

#include "capture/sql/statement_ends.h"

namespace skyhold {
namespace {

// The rest of the script is to be read as the server would read it.
void follow_string_setting(std::string_view statement, SqlLexer& lexer) {
  if (statement == "SET standard_conforming_strings = off") lexer.set_standard_strings(false);
  if (statement == "SET standard_conforming_strings = on") lexer.set_standard_strings(true);
}

}  // namespace

Result<std::vector<std::string_view>> split_sql_script(std::string_view script) {
  constexpr std::size_t kOutside = std::string_view::npos;
  std::vector<std::string_view> statements;
  SqlLexer lexer(script);
  StatementEnds ends;
  std::size_t start = kOutside;
  while (true) {
    const SqlToken token = TRY(lexer.next());
    if (token.kind == SqlTokenKind::kEnd) break;
    if (start == kOutside && token.is_symbol('\\')) {
      lexer.skip_line();
      continue;
    }
    const bool ended = ends.add(token);
    if (!ended && start == kOutside) start = token.offset;
    if (!ended || start == kOutside) continue;
    statements.push_back(script.substr(start, token.offset - start));
    follow_string_setting(statements.back(), lexer);
    start = kOutside;
  }
  if (start != kOutside) return fail(ErrorCode::kCorrupt, "SQL text: the last statement does not end");
  return statements;
}

}  // namespace skyhold
