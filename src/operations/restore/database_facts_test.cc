#include "operations/restore/database_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/restore/server_databases.h"

namespace skyhold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

DatabaseFacts facts() {
  DatabaseFacts result;
  result.encoding = "UTF8";
  result.collate = "C";
  result.ctype = "C.UTF-8";
  result.locale_provider = "libc";
  return result;
}

TEST(DatabaseFacts, ReadsAccessRights) {
  const auto plain = parse_acl_item("odoo=CTc/admin");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->grantee, "odoo");
  EXPECT_EQ(plain->privileges, "CTc");
  const auto everybody = parse_acl_item("=Tc/admin");
  ASSERT_TRUE(everybody);
  EXPECT_EQ(everybody->grantee, "");
  const auto quoted = parse_acl_item("\"o\"\"d=o\"=c*/admin");
  ASSERT_TRUE(quoted);
  EXPECT_EQ(quoted->grantee, "o\"d=o");
  EXPECT_EQ(quoted->privileges, "c*");
  EXPECT_FALSE(parse_acl_item("nothing"));
  EXPECT_FALSE(parse_acl_item(""));
}

TEST(DatabaseFacts, WritesOwnerRightsAndSettings) {
  DatabaseFacts given = facts();
  given.owner = "o";
  given.comment = "it's";
  given.connection_limit = 7;
  given.acl = {"o=CTc/o", "=c/o", "r=c*/o"};
  given.settings = {{"", "search_path", "\"\", \"$user\", public"}, {"r", "work_mem", "64MB"}};
  OwnershipPlan keep;
  keep.keep = true;
  EXPECT_THAT(
      database_facts_sql("d", given, keep),
      ElementsAre("ALTER DATABASE \"d\" OWNER TO \"o\"", "COMMENT ON DATABASE \"d\" IS 'it''s'",
                  "ALTER DATABASE \"d\" CONNECTION LIMIT 7", "REVOKE ALL ON DATABASE \"d\" FROM PUBLIC",
                  "REVOKE ALL ON DATABASE \"d\" FROM \"o\"", "GRANT CREATE ON DATABASE \"d\" TO \"o\"",
                  "GRANT TEMPORARY ON DATABASE \"d\" TO \"o\"", "GRANT CONNECT ON DATABASE \"d\" TO \"o\"",
                  "GRANT CONNECT ON DATABASE \"d\" TO PUBLIC",
                  "GRANT CONNECT ON DATABASE \"d\" TO \"r\" WITH GRANT OPTION",
                  "ALTER DATABASE \"d\" SET \"search_path\" TO '', '$user', 'public'",
                  "ALTER ROLE \"r\" IN DATABASE \"d\" SET \"work_mem\" TO '64MB'"));
}

TEST(DatabaseFacts, WithoutOwnershipOnlyWhatNeedsNoRole) {
  DatabaseFacts given = facts();
  given.owner = "o";
  given.acl = {"o=CTc/o"};
  given.settings = {{"gone", "work_mem", "64MB"}, {"", "work_mem", "32MB"}};
  OwnershipPlan none;
  none.missing_roles = {"gone"};
  EXPECT_THAT(database_facts_sql("d", given, none),
              ElementsAre("ALTER DATABASE \"d\" SET \"work_mem\" TO '32MB'"));
}

TEST(CreateDatabase, SaysTheLocaleAsTheServerWantsIt) {
  EXPECT_EQ(create_database_sql(140000, "d", facts(), "").value(),
            "CREATE DATABASE \"d\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'");
  EXPECT_THAT(create_database_sql(150000, "d", facts(), "o").value(),
              HasSubstr("LOCALE_PROVIDER libc OWNER \"o\""));

  DatabaseFacts icu = facts();
  icu.locale_provider = "icu";
  icu.locale = "en-US";
  icu.icu_rules = "&a<b";
  EXPECT_THAT(create_database_sql(150000, "d", icu, "").value(), Not(HasSubstr("ICU_RULES")));
  EXPECT_THAT(create_database_sql(160000, "d", icu, "").value(),
              HasSubstr("LOCALE_PROVIDER icu ICU_LOCALE 'en-US' ICU_RULES '&a<b'"));
  const auto too_old = create_database_sql(140000, "d", icu, "");
  ASSERT_FALSE(too_old);
  EXPECT_EQ(too_old.error().code, ErrorCode::kUnsupported);

  DatabaseFacts builtin = facts();
  builtin.locale_provider = "builtin";
  builtin.locale = "C.UTF-8";
  EXPECT_THAT(create_database_sql(170000, "d", builtin, "").value(), HasSubstr("BUILTIN_LOCALE 'C.UTF-8'"));
  EXPECT_FALSE(create_database_sql(160000, "d", builtin, ""));
}

}  // namespace
}  // namespace skyhold
