#include "capture/odoo/attachments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capture/capture_test_support.h"

namespace skyhold {
namespace {

using capture_test::open;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(RequiredAttachments, AreTheDistinctFilesOfTheInstant) {
  const ScratchDatabase database(
      "attachments",
      "CREATE TABLE ir_attachment (id serial, name text, store_fname varchar, file_size int, db_datas bytea, "
      "mimetype varchar);"
      "INSERT INTO ir_attachment (name, store_fname, file_size) VALUES "
      "('one', 'da/da39a3ee5e6b4b0d3255bfef95601890afd80709', NULL),"
      "('two', 'da/da39a3ee5e6b4b0d3255bfef95601890afd80709', 12),"
      "('same name', 'aa/old style', 3), ('same name', E'zz/ta\\tb\\\\', -5), ('in the database', NULL, 9),"
      "('empty', '', 1), ('evil', '../../etc/passwd', 1), ('evil', '/etc/passwd', 1), ('cloud', "
      "'s3://bucket/x', 1)");
  DatabaseSnapshot snapshot = open(database).value();
  database.execute("INSERT INTO ir_attachment (store_fname) VALUES ('bb/later')");
  std::vector<MissingFile> refused;
  Mimetypes types;
  const auto files = required_attachments(snapshot, refused, types).value();
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 3U);
  EXPECT_EQ((*files)[0].name, "aa/old style");
  EXPECT_FALSE((*files)[0].named_by_sha1);
  EXPECT_EQ((*files)[1].name, "da/da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ((*files)[1].size_bytes, 12U);
  EXPECT_TRUE((*files)[1].named_by_sha1);
  EXPECT_EQ((*files)[2].name, "zz/ta\tb\\");
  EXPECT_EQ((*files)[2].size_bytes, 0U);
  ASSERT_EQ(refused.size(), 3U);
  EXPECT_EQ(refused[0].name, "../../etc/passwd");
  EXPECT_THAT(refused[0].reason, HasSubstr("lead out"));
  EXPECT_EQ(refused[1].name, "/etc/passwd");
  EXPECT_THAT(refused[2].reason, HasSubstr("add-on"));
}

TEST(RequiredAttachments, SayWhatTheirFilesAreAndOneFileIsOne) {
  const ScratchDatabase database(
      "attachments_types",
      "CREATE TABLE ir_attachment (id serial, store_fname varchar, mimetype varchar);"
      "INSERT INTO ir_attachment (store_fname, mimetype) VALUES ('a/1', 'image/png'), ('a/2', NULL), "
      "('a/3', 'application/pdf'), ('a/3', NULL), ('a/3', 'text/plain'), ('a/4', 'Image/PNG')");
  DatabaseSnapshot snapshot = open(database).value();
  std::vector<MissingFile> refused;
  Mimetypes types;
  const auto files = required_attachments(snapshot, refused, types).value().value();
  ASSERT_EQ(files.size(), 4U);
  EXPECT_EQ(types.name(files[0].mimetype), "image/png");
  EXPECT_EQ(files[1].mimetype, Mimetypes::kUnknown);
  EXPECT_EQ(types.name(files[2].mimetype), "text/plain");
  EXPECT_EQ(files[3].mimetype, files[0].mimetype);
}

TEST(RequiredAttachments, AreUnknownWithoutTheirTable) {
  std::vector<MissingFile> refused;
  Mimetypes types;
  const ScratchDatabase none("attachments_none",
                             "CREATE SCHEMA other; CREATE TABLE other.ir_attachment (store_fname text)");
  DatabaseSnapshot without = open(none).value();
  EXPECT_FALSE(required_attachments(without, refused, types).value().has_value());

  const ScratchDatabase view("attachments_view",
                             "CREATE VIEW ir_attachment AS SELECT 'x'::text AS store_fname");
  DatabaseSnapshot with_view = open(view).value();
  EXPECT_FALSE(required_attachments(with_view, refused, types).value().has_value());

  const ScratchDatabase old(
      "attachments_old",
      "CREATE TABLE ir_attachment (store_fname text); INSERT INTO ir_attachment VALUES ('a')");
  DatabaseSnapshot without_size = open(old).value();
  EXPECT_EQ(required_attachments(without_size, refused, types).value()->size(), 1U);
}

TEST(OdooFacts, NameVersionUuidAndModules) {
  const ScratchDatabase database(
      "odoo_facts",
      "CREATE TABLE ir_module_module (name varchar, state varchar, latest_version varchar);"
      "INSERT INTO ir_module_module VALUES ('web', 'installed', '17.0.1.0'), ('base', 'installed', "
      "'17.0.1.3'),"
      "('sale', 'uninstalled', NULL), ('odd', 'installed', NULL);"
      "CREATE TABLE ir_config_parameter (key varchar, value text);"
      "INSERT INTO ir_config_parameter VALUES ('database.uuid', '1234-abcd'), ('database.secret', 'hush')");
  DatabaseSnapshot snapshot = open(database).value();
  const OdooFacts facts = odoo_facts(snapshot).value();
  EXPECT_EQ(facts.base_version, "17.0.1.3");
  EXPECT_EQ(facts.database_uuid, "1234-abcd");
  EXPECT_THAT(facts.modules, ElementsAre(Pair("base", "17.0.1.3"), Pair("odd", ""), Pair("web", "17.0.1.0")));
}

TEST(OdooFacts, AreEmptyForOtherDatabases) {
  const ScratchDatabase database("odoo_none", "CREATE TABLE ir_module_module (name text)");
  DatabaseSnapshot snapshot = open(database).value();
  const OdooFacts facts = odoo_facts(snapshot).value();
  EXPECT_TRUE(facts.base_version.empty());
  EXPECT_TRUE(facts.modules.empty());
}

}  // namespace
}  // namespace skyhold
