// What a database is beside its contents: owner, comment, ACL, settings. Restored last,
// onto the hidden database, so that nothing of it bends the load.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "capture/pg_session.h"
#include "model/manifest.h"

namespace skyhold {

// Who is to own what is restored.
struct OwnershipPlan {
  bool keep = false;                    // owners and ACLs as captured
  std::string role;                     // SET ROLE to it, and no owners and ACLs; empty: the connected role
  std::set<std::string> missing_roles;  // of those that the backup names
};

// `wanted_owner` as RestoreOptions::owner. kNotFound when it is no role of the server.
// Adds to `notices` why owners are not kept.
Result<OwnershipPlan> plan_ownership(PgSession& session, const DatabaseFacts& facts,
                                     const std::string& wanted_owner, std::vector<std::string>& notices);

// The statements that make database `name` what `facts` says, settings of roles included.
// Roles in `missing` are left out.
std::vector<std::string> database_facts_sql(std::string_view name, const DatabaseFacts& facts,
                                            const OwnershipPlan& ownership);

// "odoo=CTc/admin" → grantee "odoo", privileges "CTc". Grantee "" is PUBLIC.
struct AclItem {
  std::string grantee;
  std::string privileges;
};
Result<AclItem> parse_acl_item(std::string_view text);

Status apply_database_facts(PgSession& session, std::string_view name, const DatabaseFacts& facts,
                            const OwnershipPlan& ownership, std::vector<std::string>& notices);

}  // namespace skyhold
