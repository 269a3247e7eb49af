// Programs from outside, as an operator would call them.
#pragma once

#include <string>

namespace skyhold {

struct ShellOutcome {
  int exit_status = 0;
  std::string output;  // standard output and standard error
};

// Runs `command` with /bin/sh; blocks until it ends.
ShellOutcome run_shell(const std::string& command);

// 'it'\''s'
std::string shell_word(const std::string& text);

}  // namespace skyhold
