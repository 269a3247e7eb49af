// The flags, declared once and shared by the commands that have them.
#pragma once

#include "cli/parameters.h"

namespace CLI {
class App;
}  // namespace CLI

namespace skyhold::options {

enum class Presence { kOptional, kRequired };

void add_common(CLI::App& app, Parameters& parameters);  // --json --progress --verbose

void add_settings(CLI::App& app, Parameters& parameters);
// --store --settings
void add_stores(CLI::App& app, Parameters& parameters, Presence presence = Presence::kRequired);
void add_key_file(CLI::App& app, Parameters& parameters, Presence presence = Presence::kRequired);
void add_project(CLI::App& app, Parameters& parameters);
void add_snapshot(CLI::App& app, Parameters& parameters);
void add_snapshots(CLI::App& app, Parameters& parameters);

void add_branch(CLI::App& app, Parameters& parameters);
void add_database(CLI::App& app, Parameters& parameters);
void add_filestore(CLI::App& app, Parameters& parameters);
void add_jobs(CLI::App& app, Parameters& parameters);

void add_config(CLI::App& app, Parameters& parameters);  // --config
void add_region(CLI::App& app, Parameters& parameters);

void add_new_key_file(CLI::App& app, Parameters& parameters);
void add_recovery_kit(CLI::App& app, Parameters& parameters);
void add_backup_kind(CLI::App& app, Parameters& parameters);  // --kind --note --reread-files --no-mend
void add_all(CLI::App& app, Parameters& parameters);
void add_restore(CLI::App& app, Parameters& parameters);  // --replace --check --owner
// --neutralize --exact --addons-path --identity
void add_neutralize(CLI::App& app, Parameters& parameters);
void add_hooks(CLI::App& app, Parameters& parameters);  // --before-swap --after-swap
void add_undo(CLI::App& app,
              Parameters& parameters);  // --keep --discard, and what restore has and undo ignores
void add_from(CLI::App& app, Parameters& parameters);
// --format --output --without-filestore --table --table-format --file --recipient --passphrase-file
void add_export(CLI::App& app, Parameters& parameters);
void add_download(CLI::App& app, Parameters& parameters);    // the same, with --format and --output left open
void add_acceptance(CLI::App& app, Parameters& parameters);  // --accept --dry-run
// FILE --database --accept --dry-run --odoo-version --addons-path --allow-extension --max-database-size
// --max-hours
void add_import(CLI::App& app, Parameters& parameters);
void add_read_data(CLI::App& app, Parameters& parameters);
void add_share(CLI::App& app, Parameters& parameters);
void add_mend(CLI::App& app, Parameters& parameters);  // --read-data --dry-run
void add_since(CLI::App& app, Parameters& parameters);
void add_retention(CLI::App& app, Parameters& parameters);  // --keep-* --time-zone --dry-run
void add_prune(CLI::App& app, Parameters& parameters);      // --grace --max-unused

}  // namespace skyhold::options
