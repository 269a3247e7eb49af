#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/json_reports.h"
#include "cli/text_reports.h"

namespace skyhold {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

Instant instant(std::string_view text) {
  return *parse_rfc3339(text);
}

Snapshot sample_snapshot() {
  Snapshot snapshot;
  snapshot.id.bytes.fill(0x1a);
  snapshot.time = instant("2026-11-23T01:00:00Z");
  snapshot.paths = {"/acme/production"};
  snapshot.tags = {"project:acme", "branch:production", "kind:manual"};
  return snapshot;
}

Manifest sample_manifest() {
  Manifest manifest;
  manifest.skyhold_version = "0.1.0";
  manifest.project = "acme";
  manifest.branch = "production";
  manifest.note = "before the upgrade";
  manifest.started_at = manifest.point_in_time = instant("2026-11-23T01:00:00Z");
  manifest.finished_at = instant("2026-11-23T01:00:05Z");
  manifest.database.name = "acme";
  manifest.database.owner = "odoo";
  for (int i = 0; i < 20; ++i) {
    TableEntry table;
    table.schema = "public";
    table.name = "table_" + std::to_string(i);
    table.rows = 10;
    table.bytes = static_cast<std::uint64_t>(i) * 1000;
    manifest.tables.push_back(table);
  }
  manifest.filestore.captured = true;
  manifest.filestore.bytes = 12;
  manifest.filestore.files = {{"ab/abc", 12}};
  manifest.filestore.missing = {{"cd/cde", "not in the filestore"}};
  return manifest;
}

BackupResult sample_backup() {
  BackupResult result;
  result.snapshot = sample_snapshot();
  result.manifest = sample_manifest();
  result.source_bytes = 1'000'000;
  result.reused_bytes = 750'000;
  result.added_bytes = 100'000;
  result.seconds = 2;
  result.stages = {{"tables", 1.5}, {"files", 0.001}};
  result.complete_copies = {"file:///a"};
  result.failed_copies = {{"file:///b", Error{ErrorCode::kNoSpace, "the disk is full", "free space"}}};
  return result;
}

TEST(BackupReport, SaysWhatIsNotWhole) {
  const std::string text = backup_text(sample_backup(), 2);
  EXPECT_THAT(text, HasSubstr("Backup 1a1a1a1a of acme production is stored in 1 of 2 copies.\n"));
  EXPECT_THAT(text, HasSubstr("NOT STORED  file:///b: the disk is full\n"));
  EXPECT_THAT(text, HasSubstr("MISSING     cd/cde: not in the filestore\n"));
  EXPECT_THAT(text, HasSubstr("750.0 kB (75 % was stored already)"));
  EXPECT_THAT(text, HasSubstr("tables 1.50 s\n")) << "stages that took no time are left out";

  const json object = json::parse(backup_json(sample_backup()));
  EXPECT_EQ(object["complete"], false);
  EXPECT_EQ(object["failed_copies"][0]["error"]["code"], "no_space");
  EXPECT_EQ(object["missing_files"][0]["name"], "cd/cde");
  EXPECT_EQ(object["snapshot"]["id"], sample_snapshot().id.hex());
}

TEST(BackupReport, IsCompleteWhenNothingIsMissing) {
  BackupResult result = sample_backup();
  result.failed_copies.clear();
  result.manifest.filestore.missing.clear();
  EXPECT_EQ(json::parse(backup_json(result))["complete"], true);
  EXPECT_THAT(backup_text(result, 1), Not(HasSubstr("MISSING")));
}

SnapshotListing sample_listing() {
  ListedSnapshot good{sample_snapshot(), facts_of(sample_manifest()), false, "", 2};
  ListedSnapshot damaged{sample_snapshot(), std::nullopt, false, "pack 77 does not match its name", 1};
  ListedSnapshot foreign{sample_snapshot(), std::nullopt, true, "", 2};
  foreign.snapshot.tags.clear();
  foreign.snapshot.paths = {"/home"};
  return {"acme",
          std::string(64, 'e'),
          {good, damaged, foreign},
          {"snapshots/99"},
          {{"file:///a", {}}, {"file:///b", {}}}};
}

TEST(ListReport, StatesDamageAndWhatOthersMade) {
  const std::string text = list_text(sample_listing(), instant("2026-11-23T04:30:00Z"));
  EXPECT_THAT(text,
              HasSubstr("2026-11-23 01:00:00 UTC  3 h ago  production  manual  190.0 kB      1  2/2     "
                        "1 file was missing at the source; before the upgrade\n"));
  EXPECT_THAT(text, HasSubstr("DAMAGED: pack 77 does not match its name"));
  EXPECT_THAT(text, HasSubstr("/home"));
  EXPECT_THAT(text, HasSubstr("made by another program"));
  EXPECT_THAT(text, HasSubstr("DAMAGED  snapshots/99"));
  EXPECT_EQ(sample_listing().damaged(), 2U);

  const json object = json::parse(list_json(sample_listing()));
  EXPECT_EQ(object["snapshots"][0]["missing_files"], 1);
  EXPECT_TRUE(object["snapshots"][0]["damage"].is_null());
  EXPECT_EQ(object["snapshots"][1]["damage"], "pack 77 does not match its name");
  EXPECT_TRUE(object["snapshots"][2]["kind"].is_null());
  EXPECT_EQ(object["unreadable_snapshots"][0], "snapshots/99");
}

TEST(ShowReport, ShowsTheLargestTablesFirstAndAllWhenAsked) {
  const Instant now = instant("2026-11-23T04:30:00Z");
  const std::string text = show_text(sample_snapshot(), sample_manifest(), false, now);
  EXPECT_LT(text.find("public.table_19"), text.find("public.table_18"));
  EXPECT_THAT(text, Not(HasSubstr("public.table_0 ")));
  EXPECT_THAT(text, HasSubstr("… and 5 more tables; --all lists them"));
  EXPECT_THAT(text, HasSubstr("1 MISSING at the source"));
  EXPECT_THAT(show_text(sample_snapshot(), sample_manifest(), true, now), HasSubstr("public.table_0 "));
}

TEST(ShowReport, IsTheManifestItselfAsJson) {
  const json object = json::parse(show_json(sample_snapshot(), sample_manifest()));
  EXPECT_EQ(object["snapshot"]["short_id"], "1a1a1a1a");
  EXPECT_EQ(object["manifest"]["branch"], "production");
  EXPECT_EQ(object["manifest"]["tables"].size(), 20U);
}

TEST(RestoreReport, SaysWhatIsKeptForUndo) {
  RestoreResult result;
  result.database = "acme";
  result.replaced_database = "acme-old";
  result.notices = {"role sales does not exist here"};
  const std::string text = restore_text(result, sample_snapshot(), "acme on localhost");
  EXPECT_THAT(text, HasSubstr("is restored to acme on localhost.\n"));
  EXPECT_THAT(text, HasSubstr("database acme-old"));
  EXPECT_THAT(text, HasSubstr("undo-restore"));
  EXPECT_THAT(text, HasSubstr("role sales does not exist here"));
  EXPECT_TRUE(json::parse(restore_json(result, sample_snapshot()))["replaced_filestore"].is_null());
}

TEST(RestoreReport, SaysWhatWasSwitchedOffAndWhatStaysLive) {
  RestoreResult result;
  result.hooks = {{"before_swap", 1.5, "stopped\n", {}},
                  {"after_swap", 2, "", Error{ErrorCode::kSource, "the hook after_swap: sh ended", ""}}};
  NeutralizationReport report;
  report.neutralized = report.new_identity = true;
  report.switched_off = {{"scheduled_actions", 32, 1, {"Mail queue", "Digest"}},
                         {"payment_providers", 0, 0, {}},
                         {"webhooks", 2, 1, {"Shop"}}};
  report.scripts = {{"base", "/opt/odoo/addons/base/data/neutralize.sql", false}, {"mail", "built-in", true}};
  report.modules_without_rule = {"contacts", "acme"};
  report.foreign_modules_without_rule = {"acme"};
  result.neutralization = report;
  const std::string text = restore_text(result, sample_snapshot(), "acme on localhost");
  EXPECT_THAT(text, HasSubstr("scheduled actions: 32 → 1 (Mail queue, Digest and 29 more)\n"));
  EXPECT_THAT(text, HasSubstr("STILL LIVE    webhooks: 2 → 1"));
  EXPECT_THAT(text, Not(HasSubstr("STILL LIVE    scheduled")));
  EXPECT_THAT(text, Not(HasSubstr("payment providers")));
  EXPECT_THAT(text, HasSubstr("1 module by others than Odoo S.A., unchanged: acme\n"));
  EXPECT_THAT(text, HasSubstr("after_swap: FAILED"));

  const json object = json::parse(restore_json(result, sample_snapshot()));
  EXPECT_EQ(object["neutralization"]["switched_off"][0]["before"], 32);
  EXPECT_EQ(object["neutralization"]["scripts"][1]["built_in"], true);
  EXPECT_EQ(object["hooks"][0]["output"], "stopped\n");
  EXPECT_EQ(object["hooks"][1]["error"]["code"], "source_error");
  ASSERT_TRUE(hook_shortfall(result.hooks));
  EXPECT_EQ(hook_shortfall(result.hooks)->code, ErrorCode::kDegraded);
}

TEST(VerifyReport, NamesTheDamagedCopyAndObject) {
  VerifyResult result;
  result.copies.resize(2);
  result.copies[0].location = "file:///a";
  result.copies[0].good = true;
  result.copies[1].location = "file:///b";
  for (int i = 0; i < 30; ++i)
    result.copies[1].findings.push_back({"data/ab/" + std::to_string(i), "is missing"});
  const std::string text = verify_text(result, {});
  EXPECT_THAT(text, HasSubstr("good     file:///a\n"));
  EXPECT_THAT(text, HasSubstr("DAMAGED  file:///b\n"));
  EXPECT_THAT(text, HasSubstr("- data/ab/0: is missing\n"));
  EXPECT_THAT(text, HasSubstr("and 10 more"));
  EXPECT_THAT(text, HasSubstr("1 of 2 copies are good."));
  EXPECT_EQ(json::parse(verify_json(result, {}))["copies"][1]["findings"].size(), 30U);
}

TEST(ForgetReport, SaysOfEachWhatKeepsIt) {
  const std::vector<ForgetDecision> decisions{
      {sample_snapshot(), true, {"daily 2026-11-23", "newest good backup"}},
      {sample_snapshot(), false, {"no rule keeps it"}}};
  const std::string text = forget_text(decisions, true, instant("2026-11-23T04:30:00Z"));
  EXPECT_THAT(text, HasSubstr("A dry run"));
  EXPECT_THAT(text, HasSubstr("daily 2026-11-23, newest good backup"));
  EXPECT_THAT(text, HasSubstr("Would be forgotten: 1"));
  const json object = json::parse(forget_json(decisions, true));
  EXPECT_EQ(object["kept"][0]["reasons"][1], "newest good backup");
  EXPECT_EQ(object["forgotten"].size(), 1U);
}

TEST(InitReport, KeepsThePasswordOutWhenTheKitIsInAFile) {
  InitReport report{{"acme", std::string(64, 'e'), "swordfish", {"file:///backup/a"}, {}}, ""};
  EXPECT_THAT(init_text(report), HasSubstr("swordfish"));
  EXPECT_THAT(init_text(report), HasSubstr("restic -r /backup/a snapshots"));
  EXPECT_EQ(json::parse(init_json(report))["recovery_password"], "swordfish");
  report.kit_file = "/root/kit.txt";
  EXPECT_THAT(init_text(report), Not(HasSubstr("swordfish")));
  EXPECT_THAT(init_json(report), Not(HasSubstr("swordfish")));
}

TEST(ErrorReport, IsOneObjectEvenOfTextThatIsNotUtf8) {
  const json object = json::parse(error_json({ErrorCode::kWrongKey, "no \xff key", "try another"}));
  EXPECT_EQ(object["error"]["code"], "wrong_key");
  EXPECT_EQ(object["error"]["hint"], "try another");
}

}  // namespace
}  // namespace skyhold
