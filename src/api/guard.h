// Who calls, and whether they may: the steps between a route and its handler, in this order.
#pragma once

#include "api/call.h"
#include "api/routes.h"

namespace skyhold {

// A Bearer token, else the session's cookie. Whoever has neither, or one that is over, is nobody.
Outcome<void> identify(ApiCall& call);

// A change that rides on a cookie must come from our own pages: by Sec-Fetch-Site and Origin
// where the browser sends them, and by the session's token, which other sites cannot read.
Outcome<void> check_same_site(const ApiCall& call);

// The role that the route needs, in the project that its path names. A project that the caller
// may not see is not there: 404, whether it exists or not. Fills role, project and job.
Outcome<void> authorize(ApiCall& call);

}  // namespace skyhold
