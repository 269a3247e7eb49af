#include "access/oidc_links.h"

#include "access/instant_ms.h"
#include "access/printable.h"

namespace skyhold {
namespace {

OidcLink read_link(const SqlRow& row) {
  return {.issuer = row.text(0),
          .subject = row.text(1),
          .account_id = row.text(2),
          .since = from_ms(row.integer(3))};
}

}  // namespace

Result<std::optional<OidcLink>> find_oidc_link(SqlSession& session, std::string_view issuer,
                                               std::string_view subject) {
  const SqlRows rows =
      TRY(session.query("SELECT issuer, subject, account_id, since_at_ms FROM access_oidc_links "
                        "WHERE issuer = ? AND subject = ?",
                        {storable_key(issuer), storable_key(subject)}));
  return rows.empty() ? std::nullopt : std::optional(read_link(rows.front()));
}

Result<bool> has_oidc_link(SqlSession& session, std::string_view account_id, std::string_view issuer) {
  const SqlRows rows =
      TRY(session.query("SELECT subject FROM access_oidc_links WHERE account_id = ? AND issuer = ?",
                        {storable_key(account_id), storable_key(issuer)}));
  return !rows.empty();
}

Result<std::vector<OidcLink>> all_oidc_links(SqlSession& session) {
  std::vector<OidcLink> links;
  for (const SqlRow& row :
       TRY(session.query("SELECT issuer, subject, account_id, since_at_ms FROM access_oidc_links "
                         "ORDER BY issuer, subject"))) {
    links.push_back(read_link(row));
  }
  return links;
}

Status insert_oidc_link(SqlSession& session, const OidcLink& link) {
  TRY(session.execute(
      "INSERT INTO access_oidc_links (issuer, subject, account_id, since_at_ms) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (issuer, subject) DO NOTHING",
      {link.issuer, link.subject, link.account_id, to_ms(link.since)}));
  return {};
}

}  // namespace skyhold
