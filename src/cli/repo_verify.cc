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
  options::add_read_data(app, parameters);
  options::add_share(app, parameters);
}

Status check(const Parameters& parameters) {
  if (parameters.share.empty()) return {};
  TRY(parse_share(parameters.share));
  if (parameters.read_data) return {};
  return fail(ErrorCode::kInvalidArgument,
              "--share says how much of the data to read, and --read-data was not given",
              "give both: --read-data --share 1/30");
}

std::optional<Error> shortfall_of(const VerifyResult& result) {
  if (result.good()) return std::nullopt;
  std::vector<std::string> damaged;
  for (const CopyReport& copy : result.copies) {
    if (!copy.good) damaged.push_back(copy.location);
  }
  const bool one_is_good = damaged.size() < result.copies.size();
  return Error{
      ErrorCode::kCorrupt,
      fmt::format("{} damaged: {}", counted(damaged.size(), "copy is", "copies are"), joined(damaged, ", ")),
      one_is_good ? "restores go on from the good copies; `skyhold repo mend --read-data` repairs the "
                    "damaged one from them"
                  : "no copy is whole; do not prune, and restore what matters now"};
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  const std::vector<ObjectStorePtr> stores = TRY(open_stores(parameters, context));
  std::optional<MasterKey> master_key;
  if (!parameters.key_file.empty()) master_key = TRY(MasterKey::load(parameters.key_file));
  VerifyOptions options{.master_key = master_key ? &*master_key : nullptr, .read_data = parameters.read_data};
  if (!parameters.share.empty()) {
    options.share = PackShare::of_day(TRY(parse_share(parameters.share)), context.clock.now());
  }
  const VerifyResult result = TRY(run_verify(stores, options, context.progress, context.cancel));
  return CommandOutcome{parameters.json ? verify_json(result, options) : verify_text(result, options),
                        shortfall_of(result)};
}

}  // namespace

Command repo_verify_command() {
  return {
      .group = "repo",
      .name = "verify",
      .summary = "check that each copy is whole, readable and equal to the others",
      .description =
          "Checks every copy by itself and against the others. Without a key: each object's name against the "
          "SHA-256 of its bytes, and what one copy has that another lacks. With the key also: that every "
          "backup's directories, files and tables are all there. With --read-data every stored byte is read; "
          "do this from time to time, for bytes decay in silence.\n\n"
          "Exit code 7 when anything is wrong; the report says what and where.",
      .examples = {"Quick, every night:",
                   "  skyhold repo verify --store file:///backup/a --store file:///backup/b \\",
                   "      --key-file /etc/skyhold/master.key",
                   "Every byte within a month, a part each night:",
                   "  skyhold repo verify --store near-1 --store near-2 --store far \\",
                   "      --key-file /etc/skyhold/master.key --read-data --share 1/30",
                   "Every byte of one copy, by somebody who holds no key:",
                   "  skyhold repo verify --store file:///backup/a --read-data"},
      .define = define,
      .check = check,
      .run = run};
}

}  // namespace skyhold
