// From argv to a command and its parameters. Touches nothing.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace skyhold {

struct CommandLine {
  std::string text;                  // help, an overview or the version: print it and be done
  const Command* command = nullptr;  // otherwise: run this
  Parameters parameters;
};

// `arguments` without the program's name. kInvalidArgument, with the nearest name or the
// help to read as the hint; the message never holds an argument that may be a secret.
Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments,
                                       const Environment& environment);

// Whether --json stands among the arguments, for errors before or while they are parsed.
bool asks_for_json(const std::vector<std::string>& arguments);

}  // namespace skyhold
