// A swap between the hooks that stop and start what uses the branch.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "operations/restore/hooks.h"
#include "operations/restore/swap.h"

namespace skyhold {

// The hook before, swap_in(), the hook after. `cancel` is followed up to the swap; the hook
// after runs whenever the one before has begun. An error is that of the hook before or of the
// swap, in which case nothing has changed but for what swap_in() says. `outcomes` gets the
// hooks that ran, `on_phase` what begins.
Result<SwapOutcome> swap_between_hooks(BranchLock& lock, const SwapPlan& plan, const RestoreHooks& hooks,
                                       const CancelToken& cancel, std::vector<HookOutcome>& outcomes,
                                       const std::function<void(const std::string&)>& on_phase);

}  // namespace skyhold
