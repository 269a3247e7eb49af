// Branches as the contract shows them.
#pragma once

#include "api/call.h"

namespace skyhold {

// Directories are for admins, commands for operators; a password is for nobody.
JsonValue to_json(const Branch& branch, Role role);

}  // namespace skyhold
