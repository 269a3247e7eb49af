#include "api/account_json.h"

namespace skyhold {

JsonValue to_json(const Account& account) {
  JsonValue json = JsonValue::object();
  json.set("id", account.id)
      .set("name", account.name)
      .set("display_name", account.display_name)
      .set("operator", account.is_operator)
      .set("enabled", account.enabled)
      .set("must_change_password", account.must_change_password)
      .set("has_totp", account.has_totp)
      .set("has_oidc", account.has_oidc)
      .set("locale", account.locale)
      .set("created_at", account.created_at)
      .set("last_sign_in_at", account.last_sign_in_at);
  return json;
}

JsonValue to_json(const SessionRecord& session) {
  JsonValue json = JsonValue::object();
  json.set("id", session.id)
      .set("address", session.address)
      .set("user_agent", session.user_agent)
      .set("created_at", session.created_at)
      .set("last_seen_at", session.last_seen_at)
      .set("current", session.current);
  return json;
}

JsonValue to_json(const ApiToken& token) {
  JsonValue json = JsonValue::object();
  json.set("id", token.id)
      .set("name", token.name)
      .set("role", to_string(token.most))
      .set("project", token.project)
      .set("created_at", token.created_at)
      .set("expires_at", token.expires_at)
      .set("last_used_at", token.last_used_at);
  return json;
}

JsonValue to_json(const Member& member) {
  JsonValue json = JsonValue::object();
  json.set("account_id", member.account_id)
      .set("name", member.account_name)
      .set("display_name", member.display_name)
      .set("role", to_string(member.role))
      .set("since", member.since);
  return json;
}

JsonValue to_json(const AuditRecord& record) {
  JsonValue json = JsonValue::object();
  json.set("sequence", record.sequence)
      .set("at", record.at)
      .set("actor", record.actor)
      .set("address", record.address)
      .set("action", record.action)
      .set("project", record.project)
      .set("subject", record.subject)
      .set("outcome", record.outcome)
      .set("detail", record.detail);
  return json;
}

JsonValue to_json(const Principal& who) {
  JsonValue memberships = JsonValue::array();
  for (const Member& member : who.memberships) {
    // As much as a token leaves of it.
    const Role role = std::min(who.role_in(member.project), Role::kAdmin);
    if (role == Role::kNone) continue;
    JsonValue json = JsonValue::object();
    json.set("project", member.project).set("role", to_string(role));
    memberships.push(std::move(json));
  }
  JsonValue json = JsonValue::object();
  json.set("account", to_json(who.account))
      .set("csrf_token", who.csrf_token)
      .set("needs_totp", who.needs_totp)
      .set("memberships", std::move(memberships));
  return json;
}

}  // namespace skyhold
