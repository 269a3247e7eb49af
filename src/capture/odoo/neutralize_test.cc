#include "capture/odoo/neutralize.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "capture/capture_test_support.h"
#include "tests/support/odoo_database.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;
using capture_test::target_of;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const Instant kNow = *parse_rfc3339("2026-11-23T01:02:03Z");

class Neutralize : public testing::Test {
 protected:
  Neutralize() : database_("neutralize", kOdooDatabaseSql) {}

  Result<NeutralizationReport> run(const std::optional<NeutralizeOptions>& options,
                                   Identity identity = Identity::kKeep,
                                   const std::string& user = "postgres") {
    PgSession session = PgSession::connect(target_of(database_, user)).value();
    return neutralize(session, options, identity, kNow);
  }
  [[nodiscard]] std::string value(const std::string& sql) const { return database_.query_value(sql); }
  [[nodiscard]] std::string parameter(const std::string& key) const {
    return value("SELECT value FROM ir_config_parameter WHERE key = '" + key + "'");
  }
  // A module with that SQL in an addons path of its own.
  void add_module(const std::string& name, const std::string& sql) const {
    fs::create_directories(addons_ / name / "data");
    std::ofstream(addons_ / name / "data" / "neutralize.sql") << sql;
  }
  [[nodiscard]] NeutralizeOptions with_addons() const { return {{addons_.path()}}; }

  ScratchDatabase database_;
  ScratchDirectory addons_;
};

const SwitchedOff& of_kind(const NeutralizationReport& report, const std::string& kind) {
  for (const SwitchedOff& each : report.switched_off) {
    if (each.kind == kind) return each;
  }
  throw std::runtime_error("no " + kind);
}

TEST_F(Neutralize, TheBuiltInRulesSwitchOffWhatReachesOutside) {
  const auto report = run(NeutralizeOptions{});
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(value("SELECT string_agg(cron_name, ',') FROM ir_cron WHERE active"), "Auto-vacuum");
  EXPECT_EQ(value("SELECT string_agg(smtp_host, ',') FROM ir_mail_server WHERE active"), "invalid");
  EXPECT_EQ(value("SELECT count(*) FROM fetchmail_server WHERE active"), "0");
  EXPECT_EQ(value("SELECT count(mail_server_id) FROM mail_template"), "0");
  EXPECT_THAT(value("SELECT webhook_url FROM ir_act_server"), Not(HasSubstr("://")));
  EXPECT_EQ(value("SELECT string_agg(state, ',' ORDER BY id) FROM payment_provider"),
            "disabled,test,disabled");
  EXPECT_EQ(value("SELECT domain IS NULL AND NOT cdn_activated FROM website"), "t");
  EXPECT_EQ(value("SELECT robots_txt FROM website"), "User-agent: *\nDisallow: /");
  EXPECT_EQ(value("SELECT account_token FROM iap_account"), "0123456789abcdef0123456789abcdef+disabled");
  EXPECT_EQ(value("SELECT l10n_es_sii_test_env AND NOT l10n_eg_production_env FROM res_company"), "t");
  EXPECT_EQ(value("SELECT l10n_xx_test_mode FROM res_company"), "no boolean");
  EXPECT_EQ(parameter("database.is_neutralized"), "true");
  EXPECT_EQ(parameter("mail.web_push_vapid_private_key"), "");
  EXPECT_EQ(parameter("database.uuid"), "the-uuid") << "identity is another question";
  EXPECT_EQ(parameter("web.base.url"), "https://acme.example.com");
}

