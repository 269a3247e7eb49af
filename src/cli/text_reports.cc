#include "cli/text_reports.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/human.h"
#include "cli/format.h"
#include "cli/neutralization_text.h"
#include "cli/table.h"

namespace skyhold {
namespace {

constexpr std::size_t kFindingsShown = 20;

// Two columns: what, and its value.
Table facts_table() {
  return Table({{""}, {""}});
}

// The stages that took longest to shortest, on one line; those under 1 % of a second are left out.
template <typename Stage>
std::string stages_line(std::vector<Stage> stages) {
  std::sort(stages.begin(), stages.end(),
            [](const Stage& a, const Stage& b) { return a.seconds > b.seconds; });
  std::vector<std::string> parts;
  for (const Stage& stage : stages) {
    if (stage.seconds >= 0.01)
      parts.push_back(fmt::format("{} {}", stage.stage, human_seconds(stage.seconds)));
  }
  return joined(parts, ", ");
}

std::string hook_fact(const HookOutcome& hook) {
  return fmt::format("{}: {} after {}", hook.name, hook.error ? "FAILED" : "done",
                     human_seconds(hook.seconds));
}

std::string files_fact(const BackupResult& result) {
  const FilestoreFacts& filestore = result.manifest.filestore;
  if (!filestore.captured) return "not asked for (no --filestore)";
  return fmt::format("{}, {} ({} read, {} known from the last backup)",
                     counted(filestore.files.size(), "file", "files"), human_bytes(filestore.bytes),
                     human_count(result.files_read), human_count(result.files_reused));
}

std::string branch_of(const ListedSnapshot& listed) {
  if (listed.facts) return listed.facts->branch;
  const std::string tag = listed.snapshot.tag("branch");
  return tag.empty() ? joined(listed.snapshot.paths, " ") : tag;
}

std::string remark_of(const ListedSnapshot& listed, std::size_t copies) {
  if (!listed.damage.empty()) return "DAMAGED: " + listed.damage;
  std::vector<std::string> remarks;
  if (listed.copies < copies) remarks.emplace_back("DEGRADED: not in every copy");
  if (listed.foreign) remarks.emplace_back("made by another program");
  if (listed.facts && listed.facts->missing_files > 0) {
    remarks.push_back(counted(listed.facts->missing_files, "file was", "files were") +
                      " missing at the source");
  }
  if (listed.facts && !listed.facts->note.empty()) remarks.push_back(listed.facts->note);
  return joined(remarks, "; ");
}

std::vector<std::string> list_row(const ListedSnapshot& listed, std::size_t copies, Instant now) {
  const auto& facts = listed.facts;
  const std::string kind = facts ? std::string(to_string(facts->kind)) : listed.snapshot.tag("kind");
  return {listed.snapshot.id.short_hex(),
          utc_time(listed.snapshot.time),
          age(listed.snapshot.time, now),
          branch_of(listed),
          kind.empty() ? "-" : kind,
          facts ? human_bytes(facts->table_bytes + facts->file_bytes) : "-",
          facts ? human_count(facts->files) : "-",
          fmt::format("{}/{}", listed.copies, copies),
          remark_of(listed, copies)};
}

std::string forget_table(const std::vector<ForgetDecision>& decisions, bool keep, Instant now) {
  Table table({{"ID"}, {"TIME"}, {"AGE"}, {"BRANCH"}, {"WHY"}});
  for (const ForgetDecision& decision : decisions) {
    if (decision.keep != keep) continue;
    table.add({decision.snapshot.id.short_hex(), utc_time(decision.snapshot.time),
               age(decision.snapshot.time, now), decision.snapshot.tag("branch"),
               joined(decision.reasons, ", ")});
  }
  return table.empty() ? "" : table.text(2);
}

std::string copy_verdict(const CopyReport& copy, const VerifyOptions& options) {
  std::string line = fmt::format("{}  {}\n", copy.good ? "good   " : "DAMAGED", printable(copy.location));
  line +=
      fmt::format("         {}, {} stored, {} read and checked", counted(copy.objects, "object", "objects"),
                  human_bytes(copy.bytes), human_bytes(copy.bytes_read));
  if (options.master_key != nullptr) line += ", " + counted(copy.snapshots, "backup", "backups");
  line += "\n";
  if (copy.unreferenced_packs > 0) {
    line += fmt::format("         {} that no index names: harmless, `skyhold repo prune` removes them\n",
                        counted(copy.unreferenced_packs, "pack", "packs"));
  }
  for (std::size_t i = 0; i < std::min(copy.findings.size(), kFindingsShown); ++i) {
    const VerifyFinding& finding = copy.findings[i];
    line += printable(fmt::format("         - {}{}{}", finding.object, finding.object.empty() ? "" : ": ",
                                  finding.problem)) +
            "\n";
  }
  if (copy.findings.size() > kFindingsShown) {
    line += fmt::format("         - and {} more (--json names them)\n",
                        human_count(copy.findings.size() - kFindingsShown));
  }
  return line;
}

std::string mended_copy_text(const MendedCopy& copy, bool dry_run) {
  std::string text = printable(copy.location) + "\n";
  Table facts = facts_table();
  facts.add({"objects", human_count(copy.objects)});
  if (copy.missing > 0) facts.add({"missing", human_count(copy.missing)});
  if (copy.damaged > 0) facts.add({"damaged", human_count(copy.damaged)});
  if (copy.mended > 0) {
    facts.add(
        {dry_run ? "to mend" : "mended",
         fmt::format("{}, {}", counted(copy.mended, "object", "objects"), human_bytes(copy.mended_bytes))});
  }
  if (!copy.unreached.empty()) facts.add({"NOT REACHED", printable(copy.unreached)});
  for (std::size_t i = 0; i < std::min(copy.unmended.size(), kFindingsShown); ++i) {
    facts.add({"NOT MENDED", fmt::format("{}: {}", copy.unmended[i].object, copy.unmended[i].problem)});
  }
  if (copy.unmended.size() > kFindingsShown) {
    facts.add({"NOT MENDED", fmt::format("and {} more; --json names them",
                                         human_count(copy.unmended.size() - kFindingsShown))});
  }
  return text + facts.text(2);
}

}  // namespace

std::string recovery_kit_text(const RecoveryKit& kit) {
  std::string stores;
  for (const std::string& location : kit.locations) stores += fmt::format("    {}\n", printable(location));
  // restic wants a path, not a URL.
  std::string path = kit.locations.empty() ? "" : kit.locations.front();
  if (path.starts_with("file://")) path.erase(0, 7);
  return fmt::format(
      "SKYHOLD RECOVERY KIT\n"
      "\n"
      "  project        {}\n"
      "  repository     {}\n"
      "  made           {}\n"
      "  password       {}\n"
      "  copies\n{}"
      "\n"
      "This password opens every backup of this project, now and later, without\n"
      "Skyhold and without the platform's master key. Print it, keep it in a safe,\n"
      "and keep it off this machine: whoever has it and a copy has all the data.\n"
      "\n"
      "Each copy is a restic repository. With stock restic (0.14 or later), which\n"
      "asks for the password:\n"
      "\n"
      "  restic -r {} snapshots\n"
      "  restic -r {} restore latest --target /somewhere\n"
      "\n"
      "README and restore.sh in the restored directory say how to go on with\n"
      "pg_restore and psql.\n",
      printable(kit.project), kit.repository_id, utc_time(kit.made_at), kit.password, stores, printable(path),
      printable(path));
}

std::string init_text(const InitReport& report) {
  std::string text = fmt::format("The repository of {} is ready, in {}.\n", printable(report.kit.project),
                                 counted(report.kit.locations.size(), "copy", "copies"));
  if (!report.kit_file.empty()) {
    return text + fmt::format("The recovery kit is in {}. Print it, then move it off this machine.\n",
                              printable(report.kit_file));
  }
  return text +
         "Below is its recovery kit. It is shown this once: print it, and keep it off this machine.\n\n" +
         recovery_kit_text(report.kit);
}

std::string backup_text(const BackupResult& result, std::size_t copies) {
  const Manifest& manifest = result.manifest;
  Table facts = facts_table();
  facts.add({"instant", utc_time(manifest.point_in_time)});
  facts.add({"tables", fmt::format("{}, {} rows, {}", human_count(manifest.tables.size()),
                                   human_count(manifest.table_rows()), human_bytes(manifest.table_bytes()))});
  facts.add({"files", files_fact(result)});
  if (result.files_recovered > 0) {
    facts.add({"recovered", counted(result.files_recovered, "file", "files") +
                                " gone at the source, found in earlier backups"});
  }
  facts.add(
      {"read", fmt::format("{} in {}, {}", human_bytes(result.source_bytes), human_seconds(result.seconds),
                           human_rate(result.source_bytes, result.seconds))});
  facts.add({"reused", fmt::format("{} ({} was stored already)", human_bytes(result.reused_bytes),
                                   percent(result.reused_bytes, result.source_bytes))});
  facts.add({"added", human_bytes(result.added_bytes) + " to each copy"});
  if (const std::string stages = stages_line(result.stages); !stages.empty()) facts.add({"stages", stages});
  for (const std::string& location : result.complete_copies) facts.add({"stored", location});
  for (const auto& [location, error] : result.failed_copies) {
    facts.add({"NOT STORED", fmt::format("{}: {}", location, error.message)});
  }
  for (std::size_t i = 0; i < std::min(manifest.filestore.missing.size(), kFindingsShown); ++i) {
    const MissingFile& file = manifest.filestore.missing[i];
    facts.add({"MISSING", fmt::format("{}: {}", file.name, file.reason)});
  }
  if (manifest.filestore.missing.size() > kFindingsShown) {
    facts.add({"MISSING", fmt::format("and {} more; `skyhold repo show {} --all` names them",
                                      human_count(manifest.filestore.missing.size() - kFindingsShown),
                                      result.snapshot.id.short_hex())});
  }
  return fmt::format("Backup {} of {} {} is stored in {} of {}.\n{}", result.snapshot.id.short_hex(),
                     printable(manifest.project), printable(manifest.branch), result.complete_copies.size(),
                     counted(copies, "copy", "copies"), facts.text(2));
}

std::string list_text(const SnapshotListing& listing, Instant now) {
  std::string text =
      fmt::format("Project {}, repository {}, {}\n", printable(listing.project),
                  listing.repository_id.substr(0, 8), counted(listing.snapshots.size(), "backup", "backups"));
  Table table({{"ID"},
               {"TIME"},
               {"AGE"},
               {"BRANCH"},
               {"KIND"},
               {"SIZE", Align::kRight},
               {"FILES", Align::kRight},
               {"COPIES"},
               {"NOTE"}});
  for (const ListedSnapshot& listed : listing.snapshots)
    table.add(list_row(listed, listing.copies.size(), now));
  if (!table.empty()) text += "\n" + table.text();
  if (!listing.unreadable.empty()) text += "\nSnapshots that no copy can give back:\n";
  for (const std::string& name : listing.unreadable) text += fmt::format("  DAMAGED  {}\n", printable(name));
  for (const ListedCopy& copy : listing.copies) {
    if (!copy.failure) continue;
    text += fmt::format("\nThe copy at {} is left out: {}\n", printable(copy.location),
                        printable(copy.failure->message));
  }
  return text;
}

std::string restore_text(const RestoreResult& result, const Snapshot& snapshot, const std::string& target) {
  Table facts = facts_table();
  facts.add({"backup of", utc_time(snapshot.time)});
  facts.add({"tables", fmt::format("{}, {} rows, {}, all as the manifest says", human_count(result.tables),
                                   human_count(result.rows), human_bytes(result.table_bytes))});
  facts.add({"files",
             fmt::format("{} fetched, {} linked from what was there, {}", human_count(result.files_fetched),
                         human_count(result.files_linked), human_bytes(result.file_bytes))});
  facts.add({"took", human_seconds(result.seconds)});
  if (const std::string stages = stages_line(result.stages); !stages.empty()) facts.add({"stages", stages});
  if (result.neutralization) add_neutralization(facts, *result.neutralization);
  for (const HookOutcome& hook : result.hooks) facts.add({"hook", hook_fact(hook)});
  if (!result.replaced_database.empty()) facts.add({"kept for undo", "database " + result.replaced_database});
  if (!result.replaced_filestore.empty())
    facts.add({"kept for undo", "filestore " + result.replaced_filestore});
  for (const std::string& notice : result.notices) facts.add({"NOTE", notice});
  std::string text = fmt::format("Backup {} is restored to {}.\n{}", snapshot.id.short_hex(),
                                 printable(target), facts.text(2));
  if (!result.replaced_database.empty() || !result.replaced_filestore.empty()) {
    text +=
        "`skyhold repo undo-restore` puts the replaced data back; `skyhold repo accept-restore` drops it.\n";
  }
  return text;
}

std::string undo_text(const UndoReport& report) {
  std::string text = fmt::format("{} is as it was before the last restore.\n", printable(report.target));
  for (const HookOutcome& hook : report.hooks) text += fmt::format("  hook            {}\n", hook_fact(hook));
  if (report.discarded) return text + "What the undo replaced is dropped.\n";
  if (!report.replaced_database.empty()) {
    text += fmt::format("  kept for redo  database {}\n", printable(report.replaced_database));
  }
  if (!report.replaced_filestore.empty()) {
    text += fmt::format("  kept for redo  filestore {}\n", printable(report.replaced_filestore));
  }
  return text;
}

std::string verify_text(const VerifyResult& result, const VerifyOptions& options) {
  std::string text;
  for (const CopyReport& copy : result.copies) text += copy_verdict(copy, options);
  const auto good =
      std::count_if(result.copies.begin(), result.copies.end(), [](const auto& c) { return c.good; });
  text += fmt::format("\n{} of {} good.", good, counted(result.copies.size(), "copy is", "copies are"));
  if (!options.read_data) text += " Packs were not read; --read-data checks every byte.";
  if (options.share.parts > 1) {
    text += fmt::format(" Of the packs, today's part of {} was read.", options.share.parts);
  }
  if (options.master_key == nullptr) text += " No key was given: names and hashes only.";
  return text + "\n";
}

std::string mend_text(const MendResult& result, const MendOptions& options) {
  std::string text = options.dry_run ? "A dry run: nothing is changed.\n\n" : "";
  for (const MendedCopy& copy : result.copies) text += mended_copy_text(copy, options.dry_run);
  const auto whole =
      std::count_if(result.copies.begin(), result.copies.end(), [](const auto& c) { return c.whole(); });
  text += fmt::format("\n{} of {} {}.", whole, counted(result.copies.size(), "copy", "copies"),
                      options.dry_run ? "would be whole" : "are whole");
  if (!options.read_data) text += " Packs were compared by size; --read-data checks every byte.";
  return text + "\n";
}

std::string forget_text(const std::vector<ForgetDecision>& decisions, bool dry_run, Instant now) {
  const auto kept = std::count_if(decisions.begin(), decisions.end(), [](const auto& d) { return d.keep; });
  const auto forgotten = static_cast<std::ptrdiff_t>(decisions.size()) - kept;
  std::string text = dry_run ? "A dry run: nothing is changed.\n\n" : "";
  text += fmt::format("Kept: {}\n{}", kept, forget_table(decisions, true, now));
  text += fmt::format("\n{}: {}\n{}", dry_run ? "Would be forgotten" : "Forgotten", forgotten,
                      forget_table(decisions, false, now));
  if (!dry_run && forgotten > 0) text += "\n`skyhold repo prune` gives their space back.\n";
  return text;
}

std::string prune_text(const PruneResult& result, std::chrono::seconds grace) {
  Table facts = facts_table();
  facts.add({"deleted", fmt::format("{}, {} in each copy", counted(result.packs_deleted, "pack", "packs"),
                                    human_bytes(result.bytes_deleted))});
  facts.add(
      {"marked", fmt::format("{}, {}: deleted by a prune at least {} from now",
                             counted(result.packs_marked, "pack", "packs"), human_bytes(result.bytes_marked),
                             human_seconds(static_cast<double>(grace.count())))});
  facts.add({"rewritten", counted(result.packs_repacked, "pack", "packs") + " that were mostly unused"});
  if (result.packs_recovered > 0) {
    facts.add({"unmarked", counted(result.packs_recovered, "pack", "packs") + " that are needed again"});
  }
  if (result.objects_let_go > 0) {
    facts.add({"let go", counted(result.objects_let_go, "object", "objects") +
                             " of a late copy, removed from the others long ago"});
  }
  if (result.objects_held > 0) {
    facts.add(
        {"held", counted(result.objects_held, "object", "objects") +
                     " removed elsewhere, still in a late copy; `skyhold repo unforget` brings them back"});
  }
  return fmt::format("Pruned; the repository had {}.\n{}", counted(result.packs_total, "pack", "packs"),
                     facts.text(2));
}

std::string stores_check_text(const std::vector<CheckedStore>& stores) {
  std::string text;
  for (const CheckedStore& store : stores) {
    const StoreSettings& settings = store.settings;
    if (!text.empty()) text += "\n";
    text += settings.name.empty() ? settings.url : fmt::format("{}: {}", settings.name, settings.url);
    text += settings.location.empty() ? "\n" : fmt::format(", {}\n", settings.location);
    Table steps({{""}, {""}, {"", Align::kRight}});
    for (const ProbeStep& step : store.steps) {
      steps.add({step.name, step.error ? "FAILED" : "ok", fmt::format("{:.0f} ms", step.seconds * 1000)});
    }
    text += steps.text(2);
    for (const ProbeStep& step : store.steps) {
      if (step.error) text += fmt::format("  {}: {}\n", step.name, to_string(*step.error));
    }
  }
  return text;
}

std::string unforget_text(const UnforgetReport& report) {
  std::string text;
  for (const UnforgetReport::Copy& copy : report.copies) {
    text += fmt::format("{}: {} came back\n", printable(copy.location),
                        counted(copy.objects, "object", "objects"));
  }
  return text + "`skyhold repo mend` with all stores brings them to the other copies.\n";
}

}  // namespace skyhold
