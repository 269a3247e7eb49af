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

void define(CLI::App& app, Parameters& parameters) {
  options::add_stores(app, parameters);
  options::add_key_file(app, parameters, options::Presence::kOptional);
  options::add_mend(app, parameters);
}

std::optional<Error> shortfall_of(const MendResult& result) {
  if (result.whole()) return std::nullopt;
  std::vector<std::string> unreached;
  for (const MendedCopy& copy : result.copies) {
    if (!copy.unreached.empty()) unreached.push_back(copy.location);
  }
  if (!unreached.empty()) {
    return Error{ErrorCode::kDegraded,
                 fmt::format("not every copy could be mended: {}", joined(unreached, ", ")),
                 "run it again when the store answers; it goes on where it stopped"};
  }
  return Error{ErrorCode::kCorrupt, "some objects are damaged or missing in every copy",
               "`skyhold repo verify` with the key tells which backups need them"};
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  const std::vector<ObjectStorePtr> stores = TRY(open_stores(parameters, context));
  std::optional<MasterKey> master_key;
  if (!parameters.key_file.empty()) master_key = TRY(MasterKey::load(parameters.key_file));
  const MendOptions options{.master_key = master_key ? &*master_key : nullptr,
                            .read_data = parameters.read_data,
                            .dry_run = parameters.dry_run};
  const MendResult result = TRY(run_mend(stores, options, context.progress, context.cancel));
  return CommandOutcome{parameters.json ? mend_json(result, options) : mend_text(result, options),
                        options.dry_run ? std::nullopt : shortfall_of(result)};
}

}  // namespace

Command repo_mend_command() {
  return {
      .group = "repo",
      .name = "mend",
      .summary = "complete and repair each copy from the others",
      .description =
          "Brings every copy to the same set of objects: what one lacks, or has damaged, comes from a copy "
          "whose bytes match their name. A lost store is made anew the same way: make the empty bucket or "
          "directory, and mend. It can be stopped at any time and goes on where it stopped.\n\n"
          "No key is needed, since an object's name is the hash of its bytes; so a machine that may not read "
          "backups can keep them whole. With the key, mend works beside a running backup and keeps prune "
          "away; "
          "without it, it waits for nobody: it refuses while there is a lock.\n\n"
          "Exit code 3 when a store could not be reached, 7 when no copy has some object right.",
      .examples = {"After a store was down:",
                   "  skyhold repo mend --store near-1 --store near-2 --store far \\",
                   "      --key-file /etc/skyhold/master.key",
                   "Look for damage in every byte, and repair it, without a key:",
                   "  skyhold repo mend --store file:///backup/a --store file:///backup/b --read-data"},
      .define = define,
      .run = run};
}

}  // namespace skyhold
