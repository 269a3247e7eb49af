// Branches: where a project's databases and filestores are.
#include <algorithm>

#include <fmt/format.h>

#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/format.h"

namespace skyhold {
namespace {

using Outcome = Result<CommandOutcome>;

constexpr std::uint64_t kMostConfBytes = 200 * 1024;

void define_name(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "BRANCH", parameters.api.name, "The branch's name.");
  options::add_project_and_service(app, parameters);
}

void define_place(CLI::App& app, Parameters& parameters) {
  options::add_text(app, "--database", parameters.database, "PGURL",
                    "Its database: postgresql://user@host:5432/name. Every user of the machine can see a "
                    "command line, so keep a password in --database-file.");
  options::add_text(app, "--database-file", parameters.database_file, "FILE",
                    "Read the database's URL from this file; other users must not be able to read it.");
  options::add_text(app, "--odoo-conf", parameters.api.odoo_conf, "FILE",
                    "Take database, filestore and addons path from this odoo.conf: its text is sent, with "
                    "the password in it.");
  options::add_text(
      app, "--filestore", parameters.api.filestore, "DIR",
      "Its filestore, where the service's workers see it: Odoo's data_dir/filestore/<database>.");
  options::add_text(app, "--odoo-version", parameters.api.odoo_version, "VERSION", "Such as 17.0.");
  options::add_text(app, "--addons-path", parameters.api.addons_path, "DIRS",
                    "Directories of modules, parted by commas; their own rules are used to neutralize.");
  options::add_text(app, "--before-swap", parameters.api.before_swap, "COMMAND",
                    "Run by a restore just before the exchange, to stop Odoo.");
  options::add_text(app, "--after-swap", parameters.api.after_swap, "COMMAND",
                    "Run by a restore after it, to start Odoo.");
}

const std::vector<std::string>& branch_types() {
  static const std::vector<std::string> types{"production", "staging", "development"};
  return types;
}

void define_add(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "BRANCH", parameters.api.name, "Its name: a-z, 0-9 and -; for good.");
  options::add_project_flag(app, parameters);
  options::add_choice(
      app, "--type", parameters.api.type, branch_types(),
      "What it is. A project has one production branch. Default: the branch's name where it is "
      "one of these.");
  define_place(app, parameters);
  options::add_service(app, parameters);
}

void define_set(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "BRANCH", parameters.api.name, "The branch's name.");
  options::add_project_flag(app, parameters);
  options::add_choice(app, "--type", parameters.api.type, branch_types(), "What it is from now on.");
  define_place(app, parameters);
  options::add_service(app, parameters);
}

bool names_database(const Parameters& parameters) {
  return !parameters.database.empty() || !parameters.database_file.empty();
}

Status check_place(const Parameters& parameters) {
  if (!parameters.database.empty() && !parameters.database_file.empty()) {
    return check_database_is_named(parameters);
  }
  if (names_database(parameters) && !parameters.api.odoo_conf.empty()) {
    return fail(ErrorCode::kInvalidArgument, "both an odoo.conf and a database were given",
                "give one of --odoo-conf, --database and --database-file");
  }
  return {};
}

bool is_type(const std::string& name) {
  return std::find(branch_types().begin(), branch_types().end(), name) != branch_types().end();
}

Status check_add(const Parameters& parameters) {
  TRY(check_place(parameters));
  if (parameters.api.odoo_conf.empty()) TRY(check_database_is_named(parameters));
  if (parameters.api.type || is_type(parameters.api.name)) return {};
  return fail(ErrorCode::kInvalidArgument, "what the branch is was not said",
              "add --type production, staging or development");
}

// What both add and set send.
Result<ApiObject> place_of(const Parameters& parameters, bool wants_database, CommandContext& context) {
  const ApiParameters& given = parameters.api;
  ApiObject body;
  body.set_given("type", given.type);
  if (!given.odoo_conf.empty()) {
    body.set("odoo_conf", TRY(read_text_file(given.odoo_conf, kMostConfBytes)));
  } else if (wants_database) {
    const PgTarget target = TRY(database_target(parameters));
    warn_of_password_in_flag(parameters, target, context.progress);
    body.set("database_url", TRY(database_text(parameters)));
  }
  body.set_given("filestore", given.filestore).set_given("odoo_version", given.odoo_version);
  body.set_given("addons_path", given.addons_path);
  body.set_given("before_swap", given.before_swap).set_given("after_swap", given.after_swap);
  return body;
}

std::string branches_path(const Parameters& parameters) {
  return api_path("/projects/", parameters.api.project, "/branches");
}

std::string branch_path(const Parameters& parameters) {
  return api_path(branches_path(parameters) + "/", parameters.api.name);
}

