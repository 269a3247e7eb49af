#include "odoo_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "random.h"

namespace sample {
namespace {

struct Definition {
  std::string_view name;
  double share;             // rows a thousand messages, in tables that grow with the business
  std::int64_t fixed_rows;  // rows in tables that come with the software
  std::string_view columns;
};

constexpr std::array kDefinitions = std::to_array<Definition>({
    {"res_currency", 0, 170,
     "name:v!= symbol:v! full_name:v rounding:n decimal_places:i active:b position:v"},
    {"res_country", 0, 250,
     "name:j! code:v!= currency_id>res_currency phone_code:i address_format:t vat_label:j"},
    {"res_country_state", 0, 1748, "country_id>res_country! name:v! code:v!"},
    {"res_lang", 0, 90, "name:v!= code:v!= iso_code:v active:b direction:v! date_format:v! grouping:v!"},
    {"res_company", 0, 3,
     "name:v!= partner_id>res_partner! currency_id>res_currency! sequence:i parent_id>res_company- email:v "
     "phone:v "
     "font:v primary_color:v layout_background:v! report_header:j company_details:j active:b logo_web:y "
     "fiscalyear_last_day:i! tax_calculation_rounding_method:v account_opening_date:d period_lock_date:d- "
     "bank_account_code_prefix:v po_double_validation_amount:n security_lead:f! invoice_terms:j"},
    {"res_groups", 0, 120, "name:j! category_id:i share:b comment:j color:i"},
    {"res_users", 0, 60,
     "company_id>res_company! partner_id>res_partner! active:b login:v!= password:v action_id:i- signature:t "
     "share:b "
     "totp_secret:v- notification_type:v! karma:i odoobot_state:v sale_team_id>crm_team target_sales_won:i"},
    {"res_partner", 60, 0,
     "company_id>res_company@* name:v* complete_name:v%* title:i- parent_id>res_partner@* user_id>res_users@ "
     "state_id>res_country_state country_id>res_country color:i commercial_partner_id>res_partner* ref:v* "
     "lang:v tz:v "
     "vat:v* website:v- function:v@ type:v street:v street2:v@ zip:v city:v email:v% phone:v mobile:v@ "
     "commercial_company_name:v date:d- comment:t@ partner_latitude:n partner_longitude:n active:b "
     "employee:b "
     "is_company:b partner_share:b email_normalized:v phone_sanitized:v supplier_rank:i customer_rank:i "
     "invoice_warn:v debit_limit:n- signup_token:v- team_id>crm_team@ is_published:b*"},
    {"crm_team", 0, 8, "name:j! sequence:i active:b company_id>res_company user_id>res_users color:i"},
    {"uom_category", 0, 8, "name:j!"},
    {"uom_uom", 0, 40, "category_id>uom_category! name:j! factor:n! rounding:n! uom_type:v! active:b"},
    {"product_category", 0, 60,
     "name:v!% complete_name:v parent_path:v* parent_id>product_category- removal_strategy_id:i-"},
    {"product_template", 18, 0,
     "name:j! categ_id>product_category! uom_id>uom_uom! uom_po_id>uom_uom! company_id>res_company@* "
     "detailed_type:v! "
     "type:v default_code:v description:j@ description_sale:j@ list_price:n volume:n weight:n sale_ok:b "
     "purchase_ok:b "
     "active:b can_image_1024_be_zoomed:b tracking:v! invoice_policy:v priority:v sequence:i color:i"},
    {"product_product", 24, 0,
     "product_tmpl_id>product_template!*~ default_code:v* barcode:v? combination_indices:v* volume:n "
     "weight:n active:b "
     "can_image_variant_1024_be_zoomed:b lot_properties_definition:j-"},
    {"account_account", 0, 900,
     "name:j! code:v!% currency_id>res_currency- company_id>res_company! account_type:v!* deprecated:b "
     "reconcile:b "
     "include_initial_balance:b note:t- non_trade:b"},
    {"account_journal", 0, 14,
     "name:j! code:v! type:v! company_id>res_company!* currency_id>res_currency- "
     "default_account_id>account_account "
     "sequence:i color:i active:b invoice_reference_type:v! restrict_mode_hash_table:b"},
    {"account_tax", 0, 90,
     "name:j! amount:n! company_id>res_company! type_tax_use:v! amount_type:v! sequence:i! active:b "
     "price_include:b "
     "description:j country_id>res_country!"},
    {"account_payment_term", 0, 10, "name:j! company_id>res_company- sequence:i! note:j active:b"},
    {"stock_location", 0, 120,
     "name:v! complete_name:v* active:b usage:v!* location_id>stock_location*@ parent_path:v* barcode:v@ "
     "company_id>res_company* scrap_location:b posx:i removal_strategy_id:i-"},
    {"stock_warehouse", 0, 5,
     "name:v! code:v! company_id>res_company! partner_id>res_partner lot_stock_id>stock_location! "
     "view_location_id>stock_location! sequence:i active:b reception_steps:v! delivery_steps:v!"},
    {"stock_picking_type", 0, 25,
     "name:j! code:v! sequence_code:v! warehouse_id>stock_warehouse@~ company_id>res_company! color:i "
     "active:b "
     "default_location_src_id>stock_location default_location_dest_id>stock_location"},
    {"ir_model", 0, 620, "name:j! model:v!= state:v info:t@ transient:b order:v-"},
    {"ir_model_fields", 0, 12800,
     "name:v!* model:v!* model_id>ir_model!*~ field_description:j! help:j@ ttype:v! relation:v@ "
     "relation_field:v- "
     "state:v!* required:b readonly:b index:b translate:b store:b copied:b on_delete:v- complete_name:v*"},
    {"ir_model_data", 0, 30000, "name:v! module:v! model:v! res_id:i noupdate:b"},
    {"ir_ui_view", 0, 3200,
     "name:v! model:v* key:v@? type:v priority:i! inherit_id>ir_ui_view@* mode:v! arch_db:j arch_fs:v "
     "arch_prev:t- "
     "arch_updated:b active:b customize_show:b website_id:i-"},
    {"ir_module_category", 0, 60, "name:j! sequence:i visible:b exclusive:b parent_id>ir_module_category-"},
    {"ir_module_module", 0, 612,
     "name:v!= website:v summary:j author:v icon:v state:v* latest_version:v shortdesc:j "
     "category_id>ir_module_category* description:j@ application:b demo:b web:b license:v sequence:i "
     "auto_install:b"},
    {"ir_config_parameter", 0, 60, "key:v!= value:t!"},
    {"ir_cron", 0, 40,
     "cron_name:v user_id>res_users! active:b interval_number:i interval_type:v numbercall:i priority:i "
     "nextcall:s! "
     "lastcall:s doall:b"},
    {"ir_sequence", 0, 80,
     "name:v! code:v implementation:v! prefix:v suffix:v- number_next:i! number_increment:i! padding:i! "
     "company_id>res_company active:b use_date_range:b"},
    {"ir_attachment", 0, 0,
     "name:v! res_model:v res_field:v res_id:i company_id>res_company type:v! url:v? access_token:v@ "
     "public:b "
     "db_datas:y store_fname:v* checksum:v file_size:i mimetype:v index_content:t description:t- "
     "original_id:i-"},
    {"mail_message_subtype", 0, 45,
     "name:j! description:j res_model:v internal:b default:b hidden:b sequence:i"},
    {"mail_message", 1000, 0,
     "parent_id>mail_message@? res_id:i record_company_id>res_company subtype_id>mail_message_subtype* "
     "mail_activity_type_id:i-? author_id>res_partner* author_guest_id:i- subject:v@ model:v record_name:v "
     "message_type:v! email_from:v message_id:v* reply_to:v email_layout_xmlid:v@ body:t is_internal:b "
     "reply_to_force_new:b email_add_signature:b date:s pinned_at:s-"},
    {"mail_notification", 700, 0,
     "mail_message_id>mail_message!*~ mail_mail_id:i-? res_partner_id>res_partner*~ notification_type:v!* "
     "notification_status:v* is_read:b* failure_type:v- failure_reason:t- read_date:s "
     "author_id>res_partner?"},
    {"mail_tracking_value", 900, 0,
     "field_id>ir_model_fields?* old_value_integer:i@ new_value_integer:i@ old_value_char:v new_value_char:v "
     "old_value_float:f@ new_value_float:f@ old_value_datetime:s@ new_value_datetime:s@ "
     "mail_message_id>mail_message!*~"},
    {"mail_followers", 250, 0, "res_model:v!* res_id:i* partner_id>res_partner!*~"},
    {"crm_lead", 40, 0,
     "name:v!% user_id>res_users* team_id>crm_team company_id>res_company* partner_id>res_partner?* type:v!* "
     "priority:v* "
     "expected_revenue:n probability:f email_from:v% phone:v contact_name:v partner_name:v description:t "
     "street:v city:v "
     "zip:v country_id>res_country active:b date_open:s date_closed:s@ lead_properties:j@ color:i"},
    {"sale_order", 60, 0,
     "name:v!% company_id>res_company! partner_id>res_partner!* partner_invoice_id>res_partner! "
     "partner_shipping_id>res_partner! pricelist_id:i- currency_id>res_currency user_id>res_users* "
     "team_id>crm_team "
     "state:v* access_token:v client_order_ref:v@ origin:v@ invoice_status:v note:t@ amount_untaxed:n "
     "amount_tax:n "
     "amount_total:n currency_rate:n locked:b date_order:s! validity_date:d@ commitment_date:s@ "
     "payment_term_id>account_payment_term warehouse_id>stock_warehouse!"},
    {"sale_order_line", 240, 0,
     "order_id>sale_order!*~ sequence:i company_id>res_company* currency_id>res_currency "
     "order_partner_id>res_partner* "
     "salesman_id>res_users product_id>product_product? product_uom>uom_uom state:v display_type:v- "
     "invoice_status:v "
     "analytic_distribution:j@ name:t! product_uom_qty:n! price_unit:n! discount:n price_subtotal:n "
     "price_total:n "
     "price_reduce_taxexcl:n qty_delivered:n qty_invoiced:n qty_to_invoice:n untaxed_amount_invoiced:n "
     "is_downpayment:b "
     "price_tax:f customer_lead:f! linked_line_id>sale_order_line-"},
    {"purchase_order", 25, 0,
     "name:v!% company_id>res_company!* partner_id>res_partner!* currency_id>res_currency! "
     "user_id>res_users* state:v* "
     "partner_ref:v@ origin:v@ invoice_status:v notes:t@ amount_untaxed:n amount_tax:n amount_total:n "
     "date_order:s!* "
     "date_approve:s* date_planned:s* picking_type_id>stock_picking_type!"},
    {"purchase_order_line", 90, 0,
     "order_id>purchase_order!*~ sequence:i product_uom>uom_uom product_id>product_product? "
     "company_id>res_company "
     "partner_id>res_partner state:v name:t! product_qty:n! price_unit:n! price_subtotal:n price_total:n "
     "price_tax:f "
     "qty_invoiced:n qty_received:n qty_to_invoice:n date_planned:s*"},
    {"account_move", 130, 0,
     "sequence_number:i* message_main_attachment_id>ir_attachment- journal_id>account_journal! "
     "company_id>res_company* "
     "partner_id>res_partner* commercial_partner_id>res_partner partner_shipping_id>res_partner "
     "currency_id>res_currency! "
     "reversed_entry_id>account_move-? invoice_user_id>res_users "
     "invoice_payment_term_id>account_payment_term "
     "sequence_prefix:v access_token:v@ name:v% ref:v@% state:v! move_type:v!* auto_post:v! "
     "inalterable_hash:v- "
     "payment_reference:v% payment_state:v invoice_partner_display_name:v invoice_origin:v date:d!* "
     "invoice_date:d* "
     "invoice_date_due:d* narration:t@ amount_untaxed:n amount_tax:n amount_total:n amount_residual:n "
     "amount_untaxed_signed:n amount_total_signed:n amount_residual_signed:n is_storno:b to_check:b "
     "posted_before:b "
     "is_move_sent:b team_id>crm_team"},
    {"account_full_reconcile", 45, 0, "exchange_move_id>account_move-"},
    {"account_move_line", 560, 0,
     "move_id>account_move!*~ journal_id>account_journal* company_id>res_company* "
     "company_currency_id>res_currency "
     "sequence:i account_id>account_account* currency_id>res_currency! partner_id>res_partner* "
     "reconcile_model_id:i- "
     "payment_id:i-? statement_line_id:i-? tax_line_id>account_tax@ "
     "full_reconcile_id>account_full_reconcile@? "
     "account_root_id:i product_id>product_product@ product_uom_id>uom_uom@ move_name:v* parent_state:v "
     "ref:v@ name:v "
     "matching_number:v@* display_type:v! date:d* invoice_date:d date_maturity:d* discount_date:d- "
     "analytic_distribution:j@ debit:n credit:n balance:n amount_currency:n tax_base_amount:n "
     "amount_residual:n "
     "amount_residual_currency:n quantity:n price_unit:n price_subtotal:n price_total:n discount:n "
     "tax_tag_invert:b "
     "reconciled:b blocked:b is_downpayment:b cogs_origin_id>account_move_line-?"},
    {"account_partial_reconcile", 90, 0,
     "debit_move_id>account_move_line!* credit_move_id>account_move_line!* "
     "full_reconcile_id>account_full_reconcile@? amount:n debit_amount_currency:n credit_amount_currency:n "
     "max_date:d* "
     "company_id>res_company"},
    {"account_payment", 45, 0,
     "move_id>account_move!* partner_id>res_partner currency_id>res_currency payment_type:v! partner_type:v! "
     "amount:n "
     "is_reconciled:b is_matched:b is_internal_transfer:b destination_account_id>account_account "
     "payment_reference:v"},
    {"account_analytic_account", 3, 0,
     "name:j! code:v@* active:b company_id>res_company partner_id>res_partner plan_id:i! color:i"},
    {"account_analytic_line", 120, 0,
     "name:v! date:d!* account_id>account_analytic_account* partner_id>res_partner user_id>res_users* "
     "amount:n! "
     "unit_amount:f product_id>product_product@ product_uom_id>uom_uom move_line_id>account_move_line@?~ "
     "ref:v@ "
     "company_id>res_company! currency_id>res_currency category:v"},
    {"stock_picking", 65, 0,
     "name:v% origin:v% partner_id>res_partner? picking_type_id>stock_picking_type!* "
     "location_id>stock_location! "
     "location_dest_id>stock_location! company_id>res_company* user_id>res_users sale_id>sale_order@? "
     "state:v* "
     "move_type:v! priority:v scheduled_date:s* date_deadline:s date_done:s note:t@ printed:b is_locked:b "
     "weight:n"},
    {"stock_lot", 30, 0,
     "name:v!% ref:v@ product_id>product_product!* company_id>res_company!* note:t- lot_properties:j@"},
    {"stock_move", 200, 0,
     "sequence:i company_id>res_company!* product_id>product_product!* product_uom>uom_uom! "
     "location_id>stock_location!* "
     "location_dest_id>stock_location!* partner_id>res_partner?@ picking_id>stock_picking* "
     "picking_type_id>stock_picking_type "
     "warehouse_id>stock_warehouse origin_returned_move_id>stock_move-* name:v! priority:v state:v* origin:v "
     "procure_method:v! reference:v reservation_date:d@ description_picking:t product_qty:n "
     "product_uom_qty:n! quantity:n "
     "picked:b scrapped:b propagate_cancel:b additional:b date:s!* date_deadline:s price_unit:f "
     "sale_line_id>sale_order_line@? purchase_line_id>purchase_order_line@? to_refund:b weight:n"},
    {"stock_move_line", 220, 0,
     "move_id>stock_move*~ picking_id>stock_picking* company_id>res_company!* product_id>product_product* "
     "product_uom_id>uom_uom! location_id>stock_location! location_dest_id>stock_location! lot_id>stock_lot@ "
     "lot_name:v- "
     "state:v* reference:v quantity:n quantity_product_uom:n picked:b date:s! description_picking:t-"},
    {"stock_quant", 50, 0,
     "product_id>product_product!* company_id>res_company location_id>stock_location!* lot_id>stock_lot@* "
     "quantity:n "
     "reserved_quantity:n! inventory_quantity:n in_date:s! inventory_date:d inventory_quantity_set:b"},
    {"stock_valuation_layer", 150, 0,
     "company_id>res_company! product_id>product_product!* stock_valuation_layer_id>stock_valuation_layer-* "
     "stock_move_id>stock_move* account_move_id>account_move@? quantity:n unit_cost:n value:n "
     "remaining_qty:n "
     "remaining_value:n description:v"},
    {"project_project", 2, 0,
     "name:j! user_id>res_users partner_id>res_partner company_id>res_company* color:i privacy_visibility:v! "
     "active:b "
     "date_start:d date:d* description:t@ task_properties_definition:j@"},
    {"project_task", 45, 0,
     "name:v!% project_id>project_project?* parent_id>project_task@* partner_id>res_partner "
     "company_id>res_company "
     "sequence:i state:v!* priority:v* description:t active:b date_deadline:s* date_last_stage_update:s* "
     "allocated_hours:f effective_hours:f remaining_hours:f task_properties:j@ color:i"},
    {"bus_bus", 20, 0, "channel:v message:v"},
});

constexpr std::array kRelations = std::to_array<std::array<std::string_view, 3>>({
    {"message_attachment_rel", "mail_message", "ir_attachment"},
    {"mail_message_res_partner_rel", "mail_message", "res_partner"},
    {"res_groups_users_rel", "res_groups", "res_users"},
    {"res_company_users_rel", "res_company", "res_users"},
    {"account_move_line_account_tax_rel", "account_move_line", "account_tax"},
    {"account_tax_sale_order_line_rel", "account_tax", "sale_order_line"},
    {"sale_order_line_invoice_rel", "account_move_line", "sale_order_line"},
    {"stock_move_move_rel", "stock_move", "stock_move"},
    {"product_taxes_rel", "product_template", "account_tax"},
});

constexpr std::array<double, kRelations.size()> kRelationShares = {60, 150, 0, 0, 250, 200, 180, 120, 15};
constexpr std::array<std::int64_t, kRelations.size()> kRelationRows = {0, 0, 900, 90, 0, 0, 0, 0, 0};

// Who the made-up tables refer to, about as often as Odoo's do.
constexpr std::array kHubs = std::to_array<std::string_view>(
    {"res_company",    "res_company",     "res_company",        "res_company",     "res_partner",
     "res_partner",    "res_partner",     "res_partner",        "product_product", "product_product",
     "stock_location", "stock_location",  "account_account",    "account_account", "res_currency",
     "ir_model",       "res_country",     "product_template",   "uom_uom",         "account_journal",
     "mail_message",   "account_tax",     "ir_attachment",      "sale_order",      "ir_ui_view",
     "crm_team",       "ir_model_fields", "stock_picking_type", "account_move",    "res_users",
     "res_users",      "project_task",    "project_project",    "stock_picking",   "product_category",
     "stock_move"});

constexpr std::array kCommonColumns = std::to_array<std::string_view>(
    {"active:b",       "sequence:i",       "state:v*",         "description:t@", "color:i",
     "date:d",         "code:v*",          "note:t@",          "amount:n",       "quantity:f",
     "priority:v",     "email:v",          "url:v@",           "value:v",        "type:v!",
     "lang:v",         "date_deadline:s@", "access_token:v@?", "display_name:v", "is_published:b",
     "help:j@",        "rate:n",           "body:t@",          "model:v",        "res_model:v",
     "res_id:i",       "key:v@",           "date_start:s",     "date_end:s@",    "reference:v",
     "image_small:y-", "properties:j@",    "product_qty:n",    "hours:f@",       "is_default:b",
     "origin:v@"});

std::uint64_t hash_of(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char character : name) hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3u;
  return hash;
}

// More than half of a real Odoo's tables are empty, and most others hold a few rows.
std::int64_t few_rows(Random& random) {
  const std::uint64_t dice = random.below(100);
  if (dice < 55) return 0;
  if (dice < 85) return static_cast<std::int64_t>(random.between(1, 20));
  if (dice < 97) return static_cast<std::int64_t>(random.between(20, 300));
  return static_cast<std::int64_t>(random.between(300, 2000));
}

bool is_relation(std::string_view name) {
  return name.ends_with("_rel");
}

Table made_up_model(std::string_view name, Random& random) {
  std::string columns = random.chance(75) ? (random.chance(60) ? "name:v!" : "name:j!") : "";
  if (random.chance(15) && columns == "name:v!") columns += "=";
  const auto append_once = [&columns](const std::string& token, std::string_view column) {
    if (fmt::format(" {}", columns).find(fmt::format(" {}", column)) == std::string::npos)
      columns += " " + token;
  };
  for (std::uint64_t references = random.below(7); references > 0; --references) {
    const std::string_view hub = kHubs[random.below(kHubs.size())];
    constexpr std::array<std::string_view, 8> kMarks = {"", "", "*", "@", "@?", "!", "!~", "-"};
    append_once(fmt::format("{}_id>{}{}", hub, hub, kMarks[random.below(kMarks.size())]),
                fmt::format("{}_id>", hub));
  }
  for (std::uint64_t more = random.between(2, 11); more > 0; --more) {
    const std::string_view token = kCommonColumns[random.below(kCommonColumns.size())];
    append_once(std::string(token), token.substr(0, token.find(':') + 1));
  }
  return model_table(name, columns);
}

Table made_up_relation(std::string_view name, Random& random) {
  const std::uint64_t first = random.below(kHubs.size());
  return relation_table(name, kHubs[first], kHubs[random.below(kHubs.size())]);
}

void add_made_up_tables(std::vector<Table>& tables, unsigned count) {
  std::vector<std::string> names(other_table_names().begin(), other_table_names().end());
  std::sort(names.begin(), names.end(),
            [](const std::string& left, const std::string& right) { return hash_of(left) < hash_of(right); });
  // Customers add models of their own; Odoo puts x_ before their names.
  for (std::size_t extra = 1; tables.size() + names.size() < count; ++extra) {
    names.push_back(fmt::format("x_studio_model_{:04}", extra));
  }
  for (const std::string& name : names) {
    if (tables.size() >= count) return;
    Random random(hash_of(name));
    Table table = is_relation(name) ? made_up_relation(name, random) : made_up_model(name, random);
    table.fixed_rows = few_rows(random);
    tables.push_back(std::move(table));
  }
}

}  // namespace

std::vector<Table> odoo_tables(unsigned count) {
  std::vector<Table> tables;
  for (const Definition& definition : kDefinitions) {
    Table table = model_table(definition.name, definition.columns);
    table.share = definition.share;
    table.fixed_rows = definition.fixed_rows;
    tables.push_back(std::move(table));
  }
  for (std::size_t index = 0; index < kRelations.size(); ++index) {
    const auto& [name, first, second] = kRelations[index];
    Table table = relation_table(name, first, second);
    table.share = kRelationShares[index];
    table.fixed_rows = kRelationRows[index];
    tables.push_back(std::move(table));
  }
  add_made_up_tables(tables, count);
  return tables;
}

}  // namespace sample
