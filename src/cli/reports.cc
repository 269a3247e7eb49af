#include "cli/reports.h"

namespace skyhold {

std::optional<Error> hook_shortfall(const std::vector<HookOutcome>& hooks) {
  for (const HookOutcome& hook : hooks) {
    if (!hook.error) continue;
    Error shortfall = hook.error->in("the data is in place");
    shortfall.code = ErrorCode::kDegraded;
    shortfall.hint = "do by hand what the command should have done; the data needs nothing";
    return shortfall;
  }
  return std::nullopt;
}

}  // namespace skyhold
