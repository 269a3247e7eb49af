// One run of the command line, from arguments to exit code.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "cli/command.h"

namespace skyhold {

// What the process stands in.
struct Surroundings {
  std::ostream& out;  // standard output
  std::ostream& err;  // standard error
  bool err_is_terminal = false;
  std::function<int()> columns;  // of that terminal
  Environment environment;
  const Clock& clock;
  const CancelToken& cancel;
  ServiceCommands service{};
  Terminal* terminal = nullptr;  // none: the one that controls the process
};

// `arguments` without the program's name. Gives the exit code (docs/exit-codes.md).
int run_command_line(const std::vector<std::string>& arguments, const Surroundings& surroundings);

}  // namespace skyhold
