// Commands of the platform around a swap: stop Odoo before it, start it again after.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"

namespace skyhold {

struct Hook {
  std::vector<std::string> argv;
  std::chrono::seconds timeout{300};
};

// Run by `sh -c`.
Hook shell_hook(std::string command);

struct RestoreHooks {
  std::optional<Hook> before_swap;  // when it fails, nothing is swapped
  // Runs whenever before_swap has begun, also when that or the swap failed: what was stopped
  // must be started again. When it fails the restore stands, degraded.
  std::optional<Hook> after_swap;
  // What a hook finds in its environment, beside PATH, HOME and LANG. No secrets.
  std::string project;    // SKYHOLD_PROJECT
  std::string branch;     // SKYHOLD_BRANCH: the branch that is restored onto
  std::string operation;  // SKYHOLD_OPERATION: empty: "restore" or "undo"
};

struct HookOutcome {
  std::string name;  // "before_swap", "after_swap"
  double seconds = 0;
  std::string output;          // standard output and error, the last kMostOutputBytes
  std::optional<Error> error;  // none: it succeeded
  static constexpr std::size_t kMostOutputBytes = 16 * 1024;
};

// Standard input is empty; there is no terminal. Killed with all that it started in its
// session at the timeout, or when `cancel` is set. SKYHOLD_DATABASE is `database`, a name and not a URL.
HookOutcome run_hook(std::string name, const Hook& hook, const RestoreHooks& hooks,
                     const std::string& database, const CancelToken& cancel);

}  // namespace skyhold
