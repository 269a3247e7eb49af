#include "cli/command.h"
#include "cli/json_reports.h"
#include "cli/open.h"
#include "cli/options.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_stores(app, parameters);
  options::add_key_file(app, parameters);
}

// The copies have the same key files, so the first that gives the password will do.
Result<std::string> any_password(const std::vector<ObjectStorePtr>& stores, const MasterKey& master_key) {
  Result<std::string> password = fail(ErrorCode::kInvalidArgument, "no store was named");
  for (const ObjectStorePtr& store : stores) {
    password = Repository::platform_password(*store, master_key);
    if (password) break;
  }
  return password;
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  const std::vector<ObjectStorePtr> stores = TRY(open_stores(parameters, context));
  const MasterKey master_key = TRY(MasterKey::load(parameters.key_file));
  const std::string password = TRY(any_password(stores, master_key));
  return CommandOutcome{parameters.json ? strings_json({{"password", password}}) : password + "\n", {}};
}

}  // namespace

Command repo_password_command() {
  return {.group = "repo",
          .name = "password",
          .summary = "print the repository's password, for stock restic",
          .description =
              "Prints the password of the platform's key file in the repository, and nothing else. Meant for "
              "restic's RESTIC_PASSWORD_COMMAND, so that an operator can use stock restic on any copy "
              "without the password ever being typed or kept.",
          .examples = {"Let restic ask Skyhold:",
                       "  export RESTIC_PASSWORD_COMMAND=\"skyhold repo password --store file:///backup/a \\",
                       "      --key-file /etc/skyhold/master.key\"",
                       "Then use any copy with restic:", "  restic -r /backup/b check --read-data"},
          .define = define,
          .run = run};
}

}  // namespace skyhold
