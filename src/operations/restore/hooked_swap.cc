#include "operations/restore/hooked_swap.h"

#include <fmt/format.h>

namespace skyhold {
namespace {

Result<SwapOutcome> swap_after_hook(BranchLock& lock, const SwapPlan& plan, const RestoreHooks& hooks,
                                    const CancelToken& cancel, std::vector<HookOutcome>& outcomes,
                                    const std::function<void(const std::string&)>& on_phase) {
  if (hooks.before_swap) {
    on_phase("Running the hook before the swap");
    outcomes.push_back(run_hook("before_swap", *hooks.before_swap, hooks, plan.target.database(), cancel));
    if (const auto& error = outcomes.back().error) {
      Error stopped = error->in("nothing was swapped");
      if (stopped.hint.empty()) stopped.hint = "the branch is as it was; mend the command and run again";
      return fail(std::move(stopped));
    }
  }
  on_phase("Swapping");
  TRY(cancel.check());
  return swap_in(lock, plan, cancel);
}

}  // namespace

Result<SwapOutcome> swap_between_hooks(BranchLock& lock, const SwapPlan& plan, const RestoreHooks& hooks,
                                       const CancelToken& cancel, std::vector<HookOutcome>& outcomes,
                                       const std::function<void(const std::string&)>& on_phase) {
  TRY(cancel.check());
  auto swapped = swap_after_hook(lock, plan, hooks, cancel, outcomes, on_phase);
  // Where nothing was stopped and nothing swapped there is nothing to start.
  if (!hooks.after_swap || (!swapped && !hooks.before_swap)) return swapped;
  on_phase("Running the hook after the swap");
  const CancelToken never;
  outcomes.push_back(run_hook("after_swap", *hooks.after_swap, hooks, plan.target.database(), never));
  const auto& error = outcomes.back().error;
  if (swapped || !error) return swapped;
  Error both = swapped.error();
  both.message += fmt::format("; and then {}", error->message);
  return fail(std::move(both));
}

}  // namespace skyhold
