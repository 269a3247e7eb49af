// People of a project.
#include <fmt/format.h>

#include "api/account_json.h"
#include "api/routes.h"

namespace skyhold {
namespace {

ApiResult list_members(ApiCall& call) {
  return answer(item_list(TRY(call.services.access.members(call.project->name))));
}

ApiResult put_member(ApiCall& call) {
  const std::string name = call.body.text("name");
  call.audit.subject = fmt::format("account {}", name);
  const Role role = TRY(parse_member_role(call.body.text("role")));
  call.audit.detail = fmt::format("as {}", to_string(role));
  const Access::Invited invited =
      TRY(call.services.access.put_member(call.project->name, name, role, call.body.text("display_name")));
  JsonValue json = JsonValue::object();
  json.set("member", to_json(invited.member));
  if (!invited.one_time_password.empty()) json.set("one_time_password", invited.one_time_password);
  return answer(std::move(json), 201);
}

ApiResult remove_member(ApiCall& call) {
  call.audit.subject = call.parameter("id");
  TRY(call.services.access.remove_member(call.project->name, call.parameter("id")));
  return no_content();
}

ApiResult list_project_audit(ApiCall& call) {
  AuditFilter filter;
  filter.project = call.project->name;
  const PageRequest page = call.page();
  const Access::AuditPage found = TRY(call.services.access.audit_log(filter, page.limit, page.after));
  return answer(std::move(item_list(found.items).set("next", found.next)));
}

}  // namespace

void add_member_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  constexpr std::string_view kAll = "/projects/{project}/members";
  routes.push_back({HttpMethod::kGet, kAll, kAdmin, "listMembers", list_members});
  routes.push_back({HttpMethod::kPost, kAll, kAdmin, "putMember", put_member, "member.put"});
  routes.push_back({HttpMethod::kDelete, "/projects/{project}/members/{id}", kAdmin, "removeMember",
                    remove_member, "member.remove"});
  routes.push_back(
      {HttpMethod::kGet, "/projects/{project}/audit", kAdmin, "listProjectAudit", list_project_audit});
}

}  // namespace skyhold
