#include <algorithm>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/format.h"
#include "cli/json_reports.h"
#include "cli/open.h"
#include "cli/options.h"
#include "cli/text_reports.h"

namespace skyhold {
namespace {

// A check is to say soon what is wrong; a backup has more patience.
constexpr int kMostAttempts = 3;

void define(CLI::App& app, Parameters& parameters) {
  options::add_stores(app, parameters, options::Presence::kOptional);
}

Result<CheckedStore> check_store(const StoreSettings& settings, OpenStoreOptions open_options) {
  open_options.retry.most_attempts = kMostAttempts;
  // The object that is written to look goes at once, here too.
  StoreSettings at_once = settings;
  at_once.removal_delay = std::chrono::seconds::zero();
  CheckedStore checked;
  checked.settings = settings;
  const double began = monotonic_seconds();
  const Result<OpenedStore> opened = open_store(at_once, open_options);
  if (opened) {
    checked.steps = probe_store(*opened->store);
  } else {
    checked.steps.push_back({"open", monotonic_seconds() - began, opened.error()});
  }
  if (open_options.cancel != nullptr) TRY(open_options.cancel->check());
  return checked;
}

std::optional<Error> shortfall_of(const std::vector<CheckedStore>& stores) {
  std::vector<std::string> failed;
  const Error* first = nullptr;
  for (const CheckedStore& store : stores) {
    const ProbeStep* problem = store.first_problem();
    if (problem == nullptr) continue;
    if (first == nullptr) first = &*problem->error;
    failed.push_back(store.settings.name.empty() ? store.settings.url : store.settings.name);
  }
  if (first == nullptr) return std::nullopt;
  return Error{first->code,
               fmt::format("{} of {} cannot be used as they should: {}", failed.size(),
                           counted(stores.size(), "store", "stores"), joined(failed, ", ")),
               failed.size() == 1 ? first->hint : "the report says of each what is wrong and what to do"};
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  const PlatformSettings settings = TRY(read_settings(parameters));
  Parameters named = parameters;
  if (named.stores.empty()) {
    for (const StoreSettings& store : settings.stores) named.stores.push_back(store.name);
  }
  const std::vector<StoreSettings> stores = TRY(named_stores(named, settings));
  OpenStoreOptions open_options;
  open_options.platform_time_zone = settings.platform_time_zone;
  open_options.cancel = &context.cancel;
  std::vector<CheckedStore> checked;
  for (const StoreSettings& store : stores) checked.push_back(TRY(check_store(store, open_options)));
  return CommandOutcome{parameters.json ? stores_check_json(checked) : stores_check_text(checked),
                        shortfall_of(checked)};
}

}  // namespace

Command stores_check_command() {
  return {
      .group = "stores",
      .name = "check",
      .summary = "try whether each store can be reached, written, read and cleaned up",
      .description =
          "Writes a small object of random bytes to each store, reads it back whole and in part, looks for "
          "it in a listing, makes sure that it cannot be overwritten, and removes it. So it shows at once "
          "whether address, credentials and rights are right, and how long the store takes to answer. "
          "Backups that lie there are not touched.\n\n"
          "Without --store it checks every store that the settings name. The exit code is 0 when all can be "
          "used, else that of the first problem: 4 for a bucket that is not there, 6 for refused credentials "
          "or rights, 9 for a store that does not answer.",
      .examples = {"Every store of the settings:", "  skyhold stores check",
                   "One store, before it gets into the settings:",
                   "  skyhold stores check --store s3://acme-backups/skyhold",
                   "By name, from settings elsewhere:",
                   "  skyhold stores check --settings ./skyhold.toml --store far"},
      .define = define,
      .run = run};
}

}  // namespace skyhold
