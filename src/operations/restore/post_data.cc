#include "operations/restore/post_data.h"

#include "capture/sql/sql_lexer.h"

namespace skyhold {
namespace {

// The statement's tokens, one look ahead. The splitter has read them before, so that an
// error here cannot be; it counts as the end.
class Tokens {
 public:
  explicit Tokens(std::string_view sql) : lexer_(sql) { advance(); }

  [[nodiscard]] const SqlToken& peek() const { return token_; }
  SqlToken take() {
    SqlToken taken = token_;
    advance();
    return taken;
  }
  bool take_word(std::string_view word) {
    if (!token_.is_word(word)) return false;
    advance();
    return true;
  }
  bool take_symbol(char symbol) {
    if (!token_.is_symbol(symbol)) return false;
    advance();
    return true;
  }
  bool take_name(std::string& name) {
    if (!token_.is_name()) return false;
    name = take().name();
    return true;
  }
  // schema.name, as pg_dump always writes it.
  bool take_relation(RelationName& relation) {
    return take_name(relation.schema) && take_symbol('.') && take_name(relation.name);
  }
  [[nodiscard]] bool at_end() const { return token_.kind == SqlTokenKind::kEnd; }

 private:
  void advance() {
    auto next = lexer_.next();
    token_ = next ? *next : SqlToken{};
  }
  SqlLexer lexer_;
  SqlToken token_;
};

// The script runs with an empty search path, so that whatever is not the server's own is
// written schema.name. A call of such a function, operator or cast may read any table.
bool calls_foreign_code(Tokens& tokens) {
  SqlToken before_last;
  SqlToken last;
  while (!tokens.at_end()) {
    const SqlToken token = tokens.take();
    if (token.is_word("operator")) return true;
    const bool qualified =
        last.is_symbol('.') && token.is_name() && before_last.is_name() && before_last.name() != "pg_catalog";
    if (qualified && tokens.peek().is_symbol('(')) return true;
    // x::schema.type
    if (last.is_symbol(':') && token.is_name() && tokens.peek().is_symbol('.')) return true;
    before_last = last;
    last = token;
  }
  return false;
}

// After "CREATE": [UNIQUE] INDEX name ON [ONLY] schema.table …
bool read_index(Tokens& tokens, PostDataStatement& statement) {
  std::string name;
  tokens.take_word("unique");
  if (!tokens.take_word("index") || !tokens.take_name(name) || !tokens.take_word("on")) return false;
  if (tokens.take_word("only") || !tokens.take_relation(statement.table)) return false;
  statement.kind = PostDataKind::kTableWork;
  statement.reads_other_tables = calls_foreign_code(tokens);
  return true;
}

// After "FOREIGN": KEY (…) REFERENCES schema.table (…) … [NOT VALID]
bool read_foreign_key(Tokens& tokens, PostDataStatement& statement) {
  while (!tokens.at_end() && !tokens.peek().is_word("references")) tokens.take();
  if (!tokens.take_word("references") || !tokens.take_relation(statement.referenced)) return false;
  SqlToken before_last;
  SqlToken last;
  while (!tokens.at_end()) {
    before_last = last;
    last = tokens.take();
  }
  statement.kind = PostDataKind::kForeignKey;
  statement.not_valid = before_last.is_word("not") && last.is_word("valid");
  return true;
}

// After "ALTER": TABLE [ONLY] schema.table ADD CONSTRAINT name …
bool read_constraint(Tokens& tokens, PostDataStatement& statement) {
  if (!tokens.take_word("table")) return false;
  tokens.take_word("only");
  if (!tokens.take_relation(statement.table)) return false;
  const std::size_t clause = tokens.peek().offset;
  if (!tokens.take_word("add") || !tokens.take_word("constraint") ||
      !tokens.take_name(statement.constraint_name)) {
    return false;
  }
  if (tokens.take_word("foreign")) {
    statement.constraint_clause = statement.sql.substr(clause);
    return read_foreign_key(tokens, statement);
  }
  const bool makes_index =
      tokens.peek().is_word("primary") || tokens.peek().is_word("unique") || tokens.peek().is_word("exclude");
  if (!makes_index) return false;
  statement.kind = PostDataKind::kTableWork;
  statement.constraint = true;
  statement.reads_other_tables = calls_foreign_code(tokens);
  return true;
}

}  // namespace

PostDataStatement classify_post_data(std::string_view sql) {
  PostDataStatement statement;
  statement.sql = sql;
  Tokens tokens(sql);
  bool known = false;
  if (tokens.take_word("create")) {
    known = read_index(tokens, statement);
  } else if (tokens.take_word("alter")) {
    known = read_constraint(tokens, statement);
  }
  if (known) return statement;
  PostDataStatement other;
  other.sql = sql;
  return other;
}

PostDataPlan plan_post_data(const std::vector<std::string_view>& script,
                            const std::set<RelationName>& plain_tables) {
  PostDataPlan plan;
  for (ScriptStatement& each : with_settings(script)) {
    PlannedStatement planned{classify_post_data(each.sql), std::move(each)};
    const PostDataStatement& statement = planned.statement;
    if (statement.kind == PostDataKind::kForeignKey) {
      plan.foreign_keys.push_back(std::move(planned));
    } else if (statement.kind == PostDataKind::kTableWork && plain_tables.contains(statement.table)) {
      plan.table_work.push_back(std::move(planned));
    } else {
      (plan.foreign_keys.empty() ? plan.before_keys : plan.after_keys).push_back(std::move(planned));
    }
  }
  return plan;
}

}  // namespace skyhold
