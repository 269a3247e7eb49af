// Access::dump() and load(): what operations/recover brings back.
#include <map>

#include <fmt/format.h>

#include "access/access.h"
#include "access/access_dump.h"
#include "access/access_schema.h"
#include "access/instant_ms.h"
#include "access/token_rows.h"

namespace skyhold {
namespace {

Result<AccessDump> read_all(SqlSession& session) {
  AccessDump dump;
  std::map<std::string, std::vector<std::string>> recovery_digests;
  for (const SqlRow& row : TRY(session.query(
           "SELECT account_id, digest FROM access_recovery_codes ORDER BY account_id, digest"))) {
    recovery_digests[row.text(0)].push_back(row.text(1));
  }
  for (const SqlRow& row :
       TRY(session.query(fmt::format("SELECT {} FROM access_accounts a ORDER BY a.id", kAccountColumns)))) {
    AccountRow account = read_account(row);
    auto& digests = recovery_digests[account.account.id];
    dump.accounts.push_back({.row = std::move(account), .recovery_digests = std::move(digests)});
  }
  for (const SqlRow& row : TRY(session.query("SELECT project, account_id, role, since_at_ms FROM "
                                             "access_members ORDER BY project, account_id"))) {
    Member member;
    member.project = row.text(0);
    member.account_id = row.text(1);
    member.role = TRY(parse_member_role(row.text(2)));
    member.since = from_ms(row.integer(3));
    dump.members.push_back(std::move(member));
  }
  for (const SqlRow& row : TRY(session.query(
           fmt::format("SELECT {}, t.digest FROM access_tokens t ORDER BY t.id", kTokenColumns)))) {
    dump.tokens.push_back({.token = TRY(read_token(row)), .digest = row.text(kTokenColumnCount)});
  }
  dump.oidc_links = TRY(all_oidc_links(session));
  return dump;
}

Status insert_all(SqlSession& session, const AccessDump& dump) {
  if (!(TRY(session.query("SELECT id FROM access_accounts LIMIT 1"))).empty()) {
    return fail(ErrorCode::kAlreadyExists, "there are accounts here already; nothing was loaded",
                "recover into an empty catalog");
  }
  for (const AccessDump::AccountEntry& entry : dump.accounts) {
    TRY(insert_account(session, entry.row));
    for (const std::string& digest : entry.recovery_digests) {
      TRY(session.execute("INSERT INTO access_recovery_codes (account_id, digest) VALUES (?, ?)",
                          {entry.row.account.id, digest}));
    }
  }
  for (const Member& member : dump.members) {
    TRY(session.execute(
        "INSERT INTO access_members (project, account_id, role, since_at_ms) VALUES (?, ?, ?, ?)",
        {member.project, member.account_id, std::string(to_string(member.role)), to_ms(member.since)}));
  }
  for (const AccessDump::TokenEntry& entry : dump.tokens) {
    TRY(insert_token(session, entry.token, entry.digest));
  }
  for (const OidcLink& link : dump.oidc_links) TRY(insert_oidc_link(session, link));
  return raise_access_revision(session);
}

}  // namespace

Result<std::string> Access::dump() {
  const AccessDump dump = TRY(database_.read([](SqlSession& session) { return read_all(session); }));
  return encode_access_dump(dump);
}

Status Access::load(std::string_view json) {
  const AccessDump dump = TRY(parse_access_dump(json));
  return database_.write([&](SqlSession& session) { return insert_all(session, dump); });
}

}  // namespace skyhold
