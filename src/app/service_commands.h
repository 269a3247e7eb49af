// `skyhold serve`, `skyhold worker` and `skyhold recover`: the commands that need the whole program.
#pragma once

#include "cli/command.h"

namespace skyhold {

ServiceCommands service_commands();

}  // namespace skyhold
