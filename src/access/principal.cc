#include <algorithm>

#include "access/access.h"

namespace skyhold {
namespace {

// A one-time password is good for one thing: changing it. Tokens do not depend on passwords.
bool may_act(const Principal& who) {
  return who.signed_in && !who.needs_totp && (who.token || !who.account.must_change_password);
}

Role own_role(const Principal& who, std::string_view project) {
  if (who.account.is_operator) return Role::kOperator;
  if (project.empty()) return Role::kNone;
  const auto member = std::find_if(who.memberships.begin(), who.memberships.end(),
                                   [&](const Member& membership) { return membership.project == project; });
  return member == who.memberships.end() ? Role::kNone : member->role;
}

}  // namespace

Role Principal::role_in(std::string_view project) const {
  if (!may_act(*this)) return Role::kNone;
  Role role = own_role(*this, project);
  if (token) {
    // A token of one project is nothing to the platform either.
    if (!token->project.empty() && token->project != project) return Role::kNone;
    role = std::min(role, token->most);
  }
  if (project.empty() && role != Role::kOperator) return Role::kNone;
  return role;
}

std::optional<std::vector<std::string>> Principal::visible_projects() const {
  if (!may_act(*this)) return std::vector<std::string>{};
  if (token && !token->project.empty()) {
    if (role_in(token->project) == Role::kNone) return std::vector<std::string>{};
    return std::vector<std::string>{token->project};
  }
  if (account.is_operator) return std::nullopt;
  std::vector<std::string> projects;
  projects.reserve(memberships.size());
  for (const Member& membership : memberships) projects.push_back(membership.project);
  return projects;
}

}  // namespace skyhold
