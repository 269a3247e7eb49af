#include "model/manifest.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/support/seed.h"

namespace skyhold {
namespace {

Id id_of(std::uint8_t fill) {
  Id id;
  id.bytes.fill(fill);
  return id;
}

Manifest sample() {
  Manifest manifest;
  manifest.skyhold_version = "0.1.0";
  manifest.project = "acme";
  manifest.branch = "production";
  manifest.kind = BackupKind::kSafety;
  manifest.note = "before \"restore\"";
  manifest.started_at = *parse_rfc3339("2026-11-23T01:00:00Z");
  manifest.point_in_time = *parse_rfc3339("2026-11-23T01:00:00.123456789Z");
  manifest.finished_at = *parse_rfc3339("2026-11-23T01:02:03Z");
  DatabaseFacts& database = manifest.database;
  database.name = "acme_production";
  database.server_version = "15.18 (Debian 15.18-0+deb12u1)";
  database.server_version_number = 150018;
  database.encoding = "UTF8";
  database.collate = database.ctype = "de_DE.UTF-8";
  database.locale_provider = "libc";
  database.owner = "odoo";
  database.comment = "line one\nline two";
  database.acl = {"odoo=CTc/odoo", "=Tc/odoo"};
  database.settings = {{"", "search_path", "public"}, {"odoo", "work_mem", "64MB"}};
  database.extensions = {{"pg_trgm", "1.6", "public"}};
  database.roles = {"odoo", "reader"};
  database.sequences = 412;
  database.large_objects = 3;
  database.size_bytes = 1ULL << 40;
  manifest.tables = {
      {"public", "empty", {}, 0, 0, "00000000000000000000000000000000", {}},
      {"public",
       "res partner",
       {"id", "näme", "a\"b"},
       30,
       900,
       "0123456789abcdef0123456789abcdef",
       {{"database/tables/public.res_partner.1.copy", 10, 300, id_of(1)},
        {"database/tables/public.res_partner.2.copy", 20, 600, id_of(2)}}},
  };
  manifest.filestore.captured = true;
  manifest.filestore.from_attachments = true;
  manifest.filestore.bytes = 12;
  manifest.filestore.files = {{"00/00ab", 0}, {"ff/ffcd", 12}};
  manifest.filestore.missing = {{"aa/aa00", "not in the filestore"}};
  manifest.filestore.types = {{"application/pdf", 1, 12}, {"unknown", 1, 0}};
  manifest.odoo = {"17.0.1.3", "0b7f", {{"base", "17.0.1.3"}, {"sale", "17.0.1.2"}}};
  return manifest;
}

std::string encoded(const Manifest& manifest) {
  return std::string(as_text(encode_manifest(manifest)));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

ErrorCode code_of(std::string_view json) {
  const auto decoded = decode_manifest(as_bytes(json));
  EXPECT_FALSE(decoded) << json;
  return decoded ? ErrorCode::kInternal : decoded.error().code;
}

TEST(Manifest, EverythingItSaysComesBack) {
  const Manifest manifest = sample();
  const auto decoded = decode_manifest(encode_manifest(manifest));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(encoded(*decoded), encoded(manifest));

  EXPECT_EQ(decoded->kind, BackupKind::kSafety);
  EXPECT_EQ(decoded->point_in_time, manifest.point_in_time);
  EXPECT_EQ(decoded->database.connection_limit, -1);
  EXPECT_EQ(decoded->database.settings[1].role, "odoo");
  ASSERT_EQ(decoded->tables.size(), 2U);
  EXPECT_EQ(decoded->tables[1].columns, manifest.tables[1].columns);
  EXPECT_EQ(decoded->tables[1].parts[1].sha256, id_of(2));
  EXPECT_EQ(decoded->table_rows(), 30U);
  EXPECT_EQ(decoded->table_bytes(), 900U);
  ASSERT_EQ(decoded->filestore.files.size(), 2U);
  EXPECT_EQ(decoded->filestore.files[1].size_bytes, 12U);
  EXPECT_EQ(decoded->filestore.missing[0].reason, "not in the filestore");
  ASSERT_TRUE(decoded->filestore.types);
  ASSERT_EQ(decoded->filestore.types->size(), 2U);
  EXPECT_EQ(decoded->filestore.types->at(0).name, "application/pdf");
  EXPECT_EQ(decoded->filestore.types->at(0).bytes, 12U);
  EXPECT_EQ(decoded->filestore.types->at(1).files, 1U);
  EXPECT_EQ(decoded->odoo.modules, manifest.odoo.modules);
}

TEST(Manifest, OfBackupsFromBeforeTheTypesOfFilesAreNotKnown) {
  Manifest manifest = sample();
  manifest.filestore.types.reset();
  const std::string text = encoded(manifest);
  EXPECT_EQ(text.find("types"), std::string::npos);
  const auto decoded = decode_manifest(as_bytes(text));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_FALSE(decoded->filestore.types);
  EXPECT_EQ(decoded->filestore.files.size(), 2U);

  manifest.filestore.types.emplace();  // none, and known to be none
  const auto empty = decode_manifest(encode_manifest(manifest));
  ASSERT_TRUE(empty) << empty.error().message;
  EXPECT_TRUE(empty->filestore.types && empty->filestore.types->empty());
}

TEST(Manifest, AnEmptyOneComesBackToo) {
  const auto decoded = decode_manifest(encode_manifest(Manifest{}));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(encoded(*decoded), encoded(Manifest{}));
}

TEST(Manifest, NamesThatAreNotUtf8KeepTheirBytes) {
  Manifest manifest = sample();
  manifest.tables[0].name = "caf\xe9";
  manifest.tables[0].columns = {"\xff\xfe", std::string("nul\0byte", 8)};
  manifest.filestore.files = {{"00/\xe9t\xe9", 1}};
  const auto decoded = decode_manifest(encode_manifest(manifest));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->tables[0].name, manifest.tables[0].name);
  EXPECT_EQ(decoded->tables[0].columns, manifest.tables[0].columns);
  EXPECT_EQ(decoded->filestore.files[0].name, manifest.filestore.files[0].name);
}

TEST(Manifest, ATableAndAFileAreALineEachSoThatNightsShareTheirLines) {
  const std::string text = encoded(sample());
  EXPECT_NE(text.find("\n{\"name\":\"ff/ffcd\",\"size\":12}\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n{\"schema\":\"public\",\"name\":\"empty\""), std::string::npos) << text;

  Manifest next = sample();
  next.started_at += std::chrono::hours(24);
  next.tables[1].rows = 31;
  const std::string next_text = encoded(next);
  const std::size_t same_from = text.find("\"filestore\"");
  EXPECT_EQ(text.substr(same_from), next_text.substr(next_text.find("\"filestore\"")));
}

TEST(Manifest, MembersOfALaterMinorVersionAreIgnored) {
  const std::string text =
      replaced(encoded(sample()), "\"project\":", "\"weather\":{\"sun\":[1,2]},\"project\":");
  EXPECT_TRUE(decode_manifest(as_bytes(text)));
}

TEST(Manifest, ANewerFormatIsRefusedAsSuchWhateverElseItHolds) {
  EXPECT_EQ(code_of(R"({"format_version":2})"), ErrorCode::kUnsupported);
  EXPECT_EQ(code_of(R"({"format_version":2,"tables":[{"odd":1}]})"), ErrorCode::kUnsupported);
}

TEST(Manifest, WhatIsNotAManifestIsCorrupt) {
  const std::string deep(100'000, '[');
  for (const std::string_view text :
       {std::string_view(""), std::string_view("{}"), std::string_view("[]"), std::string_view("null"),
        std::string_view("{\"format_version\":1"), std::string_view(R"({"format_version":1})"),
        std::string_view(R"({"format_version":0})"), std::string_view(R"({"format_version":"1"})"),
        std::string_view(R"({"format_version":1e0})"), std::string_view("\xff\xfe"),
        std::string_view(deep)}) {
    EXPECT_EQ(code_of(text), ErrorCode::kCorrupt);
  }
}

TEST(Manifest, EveryMissingOrMistypedMemberIsNoticed) {
  const std::string text = encoded(sample());
  const std::vector<std::pair<std::string_view, std::string_view>> changes{
      {"\"project\":\"acme\"", "\"project\":7"},
      {"\"project\":", "\"projekt\":"},
      {"\"kind\":\"safety\"", "\"kind\":\"nightly\""},
      {"\"started_at\":\"2026-", "\"started_at\":\"last year 2026-"},
      {"\"server_version_number\":150018", "\"server_version_number\":99999999999"},
      {"\"connection_limit\":-1", "\"connection_limit\":-99999999999"},
      {"\"connection_limit\":-1", "\"connection_limit\":\"-1\""},
      {"\"sequences\":412", "\"sequences\":-412"},
      {"\"sequences\":412", "\"sequences\":412.0"},
      {"\"sequences\":412", "\"sequences\":99999999999999999999"},
      {"\"acl\":[", "\"acl\":[1,"},
      {"\"settings\":[{\"role\":\"\"", "\"settings\":[{\"role\":null"},
      {"\"tables\":[", "\"tables\":[7,"},
      {"\"tables\":[", "\"tables\":[{},"},
      {"\"tables\":[", "\"tables\":{},\"others\":["},
      {"\"rows\":30", "\"rows\":\"30\""},
      {"0101010101010101", "010101010101010"},
      {"0101010101010101", "010101010101010G"},
      {"\"captured\":true", "\"captured\":1"},
      {"\"files\":[", "\"files\":[[],"},
      {"\"size\":12", "\"size\":null"},
      {"\"missing\":[", "\"missing\":[\"x\","},
      {"\"types\":[", "\"types\":[7,"},
      {"\"types\":[", "\"types\":{},\"others\":["},
      {"\"types\":[", "\"types\":null,\"others\":["},
      {"\"type\":\"unknown\"", "\"type\":0"},
      {"\"count\":1,\"bytes\":12", "\"count\":-1,\"bytes\":12"},
      {"\"count\":1,\"bytes\":12", "\"count\":1,\"bytes\":1.5"},
      {"\"count\":1,\"bytes\":12", "\"count\":1"},
      {"[\"base\",\"17.0.1.3\"]", "[\"base\"]"},
      {"[\"base\",\"17.0.1.3\"]", "[\"base\",17]"},
      {"\"branch\":\"production\"", "\"branch\":{\"base64\":\"!\"}"},
      {"\"branch\":\"production\"", "\"branch\":{\"base64\":\"YQ==\",\"x\":1}"},
  };
  for (const auto& [from, to] : changes) {
    SCOPED_TRACE(std::string(from) + " -> " + std::string(to));
    EXPECT_EQ(code_of(replaced(text, from, to)), ErrorCode::kCorrupt);
  }
}

TEST(Manifest, FileNamesCannotLeaveTheirDirectory) {
  for (const std::string_view name :
       {"../etc/passwd", "/etc/passwd", "ab/../../x", "ab//x", "", ".", "ab/", "ab/\\u0000x"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(code_of(replaced(encoded(sample()), "ff/ffcd", name)), ErrorCode::kCorrupt);
    EXPECT_EQ(code_of(replaced(encoded(sample()), "database/tables/public.res_partner.1.copy", name)),
              ErrorCode::kCorrupt);
  }
}

TEST(Manifest, DamagedBytesAreNeverMoreThanAnError) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string text = encoded(sample());
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = text;
    for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) damaged.resize(random() % damaged.size());
    const auto decoded = decode_manifest(as_bytes(damaged));
    if (!decoded) continue;
    const auto again = decode_manifest(encode_manifest(*decoded));
    ASSERT_TRUE(again) << damaged;
    EXPECT_EQ(encoded(*again), encoded(*decoded)) << damaged;
  }
}

}  // namespace
}  // namespace skyhold
