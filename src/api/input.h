// Reads what came with a request, and holds it against the contract.
#pragma once

#include "api/call.h"
#include "api/contract.h"

namespace skyhold {

// Fills query and body. Whatever the operation does not know is refused, by name.
Outcome<void> read_input(ApiCall& call, const Operation& operation);

}  // namespace skyhold
