// One way for every request to the API, read as a list of steps.
#pragma once

#include "api/call.h"
#include "api/state.h"

namespace skyhold {

// Answers a request below /api, whatever happens to it.
ServerResponse run_pipeline(const ApiServices& services, ApiState& state, const ServerRequest& request);

}  // namespace skyhold
