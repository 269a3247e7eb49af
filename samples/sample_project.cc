// sample_project: an Odoo-shaped database and filestore to try Skyhold on.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <map>

#include "changes.h"
#include "project.h"

namespace {

double megabytes(std::uint64_t bytes) {
  return static_cast<double>(bytes) / 1e6;
}

void create(const sample::CreateOptions& options) {
  const sample::CreateResult made = sample::create_project(options);
  fmt::print("{} tables, {} rows, {:.0f} MB of database; {} files, {:.0f} MB of filestore\n", made.tables,
             made.rows, megabytes(made.database_bytes), made.files, megabytes(made.file_bytes));
}

void change(const sample::ChangeOptions& options) {
  const sample::ChangeResult done = sample::change_project(options);
  fmt::print("{} rows added, {} updated; {} files added ({:.1f} MB), {} deleted\n", done.rows_added,
             done.rows_updated, done.files_added, megabytes(done.file_bytes_added), done.files_deleted);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Makes an Odoo-shaped database and filestore, and changes them as a day does. All in it is made up.");
  app.require_subcommand(1);

  sample::CreateOptions making;
  CLI::App* create_command =
      app.add_subcommand("create", "Make a project in an empty database and directory");
  create_command
      ->add_option("--database", making.database, "PostgreSQL URL; the database is created if need be")
      ->required();
  create_command->add_option("--filestore", making.filestore, "A directory that is new or empty")->required();
  create_command->add_option("--tables", making.tables, "Tables, at least those that every project has")
      ->capture_default_str();
  create_command->add_option("--database-mb", making.database_mb, "About this much on the server's disk")
      ->capture_default_str();
  create_command->add_option("--filestore-mb", making.filestore_mb, "About this much in files")
      ->capture_default_str();
  create_command->add_option("--seed", making.seed, "The same seed makes the same project")
      ->capture_default_str();

  sample::ChangeOptions changing;
  const std::map<std::string, sample::Pattern> patterns = {{"workday", sample::Pattern::kWorkday},
                                                           {"scattered", sample::Pattern::kScattered}};
  CLI::App* change_command = app.add_subcommand("change", "Change a project that `create` made");
  change_command->add_option("--database", changing.database, "PostgreSQL URL")->required();
  change_command->add_option("--filestore", changing.filestore, "Its filestore")->required();
  change_command->add_option("--rows-percent", changing.rows_percent, "Of the rows")
      ->check(CLI::Range(0.0, 10.0))
      ->capture_default_str();
  change_command->add_option("--files-percent", changing.files_percent, "Of the files")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  change_command->add_option("--seed", changing.seed, "Another seed, another day")->capture_default_str();
  change_command
      ->add_option("--pattern", changing.pattern, "workday: new and recent rows; scattered: any rows")
      ->transform(CLI::CheckedTransformer(patterns));
  CLI11_PARSE(app, argc, argv);

  try {
    if (create_command->parsed()) create(making);
    if (change_command->parsed()) change(changing);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "sample_project: {}\n", failure.what());
    return 1;
  }
  return 0;
}