TEST_F(Neutralize, TheReportCountsAndNamesThem) {
  const auto report = run(NeutralizeOptions{});
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_TRUE(report->odoo && report->neutralized && !report->new_identity);
  const SwitchedOff& crons = of_kind(*report, "scheduled_actions");
  EXPECT_EQ(crons.before, 3U);
  EXPECT_EQ(crons.after, 1U);
  EXPECT_THAT(crons.names, ElementsAre("Mail queue", "Nightly orders"));
  EXPECT_THAT(of_kind(*report, "payment_providers").names, ElementsAre("Stripe"));
  EXPECT_THAT(of_kind(*report, "mail_templates_with_server").names, ElementsAre("Invoice"));
  EXPECT_EQ(of_kind(*report, "production_modes").before, 1U) << "one company, two flags";
  EXPECT_THAT(report->modules_without_rule, ElementsAre("acme_shop", "contacts"));
  EXPECT_THAT(report->foreign_modules_without_rule, ElementsAre("acme_shop"));
  EXPECT_THAT(report->scripts, Contains(testing::Field(&NeutralizationScript::module, "payment")));

  const auto json = nlohmann::json::parse(neutralization_json(*report));
  EXPECT_EQ(json["switched_off"][0]["kind"], "scheduled_actions");
  EXPECT_EQ(json["switched_off"][0]["after"], 1);
  EXPECT_EQ(json["foreign_modules_without_rule"][0], "acme_shop");
  EXPECT_EQ(json["scripts"][0]["source"], "built-in");
}

TEST_F(Neutralize, TwiceIsAsGoodAsOnce) {
  ASSERT_TRUE(run(NeutralizeOptions{}));
  const std::string servers = value("SELECT count(*) FROM ir_mail_server");
  const auto again = run(NeutralizeOptions{});
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(value("SELECT count(*) FROM ir_mail_server"), servers);
  for (const SwitchedOff& each : again->switched_off) EXPECT_EQ(each.before, each.after) << each.kind;
}

TEST_F(Neutralize, AModulesOwnFileComesBeforeOurRule) {
  add_module("payment",
             "UPDATE payment_provider SET state = 'test' WHERE state = 'enabled'; -- two statements\n"
             "UPDATE payment_provider SET code = code || '!'\n");
  add_module("acme_shop", "-- nothing to do\n");
  add_module("acme_gone", "DROP TABLE ir_cron");
  fs::create_directories(addons_ / "contacts");
  const auto report = run(with_addons());
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(value("SELECT state || code FROM payment_provider ORDER BY id LIMIT 1"), "teststripe!");
  EXPECT_EQ(value("SELECT count(*) FROM ir_cron WHERE active"), "1") << "base is in none of the paths";
  EXPECT_THAT(report->modules_without_rule, ElementsAre("contacts"));
  EXPECT_THAT(report->foreign_modules_without_rule, IsEmpty());
  EXPECT_EQ(report->scripts.at(0).module, "acme_shop");
  EXPECT_FALSE(report->scripts.at(0).built_in);
  EXPECT_EQ(report->scripts.at(1).source, (addons_ / "payment/data/neutralize.sql").string());
}

