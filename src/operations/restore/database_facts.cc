#include "operations/restore/database_facts.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "capture/sql/sql_lexer.h"

namespace skyhold {
namespace {

// Settings whose value is a list of names, which the catalog holds quoted where needed.
// As one literal it would become one long name.
constexpr std::array<std::string_view, 6> kListSettings = {
    "search_path",      "session_preload_libraries", "local_preload_libraries",
    "temp_tablespaces", "shared_preload_libraries",  "unix_socket_directories",
};

bool is_list_setting(std::string_view name) {
  return std::find(kListSettings.begin(), kListSettings.end(), name) != kListSettings.end();
}

// Each name as a literal: an empty one ("") cannot be written as an identifier.
std::string list_sql(std::string_view value) {
  std::string sql;
  SqlLexer lexer(value);
  while (true) {
    const auto token = lexer.next();
    if (!token || token->kind == SqlTokenKind::kEnd) return sql.empty() ? "''" : sql;
    if (token->is_symbol(',')) continue;
    sql += (sql.empty() ? "" : ", ") +
           quote_literal(token->is_name() ? token->name() : std::string(token->text));
  }
}

std::string grantee_sql(const std::string& grantee) {
  return grantee.empty() ? "PUBLIC" : quote_identifier(grantee);
}

void add_grants(std::string_view database, const AclItem& item, std::vector<std::string>& sql) {
  for (std::size_t at = 0; at < item.privileges.size(); ++at) {
    std::string_view privilege;
    switch (item.privileges[at]) {
      case 'C': privilege = "CREATE"; break;
      case 'T': privilege = "TEMPORARY"; break;
      case 'c': privilege = "CONNECT"; break;
      default: continue;
    }
    const bool grantable = at + 1 < item.privileges.size() && item.privileges[at + 1] == '*';
    sql.push_back(fmt::format("GRANT {} ON DATABASE {} TO {}{}", privilege, database,
                              grantee_sql(item.grantee), grantable ? " WITH GRANT OPTION" : ""));
  }
}

// A captured ACL replaces the default, under which everybody may connect and the owner
// may do everything.
void add_acl(std::string_view database, const DatabaseFacts& facts, const OwnershipPlan& ownership,
             std::vector<std::string>& sql) {
  if (facts.acl.empty() || !ownership.keep) return;
  sql.push_back(fmt::format("REVOKE ALL ON DATABASE {} FROM PUBLIC", database));
  if (!facts.owner.empty() && !ownership.missing_roles.contains(facts.owner)) {
    sql.push_back(fmt::format("REVOKE ALL ON DATABASE {} FROM {}", database, quote_identifier(facts.owner)));
  }
  for (const std::string& text : facts.acl) {
    const auto item = parse_acl_item(text);
    if (item && !ownership.missing_roles.contains(item->grantee)) add_grants(database, *item, sql);
  }
}

}  // namespace

Result<AclItem> parse_acl_item(std::string_view text) {
  AclItem item;
  std::size_t at = 0;
  if (at < text.size() && text[at] == '"') {
    for (++at; at < text.size(); ++at) {
      if (text[at] == '"') {
        if (at + 1 >= text.size() || text[at + 1] != '"') break;
        ++at;
      }
      item.grantee.push_back(text[at]);
    }
    ++at;
  } else {
    while (at < text.size() && text[at] != '=') item.grantee.push_back(text[at++]);
  }
  const std::size_t slash = text.find('/', at);
  if (at >= text.size() || text[at] != '=' || slash == std::string_view::npos) {
    return fail(ErrorCode::kCorrupt, fmt::format("not an access right of a database: \"{}\"", text));
  }
  item.privileges = text.substr(at + 1, slash - at - 1);
  return item;
}

Result<OwnershipPlan> plan_ownership(PgSession& session, const DatabaseFacts& facts,
                                     const std::string& wanted_owner, std::vector<std::string>& notices) {
  std::set<std::string> roles;
  for (const PgRow& row : TRY(session.query("SELECT rolname FROM pg_catalog.pg_roles"))) {
    roles.insert(row.at(0).value_or(""));
  }
  OwnershipPlan plan;
  const auto miss = [&](const std::string& role) {
    if (!role.empty() && !roles.contains(role)) plan.missing_roles.insert(role);
  };
  for (const std::string& role : facts.roles) miss(role);
  miss(facts.owner);
  for (const DatabaseSetting& setting : facts.settings) miss(setting.role);
  for (const std::string& text : facts.acl) {
    if (const auto item = parse_acl_item(text)) miss(item->grantee);
  }
  if (!wanted_owner.empty()) {
    if (!roles.contains(wanted_owner)) {
      return fail(ErrorCode::kNotFound, fmt::format("the target server has no role \"{}\"", wanted_owner),
                  "create the role first, or leave the owner out");
    }
    plan.role = wanted_owner;
    return plan;
  }
  const bool superuser =
      TRY(session.query_value("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")) ==
      "t";
  plan.keep = superuser && plan.missing_roles.empty();
  if (!superuser) {
    notices.emplace_back(
        "owners and access rights were not kept: that takes a superuser; everything belongs to the connected "
        "role");
  } else if (!plan.keep) {
    notices.push_back(
        fmt::format("owners and access rights were not kept: the target server lacks the role{} {}; "
                    "everything belongs to the "
                    "connected role",
                    plan.missing_roles.size() == 1 ? "" : "s", fmt::join(plan.missing_roles, ", ")));
  }
  return plan;
}

std::vector<std::string> database_facts_sql(std::string_view name, const DatabaseFacts& facts,
                                            const OwnershipPlan& ownership) {
  const std::string database = quote_identifier(name);
  std::vector<std::string> sql;
  if (ownership.keep && !facts.owner.empty()) {
    sql.push_back(fmt::format("ALTER DATABASE {} OWNER TO {}", database, quote_identifier(facts.owner)));
  }
  if (!facts.comment.empty()) {
    sql.push_back(fmt::format("COMMENT ON DATABASE {} IS {}", database, quote_literal(facts.comment)));
  }
  if (facts.connection_limit >= 0) {
    sql.push_back(fmt::format("ALTER DATABASE {} CONNECTION LIMIT {}", database, facts.connection_limit));
  }
  add_acl(database, facts, ownership, sql);
  for (const DatabaseSetting& setting : facts.settings) {
    if (ownership.missing_roles.contains(setting.role)) continue;
    const std::string value =
        is_list_setting(setting.name) ? list_sql(setting.value) : quote_literal(setting.value);
    const std::string whose = setting.role.empty() ? fmt::format("ALTER DATABASE {}", database)
                                                   : fmt::format("ALTER ROLE {} IN DATABASE {}",
                                                                 quote_identifier(setting.role), database);
    sql.push_back(fmt::format("{} SET {} TO {}", whose, quote_identifier(setting.name), value));
  }
  return sql;
}

Status apply_database_facts(PgSession& session, std::string_view name, const DatabaseFacts& facts,
                            const OwnershipPlan& ownership, std::vector<std::string>& notices) {
  for (const std::string& statement : database_facts_sql(name, facts, ownership)) {
    const Status done = session.execute(statement);
    if (done) continue;
    // A setting that only a superuser may make, or of an extension that is not there,
    // must not cost the whole restore; an owner that cannot be set does.
    if (statement.find(" OWNER TO ") != std::string::npos) return done;
    notices.push_back(fmt::format("not restored: {} ({})", statement, done.error().message));
  }
  return {};
}

}  // namespace skyhold
