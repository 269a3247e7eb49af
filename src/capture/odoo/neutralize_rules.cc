#include "capture/odoo/neutralize_rules.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "capture/pg_text.h"

namespace skyhold {
namespace {

const std::vector<NeutralizeRule>& rules() {
  static const std::vector<NeutralizeRule> table{
      {"base", "scheduled_actions", "ir_cron", "active", "t.active", "active = false",
       "EXISTS (SELECT 1 FROM ir_model_data d WHERE d.model = 'ir.cron' AND d.module = 'base' AND d.name = "
       "'autovacuum_job' AND d.res_id = t.id)"},
      {"base", "outgoing_mail_servers", "ir_mail_server", "active smtp_host",
       "t.active AND t.smtp_host IS DISTINCT FROM 'invalid'", "active = false", ""},
      {"base", "webhooks", "ir_act_server", "state webhook_url",
       "t.state = 'webhook' AND t.webhook_url LIKE '%://%'", "webhook_url = 'switched off in this copy'", ""},
      {"web", "", "ir_ui_view", "key active", "t.key = 'web.neutralize_banner' AND t.active IS NOT TRUE",
       "active = true", ""},

      {"mail", "mail_templates_with_server", "mail_template", "mail_server_id",
       "t.mail_server_id IS NOT NULL", "mail_server_id = NULL", ""},
      {"mail", "incoming_mail_servers", "fetchmail_server", "active", "t.active", "active = false", ""},
      {"fetchmail", "incoming_mail_servers", "fetchmail_server", "active", "t.active", "active = false", ""},
      {"mail", "push_notifications", "mail_notification_web_push", "id", "true", "DELETE", ""},
      {"mail", "push_notifications", "mail_push", "id", "true", "DELETE", ""},
      {"mail", "push_devices", "mail_partner_device", "id", "true", "DELETE", ""},
      {"mail", "push_devices", "mail_push_device", "id", "true", "DELETE", ""},
      {"mail", "service_keys", "ir_config_parameter", "key value",
       "t.key IN ('mail.web_push_vapid_private_key', 'mail.web_push_vapid_public_key', "
       "'mail.sfu_server_url', 'mail.sfu_server_key')",
       "DELETE", ""},
      {"google_gmail", "mail_tokens", "ir_mail_server", "google_gmail_refresh_token",
       "t.google_gmail_refresh_token IS NOT NULL", "google_gmail_refresh_token = NULL", ""},
      {"google_gmail", "mail_tokens", "ir_mail_server", "google_gmail_access_token",
       "t.google_gmail_access_token IS NOT NULL", "google_gmail_access_token = NULL", ""},
      {"google_gmail", "mail_tokens", "fetchmail_server", "google_gmail_refresh_token",
       "t.google_gmail_refresh_token IS NOT NULL", "google_gmail_refresh_token = NULL", ""},
      {"google_gmail", "mail_tokens", "fetchmail_server", "google_gmail_access_token",
       "t.google_gmail_access_token IS NOT NULL", "google_gmail_access_token = NULL", ""},
      {"microsoft_outlook", "mail_tokens", "ir_mail_server", "microsoft_outlook_refresh_token",
       "t.microsoft_outlook_refresh_token IS NOT NULL", "microsoft_outlook_refresh_token = NULL", ""},
      {"microsoft_outlook", "mail_tokens", "ir_mail_server", "microsoft_outlook_access_token",
       "t.microsoft_outlook_access_token IS NOT NULL", "microsoft_outlook_access_token = NULL", ""},
      {"microsoft_outlook", "mail_tokens", "fetchmail_server", "microsoft_outlook_refresh_token",
       "t.microsoft_outlook_refresh_token IS NOT NULL", "microsoft_outlook_refresh_token = NULL", ""},
      {"microsoft_outlook", "mail_tokens", "fetchmail_server", "microsoft_outlook_access_token",
       "t.microsoft_outlook_access_token IS NOT NULL", "microsoft_outlook_access_token = NULL", ""},

      // The column is as long as a token with this ending.
      {"iap", "iap_accounts", "iap_account", "account_token",
       "t.account_token IS NOT NULL AND t.account_token NOT LIKE '%+disabled'",
       "account_token = left(split_part(account_token, '+', 1), 34) || '+disabled'", ""},
      {"sms_twilio", "sms_accounts", "res_company", "sms_twilio_auth_token",
       "t.sms_twilio_auth_token IS NOT NULL AND t.sms_twilio_auth_token <> 'disabled'",
       "sms_twilio_auth_token = 'disabled'", ""},
      {"whatsapp", "whatsapp_accounts", "whatsapp_account", "token", "t.token <> 'disabled'",
       "token = 'disabled'", ""},
      {"voip", "telephony", "voip_provider", "mode", "t.mode = 'prod'", "mode = 'demo'", ""},
      {"voip", "telephony", "ir_config_parameter", "key value", "t.key = 'voip.mode' AND t.value = 'prod'",
       "value = 'demo'", ""},

      {"website", "website_domains", "website", "domain", "coalesce(t.domain, '') <> ''", "domain = NULL",
       ""},
      {"website", "websites_open_to_robots", "website", "robots_txt",
       "t.robots_txt IS DISTINCT FROM E'User-agent: *\\nDisallow: /'",
       "robots_txt = E'User-agent: *\\nDisallow: /'", ""},
      {"website", "content_delivery_networks", "website", "cdn_activated", "t.cdn_activated",
       "cdn_activated = false", ""},
      {"website", "", "ir_ui_view", "key active",
       "t.key = 'website.neutralize_ribbon' AND t.active IS NOT TRUE", "active = true", ""},
      {"website_sale_autocomplete", "service_keys", "website", "google_places_api_key",
       "coalesce(t.google_places_api_key, 'disabled') <> 'disabled'", "google_places_api_key = 'disabled'",
       ""},
      {"google_recaptcha", "service_keys", "ir_config_parameter", "key value",
       "t.key IN ('recaptcha_public_key', 'recaptcha_private_key') AND t.value <> ''", "value = ''", ""},
      {"website_cf_turnstile", "service_keys", "ir_config_parameter", "key value",
       "t.key IN ('cf.turnstile_site_key', 'cf.turnstile_secret_key') AND t.value <> ''", "value = ''", ""},

      {"payment", "payment_providers", "payment_provider", "state", "t.state NOT IN ('test', 'disabled')",
       "state = 'disabled'", ""},
      {"payment", "payment_providers", "payment_provider", "is_live", "t.is_live", "is_live = false", ""},
      {"payment", "payment_providers", "payment_acquirer", "state", "t.state NOT IN ('test', 'disabled')",
       "state = 'disabled'", ""},
      {"delivery", "delivery_in_production", "delivery_carrier", "prod_environment", "t.prod_environment",
       "prod_environment = false", ""},
      {"delivery", "external_carriers", "delivery_carrier", "active delivery_type",
       "t.active AND t.delivery_type NOT IN ('fixed', 'base_on_rule')", "active = false", ""},
      {"sale_amazon", "marketplaces", "amazon_account", "active", "t.active", "active = false", ""},
      {"sale_ebay", "marketplaces", "ir_config_parameter", "key value",
       "t.key = 'ebay_domain' AND t.value = 'prod'", "value = 'sand'", ""},
      {"account_online_synchronization", "bank_synchronizations", "account_online_link", "refresh_token",
       "t.refresh_token IS NOT NULL", "refresh_token = NULL", ""},
      {"account_online_synchronization", "bank_synchronizations", "account_online_link", "access_token",
       "t.access_token IS NOT NULL", "access_token = NULL", ""},
      {"account_online_synchronization", "bank_synchronizations", "account_online_link", "client_id",
       "coalesce(t.client_id, 'disabled') <> 'disabled'", "client_id = 'disabled'", ""},
      {"account_avatax", "tax_services", "res_company", "avalara_environment",
       "t.avalara_environment = 'production'", "avalara_environment = 'sandbox'", ""},

      {"auth_oauth", "oauth_providers", "auth_oauth_provider", "enabled", "t.enabled", "enabled = false", ""},
      {"google_calendar", "calendar_synchronizations", "google_calendar_credentials",
       "calendar_rtoken calendar_token", "t.calendar_rtoken IS NOT NULL OR t.calendar_token IS NOT NULL",
       "calendar_rtoken = NULL, calendar_token = NULL", ""},
      {"google_calendar", "calendar_synchronizations", "res_users_settings",
       "google_calendar_rtoken google_calendar_token",
       "t.google_calendar_rtoken IS NOT NULL OR t.google_calendar_token IS NOT NULL",
       "google_calendar_rtoken = NULL, google_calendar_token = NULL", ""},
      {"microsoft_calendar", "calendar_synchronizations", "res_users",
       "microsoft_calendar_rtoken microsoft_calendar_token",
       "t.microsoft_calendar_rtoken IS NOT NULL OR t.microsoft_calendar_token IS NOT NULL",
       "microsoft_calendar_rtoken = NULL, microsoft_calendar_token = NULL", ""},
      {"microsoft_calendar", "calendar_synchronizations", "microsoft_calendar_credentials",
       "calendar_sync_token", "t.calendar_sync_token IS NOT NULL", "calendar_sync_token = NULL", ""},
      {"microsoft_calendar", "calendar_synchronizations", "res_users_settings",
       "microsoft_calendar_sync_token", "t.microsoft_calendar_sync_token IS NOT NULL",
       "microsoft_calendar_sync_token = NULL", ""},

      {"social", "social_accounts", "social_account", "is_media_disconnected",
       "t.is_media_disconnected IS NOT TRUE", "is_media_disconnected = true", ""},
      {"social_facebook", "social_accounts", "social_account", "facebook_access_token",
       "t.facebook_access_token IS NOT NULL", "facebook_access_token = NULL", ""},
      {"social_instagram", "social_accounts", "social_account", "instagram_access_token",
       "t.instagram_access_token IS NOT NULL", "instagram_access_token = NULL", ""},
      {"social_linkedin", "social_accounts", "social_account", "linkedin_access_token",
       "t.linkedin_access_token IS NOT NULL", "linkedin_access_token = NULL", ""},
      {"social_twitter", "social_accounts", "social_account", "twitter_oauth_token",
       "t.twitter_oauth_token IS NOT NULL", "twitter_oauth_token = NULL", ""},
      {"social_youtube", "social_accounts", "social_account", "youtube_refresh_token",
       "t.youtube_refresh_token IS NOT NULL", "youtube_refresh_token = NULL", ""},
      {"social_push_notifications", "service_keys", "website", "firebase_admin_key_file",
       "t.firebase_admin_key_file IS NOT NULL", "firebase_admin_key_file = NULL", ""},
      {"cloud_storage", "file_stores", "ir_config_parameter", "key value", "t.key = 'cloud_storage_provider'",
       "DELETE", ""},

      // Not to another mode: a company may have a user of that mode already, one at most.
      {"account_edi_proxy_client", "edi_connections", "account_edi_proxy_client_user", "active edi_mode",
       "t.active AND t.edi_mode NOT IN ('demo', 'test')", "active = false", ""},
      {"account_edi_proxy_client", "edi_connections", "account_edi_proxy_client_user", "active refresh_token",
       "t.active AND to_jsonb(t) ->> 'edi_mode' IS NULL", "active = false", ""},
      {"account_edi_proxy_client", "edi_modes", "ir_config_parameter", "key value",
       "t.key = 'account_edi_proxy_client.demo' AND t.value IN ('prod', 'False')", "value = 'demo'", ""},
      {"account_peppol", "edi_modes", "ir_config_parameter", "key value",
       "t.key = 'account_peppol.edi.mode' AND t.value = 'prod'", "value = 'test'", ""},
      {"l10n_ar_edi", "edi_modes", "res_company", "l10n_ar_afip_ws_environment",
       "t.l10n_ar_afip_ws_environment = 'production'", "l10n_ar_afip_ws_environment = 'testing'", ""},
      {"l10n_cl_edi", "edi_modes", "res_company", "l10n_cl_dte_service_provider",
       "t.l10n_cl_dte_service_provider = 'SII'", "l10n_cl_dte_service_provider = 'SIITEST'", ""},
      {"l10n_hu_edi", "edi_modes", "res_company", "l10n_hu_edi_server_mode",
       "t.l10n_hu_edi_server_mode = 'production'", "l10n_hu_edi_server_mode = 'test'", ""},
      {"l10n_my_edi", "edi_modes", "res_company", "l10n_my_edi_mode", "t.l10n_my_edi_mode = 'prod'",
       "l10n_my_edi_mode = 'test'", ""},
      {"l10n_sa_edi", "edi_modes", "res_company", "l10n_sa_api_mode", "t.l10n_sa_api_mode NOT IN ('sandbox')",
       "l10n_sa_api_mode = 'sandbox'", ""},
      {"l10n_uy_edi", "edi_modes", "res_company", "l10n_uy_edi_ucfe_env",
       "t.l10n_uy_edi_ucfe_env = 'production'", "l10n_uy_edi_ucfe_env = 'testing'", ""},
      {"l10n_in_edi", "edi_connections", "res_company", "l10n_in_edi_username l10n_in_edi_password",
       "t.l10n_in_edi_username IS NOT NULL OR t.l10n_in_edi_password IS NOT NULL",
       "l10n_in_edi_username = NULL, l10n_in_edi_password = NULL", ""},
      {"l10n_vn_edi_viettel", "edi_connections", "res_company", "l10n_vn_edi_password",
       "coalesce(t.l10n_vn_edi_password, '') <> ''", "l10n_vn_edi_password = NULL", ""},
      {"l10n_pk_edi", "edi_connections", "res_company", "l10n_pk_edi_token",
       "t.l10n_pk_edi_token IS NOT NULL", "l10n_pk_edi_token = NULL", ""},
      {"l10n_de_pos_cert", "edi_connections", "res_company", "l10n_de_fiskaly_api_secret",
       "t.l10n_de_fiskaly_api_secret IS NOT NULL", "l10n_de_fiskaly_api_secret = NULL", ""},

      // Of the Odoo Community Association: a job runner starts these without any cron, and files
      // that a copy takes for garbage may still be the original's.
      {"queue_job", "queued_jobs", "queue_job", "state",
       "t.state IN ('wait_dependencies', 'pending', 'enqueued', 'started')", "state = 'cancelled'", ""},
      {"fs_attachment", "file_stores", "fs_storage", "autovacuum_gc", "t.autovacuum_gc",
       "autovacuum_gc = false", ""},
  };
  return table;
}

// Where flags by convention are looked for: settings, not documents.
bool may_hold_flags(std::string_view table) {
  return table == "res_company" || table == "pos_payment_method" || table == "pos_config" ||
         (table.starts_with("l10n_") && table.ends_with("_config"));
}

bool is_test_flag(std::string_view column) {
  return column == "test_mode" || column.ends_with("_test_mode") || column.ends_with("_test_env") ||
         column.ends_with("_test_environment");
}

bool is_production_flag(std::string_view column) {
  return column.ends_with("_production_env") || column.ends_with("_production_environment");
}

// public_columns() tells columns of such a name only when they are booleans.
void add_flag_rules(const PublicColumns& columns, std::vector<NeutralizeRule>& into) {
  for (const auto& [table, names] : columns) {
    if (!may_hold_flags(table)) continue;
    for (const std::string& name : names) {
      if (!is_test_flag(name) && !is_production_flag(name)) continue;
      const std::string_view safe = is_test_flag(name) ? "true" : "false";
      const std::string column = quote_identifier(name);
      into.push_back({"*", "production_modes", table, name,
                      fmt::format("t.{} IS DISTINCT FROM {}", column, safe),
                      fmt::format("{} = {}", column, safe), ""});
    }
  }
}

}  // namespace

Result<PublicColumns> public_columns(PgSession& session) {
  PublicColumns columns;
  // A column that is called like a flag and is none is not told.
  const PgRows rows = TRY(session.query(
      "SELECT c.relname, a.attname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = "
      "a.attrelid WHERE c.relnamespace = pg_catalog.to_regnamespace('public') AND c.relkind IN ('r', 'p') "
      "AND a.attnum > 0 AND NOT a.attisdropped AND (a.atttypid = 'pg_catalog.bool'::regtype OR a.attname !~ "
      "'(test|production)_(mode|env|environment)$')"));
  for (const PgRow& row : rows) columns[text_of(row[0])].insert(text_of(row[1]));
  return columns;
}

bool has_columns(const PublicColumns& columns, std::string_view table, std::string_view wanted) {
  const auto found = columns.find(table);
  if (found == columns.end()) return false;
  std::istringstream words{std::string(wanted)};
  for (std::string word; words >> word;) {
    if (!found->second.contains(word)) return false;
  }
  return true;
}

std::vector<NeutralizeRule> applicable_rules(const PublicColumns& columns) {
  std::vector<NeutralizeRule> found;
  for (const NeutralizeRule& rule : rules()) {
    if (has_columns(columns, rule.table, rule.columns)) found.push_back(rule);
  }
  add_flag_rules(columns, found);
  return found;
}

bool has_built_in_rule(std::string_view module) {
  return std::any_of(rules().begin(), rules().end(), [&](const auto& rule) { return rule.module == module; });
}

std::string rule_sql(const NeutralizeRule& rule) {
  const std::string table = quote_identifier(rule.table);
  const std::string where =
      rule.spared.empty() ? rule.live : fmt::format("({}) AND NOT ({})", rule.live, rule.spared);
  if (rule.action == kDelete) return fmt::format("DELETE FROM {} t WHERE {}", table, where);
  return fmt::format("UPDATE {} t SET {} WHERE {}", table, rule.action, where);
}

std::string set_parameter_sql(const PublicColumns& columns, std::string_view key, std::string_view value) {
  const bool typed = has_columns(columns, "ir_config_parameter", "type");
  const std::string quoted_key = quote_literal(key);
  const std::string quoted_value = quote_literal(value);
  return fmt::format(
      "UPDATE ir_config_parameter SET value = {1} WHERE key = {0}; "
      "INSERT INTO ir_config_parameter (key, value{2}) SELECT {0}, {1}{3} WHERE NOT EXISTS "
      "(SELECT 1 FROM ir_config_parameter WHERE key = {0})",
      quoted_key, quoted_value, typed ? ", type" : "", typed ? ", 'str'" : "");
}

std::vector<std::string> base_additions_sql(const PublicColumns& columns) {
  std::vector<std::string> statements;
  if (has_columns(columns, "ir_config_parameter", "key value")) {
    statements.push_back(set_parameter_sql(columns, "database.is_neutralized", "true"));
  }
  if (!has_columns(columns, "ir_mail_server", "name smtp_host active")) return statements;
  std::string names = "name, smtp_host, active";
  std::string values = "'Neutralized copy: no mail leaves', 'invalid', true";
  const auto add = [&](std::string_view column, std::string_view value) {
    if (!has_columns(columns, "ir_mail_server", column)) return;
    names += fmt::format(", {}", column);
    values += fmt::format(", {}", value);
  };
  add("smtp_port", "1025");
  add("smtp_encryption", "'none'");
  add("smtp_authentication", "'login'");
  add("sequence", "1");
  statements.push_back(
      fmt::format("INSERT INTO ir_mail_server ({}) SELECT {} WHERE NOT EXISTS (SELECT 1 FROM ir_mail_server "
                  "WHERE active AND "
                  "smtp_host = 'invalid')",
                  names, values));
  return statements;
}

}  // namespace skyhold
