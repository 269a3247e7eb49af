#include "api/guard.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "api/session_cookie.h"
#include "crypto/constant_time.h"

namespace skyhold {
namespace {

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::optional<std::string_view> bearer_token(const ServerRequest& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::optional<std::string_view> header = request.header("authorization");
  if (!header || header->size() < kScheme.size()) return std::nullopt;
  if (!equal_without_case(header->substr(0, kScheme.size()), kScheme)) return std::nullopt;
  return header->substr(kScheme.size());
}

bool changes(HttpMethod method) {
  return method != HttpMethod::kGet && method != HttpMethod::kHead;
}

Problem cross_site(std::string_view why) {
  return Problem(403, "csrf", fmt::format("this request did not come from Skyhold's own pages: {}", why),
                 "reload the page and try again; scripts use an API token");
}

// What the browser itself says of where a request comes from.
Outcome<void> check_origin(const ServerRequest& request) {
  const std::optional<std::string_view> site = request.header("sec-fetch-site");
  if (site && *site != "same-origin" && *site != "none") return fail(cross_site("another site sent it"));
  const std::optional<std::string_view> origin = request.header("origin");
  if (!origin) return {};
  // Behind a proxy that is not trusted the scheme is not known, so that https is fine there too.
  std::string_view host = *origin;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (host.starts_with(scheme) && !(request.secure && scheme == "http://")) {
      host.remove_prefix(scheme.size());
      break;
    }
  }
  if (!equal_without_case(host, request.header("host").value_or(""))) {
    return fail(cross_site("its Origin is another host's"));
  }
  return {};
}

// 401 for nobody.
Problem signed_out(const ApiCall& call) {
  if (call.who.needs_totp) {
    return Problem(401, "totp_required", "the code of the second factor is still missing",
                   "give it with POST /api/v1/session/totp");
  }
  if (bearer_token(call.request)) {
    return Problem(401, "signed_out", "this API token is unknown, was revoked or has expired",
                   "make a new one under your account");
  }
  return Problem(401, "signed_out", "nobody is signed in", "sign in, or send an API token");
}

Problem no_such_project(std::string_view name) {
  return Problem(404, "not_found", fmt::format("there is no project \"{}\"", name),
                 "list the projects that you may see");
}

Problem no_such_job(std::string_view id) {
  return Problem(404, "not_found", fmt::format("there is no job \"{}\"", id),
                 "list the jobs that you may see");
}

Problem forbidden(NeededRole needed) {
  std::string hint = "ask an operator of this platform";
  if (needed == NeededRole::kAdmin) hint = "ask an admin of this project, or an operator";
  return Problem(403, "forbidden", fmt::format("this is for the role {} only", to_string(needed)), hint);
}

bool suffices(Role role, NeededRole needed) {
  switch (needed) {
    case NeededRole::kPublic:
    case NeededRole::kSignedIn: return true;
    case NeededRole::kUser: return role >= Role::kUser;
    case NeededRole::kAdmin: return role >= Role::kAdmin;
    case NeededRole::kOperator: return role == Role::kOperator;
  }
  return false;
}

bool names(const ApiCall& call, std::string_view parameter) {
  return std::any_of(call.path_parameters.begin(), call.path_parameters.end(),
                     [&](const auto& known) { return known.first == parameter; });
}

// The project is looked up before the role, so that an answer takes as long for a project that
// exists as for one that does not.
Outcome<void> enter_project(ApiCall& call, const std::string& name) {
  call.audit.project = check_slug("project", name) ? name : "";
  Result<Project> project = call.services.catalog.project(name);
  if (!project && project.error().code != ErrorCode::kNotFound &&
      project.error().code != ErrorCode::kInvalidArgument) {
    return fail(std::move(project).error());
  }
  call.role = call.who.role_in(name);
  if (call.role == Role::kNone || !project) return fail(no_such_project(name));
  call.project = std::move(*project);
  return {};
}

Outcome<void> enter_job(ApiCall& call, const std::string& id) {
  Result<Job> job = call.services.jobs.job(id);
  if (!job && job.error().code != ErrorCode::kNotFound && job.error().code != ErrorCode::kInvalidArgument) {
    return fail(std::move(job).error());
  }
  if (!job) return fail(no_such_job(id));
  if (job->project.empty()) {
    call.role = call.who.role_in({});
  } else {
    call.audit.project = job->project;
    call.role = call.who.role_in(job->project);
  }
  if (call.role == Role::kNone) return fail(no_such_job(id));
  call.audit.subject = id;
  call.job = std::move(*job);
  return {};
}

}  // namespace

Outcome<void> identify(ApiCall& call) {
  if (const std::optional<std::string_view> token = bearer_token(call.request)) {
    call.who = TRY(call.services.access.by_token(*token));
    return {};
  }
  if (const std::optional<std::string> cookie = read_session_cookie(call.request)) {
    call.who = TRY(call.services.access.by_cookie(*cookie));
    if (!call.who.session_id.empty()) call.cookie = *cookie;
  }
  return {};
}

Outcome<void> check_same_site(const ApiCall& call) {
  if (!changes(call.route.method) || bearer_token(call.request)) return {};
  TRY(check_origin(call.request));
  // Whoever signs in has no session yet whose token could be repeated.
  const bool begins_session = call.route.operation == "signIn";
  if (call.who.session_id.empty() || begins_session) return {};
  const std::string_view given = call.request.header("x-csrf-token").value_or("");
  if (!equal_in_constant_time(given, call.who.csrf_token)) {
    return fail(cross_site("the header X-CSRF-Token is missing or not this session's"));
  }
  return {};
}

Outcome<void> authorize(ApiCall& call) {
  const NeededRole needed = call.route.role;
  if (needed == NeededRole::kPublic) return {};
  if (!call.who.signed_in) return fail(signed_out(call));
  if (!call.who.token && call.who.account.must_change_password && !call.route.before_password_change) {
    return fail(Problem(403, "password_change_required", "this one-time password has to be changed first",
                        "change it with PUT /api/v1/me/password"));
  }
  if (needed == NeededRole::kSignedIn) {
    call.role = call.who.role_in({});
    return {};
  }
  if (names(call, "project")) {
    TRY(enter_project(call, call.parameter("project")));
  } else if (call.route.path.starts_with("/jobs/")) {
    TRY(enter_job(call, call.parameter("id")));
  } else {
    call.role = call.who.role_in({});
  }
  if (!suffices(call.role, needed)) return fail(forbidden(needed));
  return {};
}

}  // namespace skyhold
