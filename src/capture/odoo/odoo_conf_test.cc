#include "capture/odoo/odoo_conf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(OdooConf, SaysWhereABranchHasItsThings) {
  const auto conf = parse_odoo_conf(
      "; a comment = no value\n"
      "[options]\n"
      "# admin_passwd is none of ours\n"
      "admin_passwd = $pbkdf2$x\n"
      "db_host = db.example.com\n"
      "DB_PORT: 5433\n"
      "db_user = odoo\n"
      "db_password = p@ss:w/rd%20#x\n"
      "db_name = acme\r\n"
      "db_sslmode = require\n"
      "data_dir = /srv/odoo\n"
      "addons_path = /opt/odoo/odoo/addons,\n"
      "    /opt/odoo/addons ,\n"
      "    # between them\n"
      "    /srv/acme\n"
      "[queue_job]\n"
      "channels = root:2\n");
  ASSERT_TRUE(conf) << to_string(conf.error());
  EXPECT_THAT(conf->addons_path, ElementsAre("/opt/odoo/odoo/addons", "/opt/odoo/addons", "/srv/acme"));
  EXPECT_EQ(*odoo_filestore(*conf), "/srv/odoo/filestore/acme");
  const auto target = odoo_database_target(*conf);
  ASSERT_TRUE(target) << to_string(target.error());
  EXPECT_EQ(target->describe(), "acme on db.example.com:5433 as odoo");
  EXPECT_EQ(target->password(), "p@ss:w/rd%20#x");
  EXPECT_THAT(target->parameters(), testing::Contains(testing::Pair("sslmode", "require")));
}

TEST(OdooConf, FalseMeansNotSet) {
  const auto conf = parse_odoo_conf(
      "[options]\ndb_host = False\ndb_port = false\ndb_user =\ndb_password = None\ndb_name = False\n"
      "addons_path = False\n");
  ASSERT_TRUE(conf) << to_string(conf.error());
  EXPECT_TRUE(conf->addons_path.empty());
  const auto target = odoo_database_target(*conf, "acme");
  ASSERT_TRUE(target) << to_string(target.error());
  EXPECT_EQ(target->describe(), "acme");
  EXPECT_EQ(target->password(), "");
  EXPECT_EQ(*odoo_filestore(*conf, "acme", "/var/lib/odoo"),
            "/var/lib/odoo/.local/share/Odoo/filestore/acme");
  EXPECT_FALSE(odoo_filestore(*conf, "acme"));
  EXPECT_FALSE(odoo_database_url(*conf));
}

TEST(OdooConf, ASocketDirectoryAndAPortMakeAUrl) {
  const auto conf = parse_odoo_conf("[options]\ndb_host = /run/postgresql\ndb_port = 5434\n");
  ASSERT_TRUE(conf);
  EXPECT_EQ(odoo_database_target(*conf, "a b")->describe(), "a b on /run/postgresql:5434");
  EXPECT_EQ(odoo_database_target(*parse_odoo_conf("[options]\ndb_port = 5434"), "a")->describe(),
            "a on port 5434");
}

TEST(OdooConf, SeveralDatabasesAreToldApartByTheCaller) {
  const auto conf = parse_odoo_conf("[options]\ndb_name = one, two\n");
  ASSERT_TRUE(conf);
  const auto which = odoo_database_name(*conf);
  ASSERT_FALSE(which);
  EXPECT_THAT(which.error().message, HasSubstr("several"));
  EXPECT_EQ(*odoo_database_name(*conf, "two"), "two");
  EXPECT_FALSE(odoo_filestore(*conf, "../two", "/home/odoo"));
}

TEST(OdooConf, ErrorsNameTheLineAndNoValue) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"db_password = hunter2\n", "line 1"},
      {"[options]\n\nhunter2\n", "line 3"},
      {"[options]\ndb_password = hunter2\ndb_password = hunter2\n", "line 3"},
      {"[options]\ndb_port = hunter2\n", "line 2"},
      {"[options]\ndb_sslmode = hunter2\n", "line 2"},
      {"[options]\ndb_password = a\n  hunter2\n", "line 2"},
      {"[options\nhunter2 = 1\n", "line 1"},
      {"[options]\n[options]\n", "line 2"},
      {"[other]\nhunter2 = 1\n", "no section [options]"},
      {std::string("[options]\nhunter2\0 = 1\n", 22), "line 2"}};
  for (const auto& [text, words] : bad) {
    const auto conf = parse_odoo_conf(text);
    ASSERT_FALSE(conf) << text;
    EXPECT_EQ(conf.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(conf.error().message, HasSubstr(words)) << text;
    EXPECT_THAT(to_string(conf.error()), Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace skyhold
