#include <fmt/format.h>

#include "access/access.h"
#include "access/access_schema.h"
#include "access/account_rows.h"
#include "access/instant_ms.h"
#include "access/printable.h"
#include "access/secrets.h"
#include "model/ids.h"

namespace skyhold {
namespace {

Result<std::vector<Member>> members_in(SqlSession& session, std::string_view project) {
  std::vector<Member> members;
  for (const SqlRow& row :
       TRY(session.query("SELECT m.project, a.id, a.name, a.display_name, m.role, m.since_at_ms "
                         "FROM access_members m JOIN access_accounts a ON a.id = m.account_id "
                         "WHERE m.project = ? ORDER BY a.name_key",
                         {storable_key(project)}))) {
    const Role role = TRY(parse_member_role(row.text(4)));
    members.push_back({.project = row.text(0),
                       .account_id = row.text(1),
                       .account_name = row.text(2),
                       .display_name = row.text(3),
                       .role = role,
                       .since = from_ms(row.integer(5))});
  }
  return members;
}

// Somebody who was a member before keeps the day of joining.
Result<Member> put_in(SqlSession& session, const Account& account, std::string_view project, Role role,
                      Instant now) {
  const SqlRows rows = TRY(session.query(
      "INSERT INTO access_members (project, account_id, role, since_at_ms) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (project, account_id) DO UPDATE SET role = excluded.role RETURNING since_at_ms",
      {std::string(project), account.id, std::string(to_string(role)), to_ms(now)}));
  TRY(raise_access_revision(session));
  return Member{.project = std::string(project),
                .account_id = account.id,
                .account_name = account.name,
                .display_name = account.display_name,
                .role = role,
                .since = from_ms(rows.front().integer(0))};
}

Status forget_tokens(SqlSession& session, std::string_view project, std::string_view account_id) {
  TRY(session.execute("DELETE FROM access_tokens WHERE project = ? AND account_id = ?",
                      {storable_key(project), storable_key(account_id)}));
  return {};
}

}  // namespace

Result<std::vector<Member>> Access::members(std::string_view project) {
  return database_.read([&](SqlSession& session) { return members_in(session, project); });
}

Result<Access::Invited> Access::put_member(std::string_view project, std::string_view account_name, Role role,
                                           std::string_view display_name) {
  TRY(check_slug("the project", project));
  if (role != Role::kUser && role != Role::kAdmin) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("a member cannot have the role {}", to_string(role)),
                "members are user or admin; operators are made by their account");
  }
  const Instant now = clock_.now();
  const bool known = (TRY(database_.read([&](SqlSession& session) {
                       return find_account_named(session, account_name);
                     }))).has_value();
  AccountRow invited;
  std::string one_time_password;
  if (!known) {
    invited.account.id = new_id("ac", now);
    invited.account.name = account_name;
    invited.account.display_name = display_name;
    invited.account.must_change_password = true;
    invited.account.created_at = now;
    invited.password_ends_at = now + options_.invitation_life;
    TRY(check_account(invited.account));
    one_time_password = new_one_time_password();
    invited.password_hash = TRY(hash_in_turn(one_time_password));
  }
  return database_.write([&](SqlSession& session) -> Result<Invited> {
    const std::optional<AccountRow> found = TRY(find_account_named(session, account_name));
    if (found) return Invited{.member = TRY(put_in(session, found->account, project, role, now))};
    if (known) return fail(ErrorCode::kBusy, "the account was deleted at this moment", "try again");
    TRY(insert_account(session, invited));
    return Invited{.member = TRY(put_in(session, invited.account, project, role, now)),
                   .one_time_password = one_time_password};
  });
}

Status Access::remove_member(std::string_view project, std::string_view account_id) {
  return database_.write([&](SqlSession& session) -> Status {
    const std::int64_t removed =
        TRY(session.execute("DELETE FROM access_members WHERE project = ? AND account_id = ?",
                            {storable_key(project), storable_key(account_id)}));
    if (removed == 0) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("{} is no member of {}", printable(account_id, 64), printable(project, 64)),
                  "list the members");
    }
    // They would come to life again if the person joined again.
    TRY(forget_tokens(session, project, account_id));
    return raise_access_revision(session);
  });
}

Status Access::forget_project(std::string_view project) {
  const std::string key = storable_key(project);
  if (key.empty()) return fail(ErrorCode::kInvalidArgument, "this names no project", "name one");
  return database_.write([&](SqlSession& session) -> Status {
    TRY(session.execute("DELETE FROM access_members WHERE project = ?", {key}));
    TRY(session.execute("DELETE FROM access_tokens WHERE project = ?", {key}));
    return raise_access_revision(session);
  });
}

}  // namespace skyhold
