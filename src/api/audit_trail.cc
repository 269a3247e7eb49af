#include "api/audit_trail.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostDetailBytes = 400;

std::string outcome_of(const Problem* problem) {
  if (problem == nullptr) return "ok";
  const bool denied = problem->status == 401 || problem->status == 403;
  return denied ? "denied" : problem->code;
}

}  // namespace

bool is_audited(const ApiCall& call, const Problem* problem) {
  if (call.route.action.empty()) return false;
  if (problem == nullptr || call.who.signed_in || call.who.needs_totp) return true;
  // A sign-in that failed. One that was throttled was preceded by those that made it so.
  const bool signs_in = call.route.operation == "signIn" || call.route.operation == "finishOidcSignIn";
  return signs_in && problem->status == 401;
}

Status write_audit(const ApiCall& call, const Problem* problem) {
  AuditRecord record;
  record.at = call.services.clock.now();
  record.actor = call.who.account.name.empty() ? "anonymous" : call.who.account.name;
  record.address = call.request.peer_address;
  record.action = call.route.action;
  record.project = call.audit.project;
  record.subject = clean_text(call.audit.subject, kMostDetailBytes);
  record.outcome = outcome_of(problem);
  std::string detail = call.audit.detail;
  if (problem != nullptr) detail = problem->message;
  if (call.who.token) {
    detail += (detail.empty() ? "by token " : "; by token ") + call.who.token->name;
  }
  record.detail = clean_text(detail, kMostDetailBytes);
  return call.services.access.audit(record);
}

}  // namespace skyhold