std::string branch_text(const ApiJson& branch, Instant now) {
  Table facts({{""}, {""}});
  add_fact(facts, "branch", fmt::format("{}/{}", branch.text("project"), branch.text("name")));
  add_fact(facts, "type", branch.text("type"));
  add_fact(facts, "database", branch.text("database"));
  add_fact(facts, "filestore", branch.flag("has_filestore") ? branch.text("filestore") : "none");
  add_fact(facts, "Odoo", branch.text("odoo_version"));
  add_fact(facts, "addons path", branch.text("addons_path"));
  add_fact(facts, "before swap", branch.text("before_swap"));
  add_fact(facts, "after swap", branch.text("after_swap"));
  add_fact(facts, "last backup", branch["last_backup"].text("id"));
  add_fact(facts, "taken", api_age(branch["last_backup"], "started_at", now));
  if (branch.flag("can_undo")) {
    add_fact(facts, "undo",
             fmt::format("`skyhold undo {} --project {}` puts back what the last restore replaced",
                         branch.text("name"), branch.text("project")));
  }
  return facts.text();
}

Outcome run_add(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  ApiObject body = TRY(place_of(parameters, true, context));
  body.set("name", parameters.api.name);
  if (!parameters.api.type) body.set("type", parameters.api.name);
  const ApiReply made = TRY(api.create(branches_path(parameters), body));
  std::string text = branch_text(made.json, context.clock.now());
  if (!made.json.flag("has_filestore")) text += "\nIt has no filestore: only the database is backed up.\n";
  return answered(parameters, made, text);
}

Outcome run_list(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply list = TRY(api.get(branches_path(parameters)));
  Table table({{"branch"}, {"type"}, {"database"}, {"filestore"}, {"last backup"}});
  for (const ApiJson& branch : list.json["items"].items()) {
    table.add({branch.text("name"), branch.text("type"), or_dash(branch.text("database")),
               branch.flag("has_filestore") ? "yes" : "no",
               api_age(branch["last_backup"], "started_at", context.clock.now())});
  }
  return answered(parameters, list, table.empty() ? "There is no branch yet.\n" : table.text());
}

Outcome run_show(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply branch = TRY(api.get(branch_path(parameters)));
  return answered(parameters, branch, branch_text(branch.json, context.clock.now()));
}

Outcome run_set(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiObject change = TRY(place_of(parameters, names_database(parameters), context));
  if (change.empty()) {
    return fail(ErrorCode::kInvalidArgument, "nothing was named that should change",
                "see `skyhold branch set --help`");
  }
  const ApiReply branch = TRY(api.patch(branch_path(parameters), change));
  return answered(parameters, branch, branch_text(branch.json, context.clock.now()));
}

Outcome run_remove(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply done = TRY(api.remove(branch_path(parameters)));
  return answered(parameters, done,
                  fmt::format("Branch {} is forgotten. Its database and its backups stay.\n",
                              printable(parameters.api.name)));
}

}  // namespace

std::vector<Command> branch_commands() {
  return {
      {.group = "branch",
       .name = "add",
       .summary = "tell of a branch: its database and its filestore",
       .description =
           "A branch is an environment of a project: production, staging or development. Production is "
           "backed up every night from then on. The database is named by a URL or by the odoo.conf that Odoo "
           "itself reads; it must be reachable, and the filestore readable, from the service's workers. For "
           "operators.",
       .examples = {"As Odoo sees it:",
                    "  skyhold branch add production --project acme --odoo-conf /etc/odoo/acme.conf",
                    "By hand:", "  skyhold branch add test-1 --project acme --type staging \\",
                    "      --database postgresql:///acme_test --filestore /srv/odoo/filestore/acme_test"},
       .define = define_add,
       .check = check_add,
       .run = run_add},
      {.group = "branch",
       .name = "list",
       .summary = "the branches of a project",
       .description = "With type, database and the newest backup that can be restored.",
       .examples = {"All of a project:", "  skyhold branch list --project acme",
                    "For a script:", "  skyhold branch list --project acme --json"},
       .define = options::add_project_and_service,
       .run = run_list},
      {.group = "branch",
       .name = "show",
       .summary = "one branch, and whether its last restore can be undone",
       .description = "Paths are shown to administrators, hooks to operators.",
       .examples = {"A branch:", "  skyhold branch show staging --project acme",
                    "Whether there is something to undo:",
                    "  skyhold branch show staging --project acme --json | jq .can_undo"},
       .define = define_name,
       .run = run_show},
      {.group = "branch",
       .name = "set",
       .summary = "change a branch's type, database, filestore, addons path or hooks",
       .description = "What is not named stays. An empty text takes a value away. For operators.",
       .examples = {"After a move to another server:",
                    "  skyhold branch set production --project acme --database postgresql://db2/acme",
                    "Stop Odoo while a restore takes its place:",
                    "  skyhold branch set staging --project acme \\",
                    "      --before-swap \"systemctl stop odoo-staging\" \\",
                    "      --after-swap \"systemctl start odoo-staging\""},
       .define = define_set,
       .check = check_place,
       .run = run_set},
      {.group = "branch",
       .name = "remove",
       .summary = "forget a branch; its database and its backups stay",
       .description = "No job of the branch may be under way. For operators.",
       .examples = {"A branch that is no more:", "  skyhold branch remove test-1 --project acme",
                    "In a script:", "  skyhold branch remove test-1 --project acme --json"},
       .define = define_name,
       .run = run_remove},
  };
}

}  // namespace skyhold
