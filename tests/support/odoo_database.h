// The tables of an Odoo 17 that neutralization looks at, armed as production is.
#pragma once

#include <string_view>

namespace skyhold {

inline constexpr std::string_view kOdooDatabaseSql = R"sql(
CREATE TABLE public.ir_module_module (id serial PRIMARY KEY, name varchar NOT NULL, state varchar(16),
                                      latest_version varchar, author varchar);
INSERT INTO public.ir_module_module (name, state, latest_version, author) VALUES
  ('base', 'installed', '17.0.1.3', 'Odoo S.A.'), ('mail', 'installed', '17.0.1.15', 'Odoo S.A.'),
  ('payment', 'installed', '17.0.2.0', 'Odoo S.A.'), ('website', 'to upgrade', '17.0.1.0', 'Odoo S.A.'),
  ('iap', 'installed', '17.0.1.1', 'Odoo S.A.'), ('contacts', 'installed', '17.0.1.0', 'Odoo S.A.'),
  ('acme_shop', 'installed', '17.0.0.1', 'Acme'), ('acme_gone', 'uninstalled', NULL, 'Acme');
CREATE TABLE public.ir_model_data (id serial PRIMARY KEY, module varchar, name varchar, model varchar, res_id int);
INSERT INTO public.ir_model_data (module, name, model, res_id) VALUES
  ('base', 'autovacuum_job', 'ir.cron', 1), ('acme_shop', 'nightly', 'ir.cron', 3), ('acme_shop', 'void', 'ir.cron', NULL);
CREATE TABLE public.ir_cron (id serial PRIMARY KEY, cron_name varchar, active boolean);
INSERT INTO public.ir_cron (cron_name, active) VALUES
  ('Auto-vacuum', true), ('Mail queue', true), ('Nightly orders', true), ('Asleep', false);
CREATE TABLE public.ir_mail_server (id serial PRIMARY KEY, name varchar NOT NULL, smtp_host varchar, smtp_port int,
  smtp_encryption varchar NOT NULL, smtp_authentication varchar NOT NULL, sequence int, active boolean);
INSERT INTO public.ir_mail_server (name, smtp_host, smtp_encryption, smtp_authentication, active) VALUES
  ('The relay', 'smtp.example.com', 'starttls', 'login', true);
CREATE TABLE public.fetchmail_server (id serial PRIMARY KEY, name varchar, active boolean);
INSERT INTO public.fetchmail_server (name, active) VALUES ('Inbox', true);
CREATE TABLE public.mail_template (id serial PRIMARY KEY, name jsonb, mail_server_id int REFERENCES public.ir_mail_server);
INSERT INTO public.mail_template (name, mail_server_id) VALUES ('{"en_US": "Invoice", "fr_FR": "Facture"}', 1);
CREATE TABLE public.ir_act_server (id serial PRIMARY KEY, name jsonb, state varchar, webhook_url varchar);
INSERT INTO public.ir_act_server (name, state, webhook_url) VALUES ('{"en_US": "Tell the shop"}', 'webhook', 'https://shop.example.com/hook');
CREATE TABLE public.ir_config_parameter (id serial PRIMARY KEY, key varchar NOT NULL UNIQUE, value text NOT NULL);
INSERT INTO public.ir_config_parameter (key, value) VALUES
  ('database.uuid', 'the-uuid'), ('database.secret', 'the-secret'), ('database.create_date', '2020-01-01 00:00:00'),
  ('database.enterprise_code', 'M123'), ('web.base.url', 'https://acme.example.com'), ('web.base.url.freeze', 'True'),
  ('base.login_cooldown_after', '3'), ('mail.web_push_vapid_private_key', 'push-key');
CREATE TABLE public.payment_provider (id serial PRIMARY KEY, name jsonb NOT NULL, code varchar, state varchar NOT NULL);
INSERT INTO public.payment_provider (name, code, state) VALUES
  ('{"en_US": "Stripe"}', 'stripe', 'enabled'), ('{"en_US": "Demo"}', 'demo', 'test'), ('{"en_US": "Adyen"}', 'adyen', 'disabled');
CREATE TABLE public.website (id serial PRIMARY KEY, name varchar, domain varchar, cdn_activated boolean, robots_txt text);
INSERT INTO public.website (name, domain, cdn_activated) VALUES ('Acme', 'https://acme.example.com', true);
CREATE TABLE public.iap_account (id serial PRIMARY KEY, service_name varchar, account_token varchar(43));
INSERT INTO public.iap_account (service_name, account_token) VALUES ('sms', '0123456789abcdef0123456789abcdef');
CREATE TABLE public.res_company (id serial PRIMARY KEY, name varchar, l10n_es_sii_test_env boolean,
  l10n_eg_production_env boolean, l10n_xx_test_mode varchar);
INSERT INTO public.res_company VALUES (1, 'Acme', NULL, true, 'no boolean');
)sql";

}  // namespace skyhold
