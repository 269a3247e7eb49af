// Which account is which person of which provider. All run inside a transaction of the caller's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "db/sql_database.h"

namespace skyhold {

struct OidcLink {
  std::string issuer;
  std::string subject;
  std::string account_id;
  Instant since;
};

Result<std::optional<OidcLink>> find_oidc_link(SqlSession& session, std::string_view issuer,
                                               std::string_view subject);
// Whether the account is linked with anybody of that issuer.
Result<bool> has_oidc_link(SqlSession& session, std::string_view account_id, std::string_view issuer);
Result<std::vector<OidcLink>> all_oidc_links(SqlSession& session);
Status insert_oidc_link(SqlSession& session, const OidcLink& link);

}  // namespace skyhold
