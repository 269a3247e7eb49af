#include <fmt/format.h>

#include "base/human.h"
#include "cli/command.h"
#include "cli/export_choice.h"
#include "cli/export_output.h"
#include "cli/json_reports.h"
#include "cli/open.h"
#include "cli/options.h"
#include "operations/export/export.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_snapshot(app, parameters);
  options::add_stores(app, parameters);
  options::add_from(app, parameters);
  options::add_key_file(app, parameters);
  options::add_export(app, parameters);
}

Status check(const Parameters& parameters) {
  TRY(check_snapshot_text(parameters.snapshot));
  return check_export_choice(parameters, parameters.exported.format);
}

Result<ExportOptions> export_options(const Parameters::Export& exported) {
  ExportOptions options;
  options.format = TRY(parse_export_format(exported.format));
  options.with_filestore = !exported.without_filestore;
  options.table = exported.table;
  options.table_format = TRY(parse_table_format(exported.table_format));
  options.file = exported.file;
  for (const std::string& text : exported.recipients)
    options.recipients.push_back(TRY(AgeRecipient::parse(text)));
  if (!exported.passphrase_file.empty()) options.passphrase = TRY(read_passphrase(exported.passphrase_file));
  return options;
}

std::string report_text(const ExportResult& result, const std::string& file) {
  return fmt::format("Exported {} to {}: {} tables, {} rows, {} files\n", human_bytes(result.bytes), file,
                     human_count(result.tables), human_count(result.rows), human_count(result.files));
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  const ExportOptions options = TRY(export_options(parameters.exported));
  const auto repository = TRY(open_repository(with_from_alone(parameters), context));
  const Snapshot snapshot = TRY(repository->find_snapshot(parameters.snapshot));
  TRY(repository->load_index());
  const std::string& path = parameters.exported.output;
  const std::unique_ptr<ExportOutput> output = TRY(ExportOutput::open(path));
  const ExportResult result =
      TRY(run_export(*repository, snapshot, options, *output, context.progress, context.cancel));
  TRY(output->commit());
  if (path == "-") return CommandOutcome{};
  const std::string report =
      parameters.json ? export_json(result, snapshot, path) : report_text(result, path);
  return CommandOutcome{report, {}};
}

}  // namespace

Command repo_export_command() {
  return {
      .group = "repo",
      .name = "export",
      .summary = "write a backup, or one table or file of it, as a file for other tools",
      .description =
          "Takes a backup away without a restore: as the zip that Odoo's own database manager restores, as a "
          "dump for pg_restore or psql, as one tar with all that the backup holds, or only the rows of one "
          "table or one file of the filestore. It is a stream from the stores to the file: no disk space is "
          "needed beside it, and memory stays below 256 MB.\n\n"
          "What it writes is no longer encrypted, unless --recipient or --passphrase-file is given: then it "
          "is a file for `age --decrypt`. It holds the data as it was: who restores it beside the original "
          "neutralizes it.",
      .examples =
          {"The newest backup for Odoo's database manager:",
           "  skyhold repo export latest --store file:///backup/a \\",
           "      --key-file /etc/skyhold/master.key --format odoo-zip --output acme.zip",
           "One table, to look at:", "  skyhold repo export 1a2b3c4d --store file:///backup/a \\",
           "      --key-file /etc/skyhold/master.key --format table --table res_partner --output - | less"},
      .define = define,
      .check = check,
      .run = run};
}

}  // namespace skyhold
