// The parts of an export that are text: CSV, the joined dump, Odoo's manifest, names.
#include <gmock/gmock.h>

#include "operations/export/copy_to_csv.h"
#include "operations/export/dump_section.h"
#include "operations/export/export.h"
#include "operations/export/odoo_manifest.h"
#include "operations/export/queued_stream.h"

namespace skyhold {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class TextSink final : public ByteSink {
 public:
  Status write(ByteView bytes) override {
    text += as_text(bytes);
    return {};
  }
  std::string text;
};

std::string as_csv(std::string_view copy, std::size_t piece) {
  TextSink sink;
  CsvSink csv(sink);
  EXPECT_TRUE(csv.write_header({"id", "a,b"}));
  for (std::size_t at = 0; at < copy.size(); at += piece)
    EXPECT_TRUE(csv.write(as_bytes(copy.substr(at, piece))));
  EXPECT_TRUE(csv.finish());
  return sink.text;
}

TEST(Csv, KeepsNullAndEmptyTextApart) {
  for (const std::size_t piece : {1U, 3U, 1000U}) {
    EXPECT_EQ(as_csv("1\t\\N\n2\t\n\\N\tx\n", piece), "id,\"a,b\"\n1,\n2,\"\"\n,x\n");
    EXPECT_EQ(as_csv("a\\tb\tsay \"hi\"\n\\\\.\tl\\nm\n", piece),
              "id,\"a,b\"\na\tb,\"say \"\"hi\"\"\"\n\\.,\"l\nm\"\n");
  }
}

TEST(Csv, ARowWithoutItsEndIsDamage) {
  TextSink sink;
  CsvSink csv(sink);
  EXPECT_TRUE(csv.write(as_bytes("1\t2")));
  EXPECT_EQ(csv.finish().error().code, ErrorCode::kCorrupt);
}

constexpr std::string_view kScript =
    "--\n-- PostgreSQL database dump\n--\n\n\\restrict kEy\n\n-- Dumped from database version 15.18\n\nSET x "
    "= 0;\n"
    "-- a comment in the middle\nCREATE TABLE t ();\n\n--\n-- PostgreSQL database dump "
    "complete\n--\n\n\\unrestrict "
    "kEy\n\n";

std::string cut(std::string_view script, DumpSection::Opening opening, std::size_t piece) {
  TextSink sink;
  DumpSection section(sink, opening);
  for (std::size_t at = 0; at < script.size(); at += piece) {
    EXPECT_TRUE(section.write(as_bytes(script.substr(at, piece))));
  }
  const Status finished = section.finish();
  EXPECT_EQ(section.restrict_key(), "kEy");
  return finished ? sink.text : finished.error().message;
}

TEST(DumpSections, OnlyTheFirstKeepsItsOpeningAndNoneItsEnding) {
  constexpr std::string_view kSql = "SET x = 0;\n-- a comment in the middle\nCREATE TABLE t ();\n\n";
  for (const std::size_t piece : {1U, 7U, 10'000U}) {
    EXPECT_EQ(cut(kScript, DumpSection::Opening::kCut, piece), kSql);
    const std::string kept = cut(kScript, DumpSection::Opening::kKeep, piece);
    EXPECT_THAT(kept, StartsWith("--\n-- PostgreSQL database dump\n--\n\n\\restrict kEy\n"));
    EXPECT_THAT(kept, EndsWith(kSql));
  }
  EXPECT_THAT(dump_ending("kEy"),
              EndsWith("-- PostgreSQL database dump complete\n--\n\n\\unrestrict kEy\n\n"));
}

TEST(DumpSections, AScriptThatIsCutOffIsNotTakenForWhole) {
  const std::string_view cut_off = kScript.substr(0, kScript.find("complete"));
  EXPECT_THAT(cut(cut_off, DumpSection::Opening::kCut, 100), HasSubstr("without an end marker"));
}

TEST(DumpSections, LongScriptsPassUnchanged) {
  std::string sql = "SET x = 0;\n";
  while (sql.size() < 500'000) sql += "INSERT INTO t VALUES (1);\n";
  const std::string script =
      "--\n\\restrict kEy\n" + sql + "--\n-- PostgreSQL database dump complete\n--\n\n";
  EXPECT_EQ(cut(script, DumpSection::Opening::kCut, 70'001), sql);
}

TEST(OdooManifest, IsWhatOdooWrites) {
  Manifest manifest;
  manifest.database.name = "shop";
  manifest.database.server_version_number = 150018;
  EXPECT_EQ(odoo_manifest(manifest).error().code, ErrorCode::kInvalidArgument);
  manifest.odoo = {"17.0.1.3", "uuid", {{"base", "17.0.1.3"}, {"mail", "17.0.1.15"}}};
  const std::string json = odoo_manifest(manifest).value();
  EXPECT_THAT(json, HasSubstr("\"odoo_dump\":\"1\""));
  EXPECT_THAT(json, HasSubstr("\"version_info\":[17,0,0,\"final\",0,\"\"]"));
  EXPECT_THAT(json, HasSubstr("\"major_version\":\"17.0\""));
  EXPECT_THAT(json, HasSubstr("\"pg_version\":\"15.0\""));
  EXPECT_THAT(json, HasSubstr("\"mail\":\"17.0.1.15\""));
  manifest.odoo.base_version = "saas~17.2.1.3";
  EXPECT_THAT(odoo_manifest(manifest).value(), HasSubstr("\"version_info\":[\"saas~17\",2,0,"));
}

TEST(ExportNames, FitEveryFileSystem) {
  Manifest manifest;
  manifest.project = "shop";
  manifest.branch = "feature/é";
  manifest.point_in_time = Instant{} + std::chrono::hours(24 * 365 * 56);
  ExportOptions options;
  EXPECT_EQ(export_file_name(manifest, options), "shop-feature___-20251218T000000Z.zip");
  options.format = ExportFormat::kFile;
  options.file = "ab/abcd";
  EXPECT_EQ(export_file_name(manifest, options), "abcd");
  for (const std::string_view name : {"odoo-zip", "pg-dump", "sql.zst", "tar.zst", "table", "file"}) {
    EXPECT_EQ(to_string(parse_export_format(name).value()), name);
  }
  EXPECT_FALSE(parse_export_format("zip"));
}

TEST(ExportEstimate, KnowsWhatTheManifestSays) {
  Manifest manifest;
  TableEntry table;
  table.schema = "public";
  table.name = "t";
  table.bytes = 1000;
  manifest.tables.push_back(table);
  table.schema = "other";
  manifest.tables.push_back(table);
  manifest.filestore.files = {{"ab/abcd", 77}};
  ExportOptions options;
  options.format = ExportFormat::kFile;
  options.file = "ab/abcd";
  EXPECT_EQ(estimate_export(manifest, options)->bytes, 77U);
  EXPECT_TRUE(estimate_export(manifest, options)->exact);
  options.file = "ab/none";
  EXPECT_EQ(estimate_export(manifest, options).error().code, ErrorCode::kNotFound);
  options.format = ExportFormat::kTable;
  options.table = "t";
  EXPECT_EQ(estimate_export(manifest, options)->bytes, 1000U);
  options.table = "third.t";
  EXPECT_FALSE(estimate_export(manifest, options));
}

TEST(QueuedStreams, TheFirstErrorOfEitherSideEndsBoth) {
  const std::string piece(100'000, 'x');
  const auto endless = [&](ByteSink& sink) -> Status {
    while (true) TRY(sink.write(as_bytes(piece)));
  };
  class Full final : public ByteSink {
   public:
    Status write(ByteView) override { return fail(ErrorCode::kNoSpace, "full"); }
  };
  Full full;
  EXPECT_EQ(run_queued(endless, full).error().message, "full");
  TextSink sink;
  const auto broken = [&](ByteSink& to) -> Status {
    TRY(to.write(as_bytes(piece)));
    return fail(ErrorCode::kCorrupt, "broken");
  };
  EXPECT_EQ(run_queued(broken, sink).error().message, "broken");
  TextSink whole;
  EXPECT_TRUE(run_queued([&](ByteSink& to) { return to.write(as_bytes(piece)); }, whole));
  EXPECT_EQ(whole.text, piece);
}

TEST(FileName, IsThePeoplesOwnWhereItCanBe) {
  const auto name = [](const std::string& save_as) {
    ExportOptions options;
    options.format = ExportFormat::kFile;
    options.file = "ab/abcdef";
    options.save_as = save_as;
    return export_file_name(Manifest(), options);
  };
  EXPECT_EQ(name(""), "abcdef");
  EXPECT_EQ(name("R\xc3\xa9sum\xc3\xa9 2024.pdf"), "R\xc3\xa9sum\xc3\xa9 2024.pdf");
  EXPECT_EQ(name("INV/2024/0001.pdf"), "INV_2024_0001.pdf");
  EXPECT_EQ(name("../../etc/passwd"), "_._.._etc_passwd");
  EXPECT_EQ(name("-rf"), "_rf");
  EXPECT_EQ(name("a\nb\xff\"c"), "a_b__c");
  EXPECT_LE(name(std::string(1000, 'x')).size(), 200U);
}

}  // namespace
}  // namespace skyhold
