#include "cli/options.h"

#include <CLI/CLI.hpp>

#include "cli/help.h"

namespace skyhold::options {
namespace {

// A flag with a value. CLI11 asks for a required one only when the environment has not given it.
template <typename T>
CLI::Option* add_value(CLI::App& app, const std::string& names, T& value, const std::string& placeholder,
                       const std::string& description) {
  return app.add_option(names, value, description)->type_name(placeholder);
}

void require(CLI::Option* option, bool given_by_environment) {
  option->group(std::string(kRequiredGroup))->required(!given_by_environment);
}

}  // namespace

void add_common(CLI::App& app, Parameters& parameters) {
  const std::string group(kOutputGroup);
  app.add_flag("--json", parameters.json,
               "Print one JSON object on standard output instead of text; its keys are stable.")
      ->group(group);
  add_value(app, "--progress", parameters.progress, "auto|bar|json|none",
            "Progress on standard error: a bar, JSON lines, or nothing. Default: auto, a bar when standard "
            "error is a terminal and nothing otherwise.")
      ->check(CLI::IsMember({"auto", "bar", "json", "none"}))
      ->group(group);
  app.add_flag("-v,--verbose", parameters.verbose, "Log what is done, step by step, to standard error.")
      ->group(group);
}

void add_settings(CLI::App& app, Parameters& parameters) {
  add_value(app, "--settings", parameters.settings_file, "FILE",
            "The settings file that names stores (docs/settings.md). Default: SKYHOLD_SETTINGS, else "
            "/etc/skyhold/skyhold.toml when it is there.");
}

void add_config(CLI::App& app, Parameters& parameters) {
  add_value(app, "--config", parameters.config_file, "FILE",
            "The settings file (docs/settings.md). Default: SKYHOLD_SETTINGS, else "
            "/etc/skyhold/skyhold.toml when it is there, else settings to try Skyhold with.");
}

void add_region(CLI::App& app, Parameters& parameters) {
  add_value(app, "--region", parameters.region, "NAME",
            "Take jobs of this region only, in the place of worker.region of the settings.");
}

void add_stores(CLI::App& app, Parameters& parameters, Presence presence) {
  const bool required = presence == Presence::kRequired;
  std::string description =
      "Where a copy lies: a name from the settings, or a URL: file:///directory, s3://bucket/prefix or "
      "gs://bucket/prefix. Repeat it, once a copy. Default: what SKYHOLD_STORES names, parted by spaces";
  description += required ? "." : ", else every store of the settings.";
  auto* option = add_value(app, "--store", parameters.stores, "STORE", description);
  // One value each time, so that a SNAPSHOT that follows is not taken for a store.
  option->allow_extra_args(false);
  // Whether one is named is checked later, by who can say which there are.
  option->group(std::string(required && parameters.stores.empty() ? kRequiredGroup : kOptionsGroup));
  add_settings(app, parameters);
}

void add_key_file(CLI::App& app, Parameters& parameters, Presence presence) {
  std::string description =
      "The platform's master key, made by `skyhold key new`. Default: SKYHOLD_KEY_FILE.";
  if (presence == Presence::kOptional) {
    description += " Without it only names and hashes are checked.";
  }
  auto* option = add_value(app, "--key-file", parameters.key_file, "FILE", description);
  if (presence == Presence::kRequired) require(option, !parameters.key_file.empty());
}

void add_project(CLI::App& app, Parameters& parameters) {
  require(
      add_value(app, "--project", parameters.project, "NAME", "The project that the repository belongs to."),
      false);
}

void add_snapshot(CLI::App& app, Parameters& parameters) {
  add_value(app, "SNAPSHOT", parameters.snapshot, "",
            "The backup: an id, the first 4 or more digits of one, or \"latest\".")
      ->required();
}

void add_snapshots(CLI::App& app, Parameters& parameters) {
  add_value(app, "SNAPSHOT", parameters.snapshots, "",
            "Backups to forget by name, instead of by the rules: ids, unique prefixes, or \"latest\".");
}

void add_branch(CLI::App& app, Parameters& parameters) {
  require(add_value(app, "--branch", parameters.branch, "NAME",
                    "The branch that is backed up: production, staging, …"),
          false);
}

void add_database(CLI::App& app, Parameters& parameters) {
  const bool given = !parameters.database_from_environment.empty();
  auto* option =
      add_value(app, "--database", parameters.database, "PGURL",
                "The branch's database: postgresql://user@host:5432/name. Every user of the machine can "
                "see a command line, so keep passwords in ~/.pgpass, --database-file or "
                "SKYHOLD_DATABASE, which is the default.");
  // Whether one of the three is there is checked after parsing.
  option->group(std::string(given ? kOptionsGroup : kRequiredGroup));
  add_value(app, "--database-file", parameters.database_file, "FILE",
            "Read the database's URL from this file instead; other users must not be able to read it.");
}

void add_filestore(CLI::App& app, Parameters& parameters) {
  add_value(app, "--filestore", parameters.filestore, "DIR",
            "The branch's filestore: Odoo's data_dir/filestore/<database>. Default: the database alone.");
}

void add_jobs(CLI::App& app, Parameters& parameters) {
  add_value(app, "--jobs", parameters.jobs, "N",
            "Database sessions at once. Default: one for each core, at least 2.")
      ->check(CLI::Range(1, 64));
}

void add_new_key_file(CLI::App& app, Parameters& parameters) {
  add_value(app, "FILE", parameters.new_key_file, "",
            "The file to make. It must not exist; its directory must.")
      ->required();
}

void add_recovery_kit(CLI::App& app, Parameters& parameters) {
  add_value(app, "--recovery-kit", parameters.recovery_kit, "FILE",
            "Write the recovery kit to this new file (mode 0600) instead of standard output.");
}

void add_backup_kind(CLI::App& app, Parameters& parameters) {
  add_value(app, "--kind", parameters.kind, "KIND",
            "Why the backup is taken: automatic, manual, imported or safety. Default: manual.")
      ->check(CLI::IsMember({"automatic", "manual", "imported", "safety"}));
  add_value(app, "--note", parameters.note, "TEXT", "A line that `repo list` shows beside the backup.");
  app.add_flag("--reread-files", parameters.reread_files,
               "Read every file of the filestore, also those that the last backup holds already.");
  app.add_flag(
      "!--no-mend", parameters.mend,
      "Leave a copy that fell behind as it is, instead of completing it from the others at the end.");
}

void add_all(CLI::App& app, Parameters& parameters) {
  app.add_flag("--all", parameters.all, "List every table, module and missing file, not just the first.");
}

void add_restore(CLI::App& app, Parameters& parameters) {
  app.add_flag(
      "--replace", parameters.replace,
      "Replace the database and filestore that are there. They are kept for `repo undo-restore`. Without "
      "this flag the target must not exist.");
  add_value(
      app, "--check", parameters.check, "counted|full",
      "How the restored data is proven before it is put in place. counted: the rows that the server took, "
      "the hashes of what it was sent, every file's SHA-1. full: every table is read back as well. Default: "
      "counted.")
      ->check(CLI::IsMember({"counted", "full"}));
  add_value(
      app, "--owner", parameters.owner, "ROLE",
      "Make this role the owner of everything, and leave grants out. Default: the owners that the backup "
      "names, where the server has them.");
}

void add_neutralize(CLI::App& app, Parameters& parameters) {
  auto* exact = app.add_flag("--exact", parameters.exact,
                             "Restore everything as it was when the backup was taken. This is the default.");
  auto* neutralize = app.add_flag(
      "--neutralize", parameters.neutralize,
      "Make an Odoo copy harmless before anyone can see it: scheduled actions, mail servers, payment "
      "providers, webhooks and more are switched off, as `odoo-bin neutralize` does. For every branch but "
      "production.");
  neutralize->excludes(exact);
  add_value(app, "--addons-path", parameters.addons_paths, "DIR",
            "With --neutralize: a directory of the target's modules, whose own data/neutralize.sql are run; "
            "repeat it for each of odoo.conf's addons_path. Default: the rules that Skyhold knows.")
      ->needs(neutralize)
      ->allow_extra_args(false);
  add_value(app, "--identity", parameters.identity, "keep|new",
            "new: the copy gets a database.uuid and secret of its own, its web.base.url is reset and its "
            "subscription code removed. keep: nothing of that; for a branch that is restored onto itself. "
            "Default: new with --neutralize, else keep.")
      ->check(CLI::IsMember({"keep", "new"}));
}

void add_hooks(CLI::App& app, Parameters& parameters) {
  const std::string environment =
      " It finds SKYHOLD_DATABASE (a name), SKYHOLD_PROJECT and SKYHOLD_OPERATION in its environment, and "
      "has 5 minutes.";
  add_value(app, "--before-swap", parameters.before_swap, "COMMAND",
            "Run this by sh just before the databases are exchanged, to stop Odoo. When it fails nothing is "
            "exchanged." +
                environment);
  add_value(
      app, "--after-swap", parameters.after_swap, "COMMAND",
      "Run this by sh after it, to start Odoo again; also when the exchange or --before-swap has failed." +
          environment);
}

void add_undo(CLI::App& app, Parameters& parameters) {
  auto* keep =
      app.add_flag("--keep", parameters.keep,
                   "Keep what the undo replaces, so that a second undo is a redo. This is the default.");
  app.add_flag("--discard", parameters.discard,
               "Undo, then drop what the undo replaced and all else that is kept for this branch. There is "
               "no redo.")
      ->excludes(keep);
  // A restore's command line can be used again with the verb changed.
  const std::string ignored =
      "Not needed: an undo touches no store. Allowed, so that the command line of the restore "
      "can be used again.";
  add_value(app, "--store", parameters.stores, "STORE", ignored)->allow_extra_args(false);
  add_value(app, "--settings", parameters.settings_file, "FILE", ignored);
  add_value(app, "--key-file", parameters.key_file, "FILE", ignored);
}

namespace {

CLI::Option* add_export_format(CLI::App& app, Parameters& parameters, const std::string& more) {
  return add_value(app, "--format", parameters.exported.format, "FORMAT",
                   "odoo-zip (for Odoo's database manager), pg-dump (for pg_restore), sql.zst (for psql), "
                   "tar.zst (all "
                   "that the backup holds), table, or file (one of the filestore)." +
                       more)
      ->check(CLI::IsMember({"odoo-zip", "pg-dump", "sql.zst", "tar.zst", "table", "file"}));
}

CLI::Option* add_export_output(CLI::App& app, Parameters& parameters, const std::string& more) {
  return add_value(app, "--output", parameters.exported.output, "FILE",
                   "Where it goes; - is standard output. The file appears when it is whole, readable by you "
                   "alone." +
                       more);
}

void add_export_choices(CLI::App& app, Parameters& parameters) {
  Parameters::Export& exported = parameters.exported;
  app.add_flag("--without-filestore", exported.without_filestore, "odoo-zip: leave the filestore out.");
  add_value(app, "--table", exported.table, "[SCHEMA.]TABLE", "table: which one.");
  add_value(app, "--table-format", exported.table_format, "csv|copy",
            "table: CSV with a header line, or PostgreSQL's COPY text. Default: csv.")
      ->check(CLI::IsMember({"csv", "copy"}));
  add_value(app, "--file", exported.file, "NAME",
            "file: its name, as ir_attachment.store_fname has it: ab/abcdef…");
  auto* recipient =
      add_value(app, "--recipient", exported.recipients, "AGE-KEY",
                "Encrypt it for this public key of age (age1…), whose owner opens it with age. Repeat it "
                "for several.")
          ->allow_extra_args(false);
  add_value(app, "--passphrase-file", exported.passphrase_file, "FILE",
            "Encrypt it under the passphrase on the first line of this file, to be opened with age.")
      ->excludes(recipient);
}

}  // namespace

void add_export(CLI::App& app, Parameters& parameters) {
  require(add_export_format(app, parameters, ""), false);
  require(add_export_output(app, parameters, ""), false);
  add_export_choices(app, parameters);
}

void add_download(CLI::App& app, Parameters& parameters) {
  add_export_format(app, parameters, " Default: odoo-zip; with --table or --file that one.");
  add_export_output(app, parameters, " Default: the name that the service gives it, in this directory.");
  add_export_choices(app, parameters);
}

void add_acceptance(CLI::App& app, Parameters& parameters) {
  add_value(app, "--accept", parameters.imported.accept, "nothing|clean|warnings",
            "What is kept: nothing, for the report alone; what has no warning; or what is not refused. "
            "Default: clean.")
      ->check(CLI::IsMember({"nothing", "clean", "warnings"}));
  app.add_flag("--dry-run", parameters.dry_run,
               "Load and look at all of it, report, and keep nothing: --accept nothing.");
}

void add_import(CLI::App& app, Parameters& parameters) {
  Parameters::Import& imported = parameters.imported;
  add_value(app, "FILE", imported.file, "",
            "The dump or archive; - is standard input. What it is, is found from its bytes.")
      ->required();
  auto* database = add_value(
      app, "--database", parameters.database, "PGURL",
      "The server to load it on, where a scratch database and a role are made and dropped again, by a role "
      "with CREATEDB and CREATEROLE. The database in the URL is not touched. Default: SKYHOLD_DATABASE.");
  database->group(std::string(parameters.database_from_environment.empty() ? kRequiredGroup : kOptionsGroup));
  add_value(app, "--database-file", parameters.database_file, "FILE",
            "Read that URL from this file instead; other users must not be able to read it.");
  add_value(app, "--note", parameters.note, "TEXT", "A remark that the backup keeps.");
  add_acceptance(app, parameters);
  add_value(app, "--odoo-version", imported.odoo_version, "VERSION",
            "The Odoo that the branch runs, to compare: 17.0.");
  add_value(app, "--addons-path", parameters.addons_paths, "DIR",
            "A directory of the branch's modules, to compare with those that are installed in the dump; "
            "repeat it for each of odoo.conf's addons_path.")
      ->allow_extra_args(false);
  add_value(app, "--allow-extension", imported.extensions, "NAME",
            "A PostgreSQL extension that the dump may make, beside the usual ones; repeat it for several.")
      ->allow_extra_args(false);
  add_value(app, "--max-database-size", imported.max_database_gigabytes, "GB",
            "Refuse a dump that makes a larger database. Default: 500.")
      ->check(CLI::Range(1, 1'000'000));
  add_value(app, "--max-hours", imported.max_hours, "N",
            "Refuse a dump that takes longer to load. Default: 12.")
      ->check(CLI::Range(1, 1000));
}

void add_read_data(CLI::App& app, Parameters& parameters) {
  app.add_flag("--read-data", parameters.read_data,
               "Read and check every stored byte, not only names, sizes and structure.");
}

void add_from(CLI::App& app, Parameters& parameters) {
  add_value(
      app, "--from", parameters.from, "STORE",
      "Read from this store alone, as named or by URL, and from no other. Default: the nearest copy, and "
      "another one when it fails.");
}

void add_share(CLI::App& app, Parameters& parameters) {
  add_value(
      app, "--share", parameters.share, "1/N",
      "With --read-data: read one part of N, each day another one, so that a daily run with 1/30 has read "
      "every byte within 30 days.");
}

void add_mend(CLI::App& app, Parameters& parameters) {
  app.add_flag("--read-data", parameters.read_data,
               "Read every pack of every copy, to find the damaged ones; otherwise sizes are compared.");
  app.add_flag("--dry-run", parameters.dry_run, "Say what would be mended, and change nothing.");
}

void add_since(CLI::App& app, Parameters& parameters) {
  require(add_value(app, "--since", parameters.since, "DURATION",
                    "How far to go back: what was removed within 30m, 24h, 7d comes back."),
          false);
}

void add_retention(CLI::App& app, Parameters& parameters) {
  const auto count = CLI::Range(0, 10'000);
  add_value(app, "--keep-daily", parameters.keep_daily, "DAYS",
            "Keep the newest backup of this many days. Default: 7.")
      ->check(count);
  add_value(app, "--keep-weekly", parameters.keep_weekly, "WEEKS",
            "Keep the newest backup of this many weeks (Monday to Sunday). Default: 4.")
      ->check(count);
  add_value(app, "--keep-monthly", parameters.keep_monthly, "MONTHS",
            "Keep the newest backup of this many months. Default: 2.")
      ->check(count);
  add_value(app, "--time-zone", parameters.time_zone, "ZONE",
            "Where days, weeks and months begin: an IANA name such as Europe/Brussels. Default: UTC.");
  app.add_flag("--dry-run", parameters.dry_run, "Say what would be kept and forgotten, and change nothing.");
}

void add_prune(CLI::App& app, Parameters& parameters) {
  add_value(
      app, "--grace", parameters.grace, "DURATION",
      "How long unneeded data stays after it was first seen to be unneeded: 90s, 30m, 24h, 7d. Default: 24h. "
      "Use 0 only when no backup can be running.");
  add_value(app, "--max-unused", parameters.max_unused_percent, "PERCENT",
            "How much of the repository may stay unused inside packs that are partly needed; less means more "
            "rewriting. Default: 5.")
      ->check(CLI::Range(0.0, 100.0));
}

}  // namespace skyhold::options
