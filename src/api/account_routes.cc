// People, as operators see them.
#include <fmt/format.h>

#include "api/account_json.h"
#include "api/routes.h"

namespace skyhold {
namespace {

ApiResult list_accounts(ApiCall& call) {
  const PageRequest page = call.page();
  const Access::AccountPage found =
      TRY(call.services.access.accounts(page.limit, page.after, call.query.text("search")));
  return answer(std::move(item_list(found.items).set("next", found.next)));
}

ApiResult create_account(ApiCall& call) {
  NewAccount wanted;
  wanted.name = call.body.text("name");
  wanted.display_name = call.body.text("display_name");
  wanted.is_operator = call.body.flag("operator", false);
  call.audit.subject = fmt::format("account {}", wanted.name);
  if (wanted.is_operator) call.audit.detail = "as an operator";
  const Access::Created created = TRY(call.services.access.create_account(wanted));
  JsonValue json = JsonValue::object();
  json.set("account", to_json(created.account)).set("one_time_password", created.one_time_password);
  return answer(std::move(json), 201);
}

// Names what an id stands for in the audit log.
Result<Account> find_account(ApiCall& call) {
  call.audit.subject = call.parameter("id");
  Account account = TRY(call.services.access.account(call.parameter("id")));
  call.audit.subject = fmt::format("account {}", account.name);
  return account;
}

ApiResult update_account(ApiCall& call) {
  Account account = TRY(find_account(call));
  account.display_name = call.body.optional_text("display_name").value_or(account.display_name);
  account.is_operator = call.body.flag("operator", account.is_operator);
  account.enabled = call.body.flag("enabled", account.enabled);
  call.audit.detail =
      fmt::format("{}{}", account.enabled ? "enabled" : "disabled", account.is_operator ? ", operator" : "");
  TRY(call.services.access.update_account(account));
  return answer(to_json(TRY(call.services.access.account(account.id))));
}

ApiResult delete_account(ApiCall& call) {
  const Account account = TRY(find_account(call));
  TRY(call.services.access.delete_account(account.id));
  return no_content();
}

ApiResult reset_password(ApiCall& call) {
  const Account account = TRY(find_account(call));
  const std::string password = TRY(call.services.access.reset_password(account.id));
  if (account.has_totp) TRY(call.services.access.remove_totp(account.id));
  JsonValue json = JsonValue::object();
  json.set("one_time_password", password);
  return answer(std::move(json));
}

}  // namespace

void add_account_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  routes.push_back({HttpMethod::kGet, "/accounts", kOperator, "listAccounts", list_accounts});
  routes.push_back(
      {HttpMethod::kPost, "/accounts", kOperator, "createAccount", create_account, "account.create"});
  routes.push_back(
      {HttpMethod::kPatch, "/accounts/{id}", kOperator, "updateAccount", update_account, "account.update"});
  routes.push_back(
      {HttpMethod::kDelete, "/accounts/{id}", kOperator, "deleteAccount", delete_account, "account.delete"});
  routes.push_back({HttpMethod::kPost, "/accounts/{id}/password", kOperator, "resetPassword", reset_password,
                    "account.reset_password"});
}

}  // namespace skyhold
