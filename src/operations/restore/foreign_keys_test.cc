#include "operations/restore/foreign_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(ForeignKeys, OfOneTableShareAStatementAndSplitInHalves) {
  const std::vector<std::string_view> script = {
      "ALTER TABLE ONLY public.a ADD CONSTRAINT k1 FOREIGN KEY (x) REFERENCES public.b(id) ON DELETE CASCADE",
      "ALTER TABLE ONLY public.b ADD CONSTRAINT k2 FOREIGN KEY (x) REFERENCES public.a(id)",
      "ALTER TABLE ONLY public.a ADD CONSTRAINT \"K3\" FOREIGN KEY (y) REFERENCES public.a(id)",
      "ALTER TABLE ONLY public.a ADD CONSTRAINT k4 FOREIGN KEY (z) REFERENCES public.a(id) NOT VALID",
      "ALTER TABLE public.parted ADD CONSTRAINT k5 FOREIGN KEY (x) REFERENCES public.a(id)",
      "ALTER TABLE ONLY public.b ADD CONSTRAINT k6 FOREIGN KEY (y) REFERENCES public.parted(id)",
  };
  const std::set<RelationName> plain = {{"public", "a"}, {"public", "b"}};
  const ForeignKeyPlan plan = plan_foreign_keys(plan_post_data(script, plain).foreign_keys, plain);

  ASSERT_EQ(plan.tables.size(), 2U);
  EXPECT_EQ(plan.tables[0].table, (RelationName{"public", "a"}));
  EXPECT_EQ(plan.tables[0].add_sql,
            "ALTER TABLE ONLY \"public\".\"a\"\n"
            "    ADD CONSTRAINT k1 FOREIGN KEY (x) REFERENCES public.b(id) ON DELETE CASCADE NOT VALID,\n"
            "    ADD CONSTRAINT \"K3\" FOREIGN KEY (y) REFERENCES public.a(id) NOT VALID,\n"
            "    ADD CONSTRAINT k4 FOREIGN KEY (z) REFERENCES public.a(id) NOT VALID");
  EXPECT_EQ(plan.tables[0].validate_sql,
            "ALTER TABLE ONLY \"public\".\"a\"\n"
            "    VALIDATE CONSTRAINT \"k1\",\n    VALIDATE CONSTRAINT \"K3\"");
  EXPECT_THAT(plan.tables[0].referenced,
              testing::ElementsAre(RelationName{"public", "a"}, RelationName{"public", "b"}));
  EXPECT_EQ(plan.tables[0].originals.size(), 3U);
  EXPECT_EQ(plan.tables[1].originals.size(), 1U);

  ASSERT_EQ(plan.unsplit.size(), 2U);
  EXPECT_EQ(plan.unsplit[0].sql, script[4]);
  EXPECT_EQ(plan.unsplit[1].sql, script[5]);
}

}  // namespace
}  // namespace skyhold
