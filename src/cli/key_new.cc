#include <fmt/format.h>

#include "cli/command.h"
#include "cli/format.h"
#include "cli/json_reports.h"
#include "cli/options.h"
#include "crypto/master_key.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_new_key_file(app, parameters);
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext&) {
  TRY(MasterKey::random().save(parameters.new_key_file));
  if (parameters.json) return CommandOutcome{strings_json({{"key_file", parameters.new_key_file}}), {}};
  return CommandOutcome{
      fmt::format(
          "The platform's master key is in {}.\n"
          "Keep a copy of it off this machine: without it, or a project's recovery kit, no backup opens.\n",
          printable(parameters.new_key_file)),
      {}};
}

}  // namespace

Command key_new_command() {
  return {.group = "key",
          .name = "new",
          .summary = "make a platform master key",
          .description =
              "Makes a new master key from the kernel's randomness and writes it to FILE with mode 0600. A "
              "file that "
              "is there already is never overwritten.\n\n"
              "The master key opens every repository that is made with it. It is one line of text, so that "
              "it can be "
              "printed. Make one for the whole platform, once.",
          .examples = {"Make the key, readable by root alone:", "  skyhold key new /etc/skyhold/master.key",
                       "Let the commands that follow find it:",
                       "  export SKYHOLD_KEY_FILE=/etc/skyhold/master.key"},
          .define = define,
          .run = run};
}

}  // namespace skyhold