TEST_F(Neutralize, AFileThatFailsIsNamedAndNothingIsChanged) {
  add_module("acme_shop", "UPDATE ir_cron SET active = false; UPDATE no_such_table SET a = 1");
  const auto report = run(with_addons(), Identity::kNew);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("acme_shop/data/neutralize.sql"));
  EXPECT_THAT(report.error().message, HasSubstr("no_such_table"));
  EXPECT_EQ(value("SELECT count(*) FROM ir_cron WHERE active"), "3");
  EXPECT_EQ(parameter("database.uuid"), "the-uuid");
  EXPECT_EQ(parameter("database.is_neutralized"), "");
  add_module("acme_shop", "SELECT '" + std::string(10'000, 'x') + "' FROM no_such_table");
  EXPECT_LT(run(with_addons()).error().message.size(), 1000U) << "the server quotes the whole statement";
}

TEST_F(Neutralize, AFileCannotEndTheTransactionNorTakeAnotherRole) {
  ScratchPostgres::instance().execute(
      "postgres", "DROP ROLE IF EXISTS neutralize_odoo; CREATE ROLE neutralize_odoo LOGIN");
  database_.execute("GRANT CREATE ON SCHEMA public TO neutralize_odoo");
  database_.execute(
      "DO $$ DECLARE t record; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = "
      "'public' LOOP EXECUTE format('ALTER TABLE public.%I OWNER TO neutralize_odoo', t.tablename); "
      "END LOOP; END $$");
  for (const std::string sql : {"RESET ROLE", "SET ROLE postgres", "SET SESSION AUTHORIZATION postgres",
                                "COMMIT", "COPY ir_cron TO PROGRAM 'true'", "\\! true",
                                "CREATE ROLE neutralize_more", "DO $$ BEGIN EXECUTE 'RESET ROLE'; END $$"}) {
    add_module("acme_shop", "UPDATE ir_cron SET active = false; " + sql);
    const auto report = run(with_addons());
    EXPECT_FALSE(report) << sql;
    EXPECT_EQ(value("SELECT count(*) FROM ir_cron WHERE active"), "3") << sql;
  }
  add_module("acme_shop", "CREATE TABLE who AS SELECT current_user AS name; SET search_path = pg_catalog");
  const auto report = run(with_addons());
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(value("SELECT name FROM who"), "neutralize_odoo");
  EXPECT_EQ(value("SELECT count(*) FROM ir_cron WHERE active"), "1");
  EXPECT_TRUE(run(NeutralizeOptions{}, Identity::kNew, "neutralize_odoo"));
  database_.execute("REASSIGN OWNED BY neutralize_odoo TO postgres; DROP OWNED BY neutralize_odoo");
  ScratchPostgres::instance().execute("postgres", "DROP ROLE neutralize_odoo");
}

TEST_F(Neutralize, ACopyGetsAnIdentityOfItsOwn) {
  const auto report = run(std::nullopt, Identity::kNew);
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_TRUE(report->new_identity && !report->neutralized);
  EXPECT_THAT(parameter("database.uuid"),
              testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_NE(parameter("database.secret"), "the-secret");
  EXPECT_NE(parameter("database.secret"), parameter("database.uuid"));
  EXPECT_EQ(parameter("database.create_date"), "2026-11-23 01:02:03");
  EXPECT_EQ(parameter("database.enterprise_code"), "");
  EXPECT_EQ(parameter("database.expiration_reason"), "copy");
  EXPECT_EQ(parameter("web.base.url"), "http://localhost:8069");
  EXPECT_EQ(parameter("web.base.url.freeze"), "");
  EXPECT_EQ(parameter("base.login_cooldown_after"), "10");
  EXPECT_EQ(parameter("base.login_cooldown_duration"), "60");
  EXPECT_EQ(value("SELECT count(*) FROM ir_cron WHERE active"), "3") << "an exact copy stays live";
}

TEST_F(Neutralize, OtherVersionsHaveOtherTables) {
  database_.execute(
      "ALTER TABLE payment_provider RENAME TO payment_acquirer; DROP TABLE mail_template, ir_act_server, "
      "website, "
      "iap_account, fetchmail_server; ALTER TABLE ir_mail_server DROP COLUMN smtp_authentication; "
      "ALTER TABLE ir_config_parameter ADD COLUMN type varchar NOT NULL DEFAULT 'str'; "
      "CREATE TABLE queue_job (id int, name varchar, state varchar); INSERT INTO queue_job VALUES (1, "
      "'Send', 'pending')");
  const auto report = run(NeutralizeOptions{}, Identity::kNew);
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(of_kind(*report, "payment_providers").before, 1U);
  EXPECT_EQ(of_kind(*report, "payment_providers").after, 0U);
  EXPECT_THAT(of_kind(*report, "queued_jobs").names, ElementsAre("Send"));
  EXPECT_EQ(value("SELECT count(*) FROM ir_mail_server WHERE active AND smtp_host = 'invalid'"), "1");
}

TEST_F(Neutralize, ADatabaseThatIsNotOdoosIsLeftAlone) {
  const ScratchDatabase plain("neutralize_plain", "CREATE TABLE public.ir_cron (active boolean)");
  PgSession session = PgSession::connect(target_of(plain)).value();
  const auto report = neutralize(session, NeutralizeOptions{}, Identity::kNew, kNow);
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_FALSE(report->odoo || report->neutralized || report->new_identity);
}

TEST_F(Neutralize, AnAddonsPathThatIsNotThereIsRefused) {
  const auto report = run(NeutralizeOptions{{addons_ / "nowhere"}});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(value("SELECT count(*) FROM ir_cron WHERE active"), "3");
}

}  // namespace
}  // namespace skyhold
