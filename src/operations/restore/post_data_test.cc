#include "operations/restore/post_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(PostData, IndexesAndKeysAreWorkOfTheirTable) {
  const auto index = classify_post_data("CREATE INDEX a_idx ON public.a USING btree (b)");
  EXPECT_EQ(index.kind, PostDataKind::kTableWork);
  EXPECT_EQ(index.table, (RelationName{"public", "a"}));
  EXPECT_FALSE(index.constraint);
  EXPECT_FALSE(index.reads_other_tables);

  const auto quoted =
      classify_post_data("CREATE UNIQUE INDEX \"X\" ON \"S\".\"A \"\"b\" USING btree (lower(c))");
  EXPECT_EQ(quoted.kind, PostDataKind::kTableWork);
  EXPECT_EQ(quoted.table, (RelationName{"S", "A \"b"}));

  const auto key =
      classify_post_data("ALTER TABLE ONLY public.a\n    ADD CONSTRAINT a_pkey PRIMARY KEY (id)");
  EXPECT_EQ(key.kind, PostDataKind::kTableWork);
  EXPECT_TRUE(key.constraint);
  EXPECT_EQ(classify_post_data("ALTER TABLE public.a ADD CONSTRAINT u UNIQUE (id)").kind,
            PostDataKind::kTableWork);
  EXPECT_EQ(
      classify_post_data("ALTER TABLE ONLY public.a ADD CONSTRAINT e EXCLUDE USING gist (r WITH &&)").kind,
      PostDataKind::kTableWork);
}

TEST(PostData, ForeignKeysComeApartInTableAndClause) {
  const auto key = classify_post_data(
      "ALTER TABLE ONLY public.a\n    ADD CONSTRAINT \"A_fkey\" FOREIGN KEY (b) REFERENCES public.b(id)");
  EXPECT_EQ(key.kind, PostDataKind::kForeignKey);
  EXPECT_EQ(key.table, (RelationName{"public", "a"}));
  EXPECT_EQ(key.constraint_name, "A_fkey");
  EXPECT_EQ(key.constraint_clause, "ADD CONSTRAINT \"A_fkey\" FOREIGN KEY (b) REFERENCES public.b(id)");
  EXPECT_EQ(key.referenced, (RelationName{"public", "b"}));
  EXPECT_FALSE(key.not_valid);
  EXPECT_TRUE(classify_post_data("ALTER TABLE ONLY public.a ADD CONSTRAINT k FOREIGN KEY (b) "
                                 "REFERENCES public.b(id) NOT VALID")
                  .not_valid);
}

TEST(PostData, EverythingElseKeepsItsPlace) {
  for (const std::string_view sql :
       {"CREATE INDEX i ON ONLY public.parent USING btree (id)",
        "ALTER INDEX public.i ATTACH PARTITION public.j",
        "CREATE TRIGGER t AFTER INSERT ON public.a FOR EACH ROW EXECUTE FUNCTION public.f()",
        "ALTER TABLE ONLY public.a REPLICA IDENTITY USING INDEX i", "ALTER TABLE public.a CLUSTER ON i",
        "ALTER TABLE public.a ADD CONSTRAINT c CHECK ((a > 0)) NOT VALID",
        "CREATE INDEX i ON unqualified (a)", "COMMENT ON INDEX public.i IS 'CREATE INDEX'",
        "REFRESH MATERIALIZED VIEW public.m", "CREATE", ""}) {
    EXPECT_EQ(classify_post_data(sql).kind, PostDataKind::kOther) << sql;
  }
}

TEST(PostData, CodeThatMayReadOtherTablesIsSeen) {
  for (const std::string_view sql :
       {"CREATE INDEX i ON public.a USING btree (public.f(b))",
        "CREATE INDEX i ON public.a USING btree (\"S\".f(b))",
        "CREATE INDEX i ON public.a USING btree (((b)::public.d))",
        "CREATE INDEX i ON public.a USING btree (b) WHERE (b OPERATOR(public.=) c)"}) {
    EXPECT_TRUE(classify_post_data(sql).reads_other_tables) << sql;
  }
  for (const std::string_view sql :
       {"CREATE INDEX i ON public.a USING gin (b public.gin_trgm_ops)",
        "CREATE INDEX i ON public.a USING btree (lower(b), ((c)::text)) WHERE (d IS NOT NULL)",
        "CREATE INDEX i ON public.a USING btree (b COLLATE pg_catalog.\"C\")"}) {
    EXPECT_FALSE(classify_post_data(sql).reads_other_tables) << sql;
  }
}

TEST(PostData, ThePlanKeepsOrderAroundTheForeignKeys) {
  const std::vector<std::string_view> script = {
      "SET default_tablespace = ''",
      "ALTER TABLE ONLY public.a ADD CONSTRAINT a_pkey PRIMARY KEY (id)",
      "CREATE INDEX late_idx ON public.later USING btree (id)",
      "SET default_tablespace = fast",
      "CREATE INDEX a_idx ON public.a USING btree (b)",
      "CREATE TRIGGER t AFTER INSERT ON public.a EXECUTE FUNCTION public.f()",
      "ALTER TABLE ONLY public.a ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES public.a(id)",
      "CREATE POLICY p ON public.a",
  };
  const PostDataPlan plan = plan_post_data(script, {{"public", "a"}});
  ASSERT_EQ(plan.table_work.size(), 2U);
  EXPECT_EQ(plan.table_work[0].script.settings->sql(), "SET default_tablespace = '';\n");
  EXPECT_EQ(plan.table_work[1].script.settings->sql(), "SET default_tablespace = fast;\n");
  EXPECT_EQ(plan.table_work[1].script.order, 4U);
  ASSERT_EQ(plan.before_keys.size(), 2U);
  EXPECT_EQ(plan.before_keys[0].statement.sql, script[2]);
  EXPECT_EQ(plan.before_keys[1].statement.sql, script[5]);
  ASSERT_EQ(plan.foreign_keys.size(), 1U);
  ASSERT_EQ(plan.after_keys.size(), 1U);
  EXPECT_EQ(plan.after_keys[0].statement.sql, script[7]);
}

TEST(SessionSettings, ComfortSettingsAreLeftOut) {
  SessionSettings settings;
  EXPECT_TRUE(settings.take("SET transaction_timeout = 0"));
  EXPECT_TRUE(settings.take("SET row_security = off"));
  EXPECT_TRUE(settings.take("SELECT pg_catalog.set_config('search_path', '', false)"));
  EXPECT_TRUE(settings.sql().empty());
  EXPECT_TRUE(settings.take("SET check_function_bodies = false"));
  EXPECT_TRUE(settings.take("SET default_table_access_method = heap"));
  EXPECT_TRUE(settings.take("SET default_table_access_method = other"));
  EXPECT_EQ(settings.sql(), "SET check_function_bodies = false;\nSET default_table_access_method = other;\n");
  EXPECT_FALSE(settings.take("CREATE TABLE public.a ()"));
  EXPECT_FALSE(settings.take("SELECT pg_catalog.setval('public.a_id_seq', 1, true)"));
}

}  // namespace
}  // namespace skyhold
