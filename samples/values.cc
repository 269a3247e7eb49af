#include "values.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string_view>

#include "connection.h"
#include "text.h"

namespace sample {
namespace {

constexpr int kSentences = 2000;
constexpr std::int64_t kHistoryStart = 1656662400;      // 2022-07-01 08:00 UTC
constexpr std::int64_t kHistorySeconds = 1096 * 86400;  // to 2025-07-01 08:00

std::string array_of(const std::vector<std::string_view>& words) {
  std::string sql = "(ARRAY[";
  for (const std::string_view word : words) {
    if (!sql.ends_with("[")) sql += ',';
    sql += quote_literal(word);
  }
  return sql + "])";
}

// Computes the expressions of one row; `salt` keeps the columns independent of each other.
class RowExpressions {
 public:
  RowExpressions(const Table& table, const ValueContext& context)
      : table_(table), context_(context), created_at_(context.period(table.name).sql()) {}

  std::string of(const Column& column) const {
    if (column.empty) return "NULL";
    const std::string value = filled(column);
    return column.sparse ? fmt::format("CASE WHEN {} = 0 THEN {} END", below(column.name + "?", 8), value)
                         : value;
  }

  std::string relation_first() const {
    return fmt::format("1 + (g - 1) * {} / {}", rows_of(table_.columns[0].references), rows_of(table_.name));
  }

  std::string relation_second() const {
    return fmt::format("1 + {}", below("second", rows_of(table_.columns[1].references)));
  }

 private:
  std::string hash(std::string_view salt) const {
    std::uint64_t mixed = context_.seed * 0x9e3779b97f4a7c15u;
    for (const char character : fmt::format("{}.{}", table_.name, salt)) {
      mixed = (mixed ^ static_cast<unsigned char>(character)) * 0x100000001b3u;
    }
    return fmt::format("(hashint8extended(g, {}) & 9223372036854775807)", mixed & 0x7fffffffffffffffu);
  }

  std::string below(std::string_view salt, std::int64_t bound) const {
    return fmt::format("({} % {})", hash(salt), bound);
  }

  std::string one_of(std::string_view salt, const std::vector<std::string_view>& words) const {
    return fmt::format("{}[1 + {}]", array_of(words), below(salt, static_cast<std::int64_t>(words.size())));
  }

  std::string hexadecimal(std::string_view salt, int digits) const {
    return fmt::format("left(md5({}::text), {})", hash(salt), digits);
  }

  std::string money(std::string_view salt) const {
    return fmt::format("round({} / 100.0, 2)", below(salt, 400000));
  }

  std::string sentence(std::string_view salt) const {
    return fmt::format("(SELECT text FROM pg_temp.sample_sentence WHERE id = 1 + {})",
                       below(salt, kSentences));
  }

  std::int64_t rows_of(const std::string& table) const {
    if (table == "ir_attachment" && !table_.relation) return kLastingAttachments;
    const auto found = context_.rows.find(table);
    if (found == context_.rows.end() || found->second == 0) {
      throw Failure(fmt::format("{} refers to {}, which is empty", table_.name, table));
    }
    return found->second;
  }

  std::string reference(const Column& column) const {
    if (column.references == table_.name)
      return fmt::format("1 + {} % greatest(g - 1, 1)", hash(column.name));
    const std::int64_t rows = rows_of(column.references);
    const bool parent = column.cascade && table_.share > 0;
    if (parent) return fmt::format("1 + (g - 1) * {} / {}", rows, rows_of(table_.name));
    if (column.references == "res_company")
      return fmt::format("CASE WHEN {} < 8 THEN 1 ELSE {} END", below("company", 10),
                         std::min<std::int64_t>(rows, 2));
    if (column.references == "res_currency" || column.references == "uom_uom")
      return fmt::format("1 + {} / 9", below(column.name, 10));
    return fmt::format("1 + {}", below(column.name, rows));
  }

  std::string product_name(std::string_view salt) const {
    return fmt::format("concat({}, ' ', {}, ' ', {})", one_of(fmt::format("{}1", salt), product_words()),
                       one_of(fmt::format("{}2", salt), product_words()),
                       below(fmt::format("{}3", salt), 1000));
  }

  std::string person(std::string_view salt) const {
    return fmt::format("concat({}, ' ', {})", one_of(fmt::format("{}1", salt), first_names()),
                       one_of(fmt::format("{}2", salt), last_names()));
  }

  std::string document_name() const {
    static const std::map<std::string_view, std::string_view> kPrefixes = {
        {"sale_order", "S"},          {"purchase_order", "P"},   {"account_move", "INV/2025/"},
        {"stock_picking", "WH/OUT/"}, {"stock_lot", "LOT-"},     {"ir_sequence", "Sequence "},
        {"ir_model", "Model "},       {"res_currency", "CUR"},   {"res_lang", "Language "},
        {"ir_model_data", "record_"}, {"ir_model_fields", "x_"}, {"ir_module_module", "module_"},
        {"res_company", "Company "}};
    const auto found = kPrefixes.find(table_.name);
    return found == kPrefixes.end() ? "" : fmt::format("concat('{}', lpad(g::text, 5, '0'))", found->second);
  }

  std::string varchar(const Column& column) const;
  std::string varchar_by_name(std::string_view name) const;
  std::string varchar_by_ending(std::string_view name) const;
  std::string text(const Column& column) const;
  std::string translated(const Column& column) const;
  std::string integer(std::string_view name) const;
  std::string numeric(std::string_view name) const;
  std::string timestamp(std::string_view name) const;
  std::string filled(const Column& column) const;

  const Table& table_;
  const ValueContext& context_;
  const std::string created_at_;
};

std::string RowExpressions::varchar(const Column& column) const {
  if (column.unique) {
    if (const std::string name = document_name(); column.name == "name" && !name.empty()) return name;
    return fmt::format("concat('{} ', g)", column.name);
  }
  return varchar_by_name(column.name);
}

std::string RowExpressions::varchar_by_name(std::string_view name) const {
  if (name == "name" || name == "move_name") {
    if (const std::string document = document_name(); !document.empty()) return document;
    if (table_.name == "res_partner") return person("name");
    return product_name("name");
  }
  if (name == "complete_name" && table_.name == "res_partner") return person("name");
  if (name == "state")
    return one_of(name, {"draft", "sent", "sale", "done", "done", "posted", "posted", "cancel"});
  if (name == "parent_state") return one_of(name, {"posted", "posted", "posted", "draft"});
  if (name == "move_type")
    return one_of(name, {"entry", "entry", "out_invoice", "out_invoice", "in_invoice", "out_refund"});
  if (name == "display_type") return one_of(name, {"product", "product", "tax", "payment_term"});
  if (name == "payment_state") return one_of(name, {"paid", "paid", "not_paid", "partial"});
  if (name == "message_type") return one_of(name, {"notification", "notification", "comment", "email"});
  if (name == "notification_status") return one_of(name, {"sent", "sent", "ready", "exception"});
  if (name == "lang") return one_of(name, {"en_US", "fr_BE", "de_DE", "cs_CZ"});
  if (name == "tz") return one_of(name, {"Europe/Brussels", "Europe/Paris", "America/Toronto"});
  if (name == "city") return one_of(name, cities());
  if (name == "street")
    return fmt::format("concat({}, ' street ', 1 + {})", one_of(name, last_names()), below("house", 250));
  if (name == "zip") return fmt::format("(1000 + {})::text", below(name, 90000));
  if (name == "priority") return one_of(name, {"0", "0", "0", "1", "2"});
  if (name == "company_name" || name == "partner_name" || name == "commercial_company_name") {
    return fmt::format("concat({}, ' ', {})", one_of("family", last_names()),
                       one_of("kind", company_kinds()));
  }
  if (name == "parent_path") return fmt::format("concat(1 + {}, '/', g, '/')", below(name, 40));
  if (name == "analytic_distribution")
    return fmt::format("concat('{{\"', 1 + {}, '\": 100}}')", below(name, 60));
  if (name == "new_value_char" || name == "old_value_char") {
    return one_of(name, {"Draft", "Quotation Sent", "Sales Order", "Posted", "Not Paid", "Paid",
                         "In Progress", "Done"});
  }
  return varchar_by_ending(name);
}

std::string RowExpressions::varchar_by_ending(std::string_view name) const {
  const auto contains = [name](std::string_view part) { return name.find(part) != std::string_view::npos; };
  if (contains("email")) {
    return fmt::format("concat(lower({}), '.', {}, '@example.com')",
                       one_of("mail", {"anna", "marc", "joel", "lea", "tomas", "ingrid", "info", "sales"}),
                       below("mailbox", 50000));
  }
  if (contains("phone") || name == "mobile")
    return fmt::format("concat('+32 ', 400 + {}, ' ', 100000 + {})", below(name, 99),
                       below("number", 899999));
  if (contains("token") || name == "key" || name == "password") return hexadecimal(name, 32);
  if (contains("url") || name == "website")
    return fmt::format("concat('https://www.example.com/page/', {})", hexadecimal(name, 10));
  if (contains("ref") || contains("code") || contains("origin") || contains("number")) {
    return fmt::format("concat(upper({}), lpad({}::text, 5, '0'))", hexadecimal(name, 3),
                       below(name, 100000));
  }
  if (contains("model")) {
    return one_of(name, {"res.partner", "sale.order", "account.move", "stock.picking", "crm.lead",
                         "project.task", "purchase.order"});
  }
  if (contains("description")) return product_name(name);
  if (contains("type") || contains("status") || contains("policy") || contains("method")) {
    return one_of(name, {"standard", "manual", "automatic", "order", "delivery", "none"});
  }
  return fmt::format("concat({}, ' ', {})", one_of(name, product_words()),
                     below(fmt::format("{}#", name), 500));
}

std::string RowExpressions::text(const Column& column) const {
  if (table_.name == "ir_config_parameter") return hexadecimal(column.name, 16);
  if (column.name == "name")
    return fmt::format("concat('[', {}, '] ', {})", hexadecimal("code", 8), product_name("name"));
  if (column.name == "description_picking") return product_name("name");
  return fmt::format("concat('<p>', {}, ' ', {}, '</p>')", sentence(column.name),
                     sentence(column.name + "+"));
}

std::string RowExpressions::translated(const Column& column) const {
  if (column.name == "analytic_distribution")
    return fmt::format("jsonb_build_object(1 + {}, 100.0)", below(column.name, 60));
  const bool long_text = column.name == "description" || column.name == "help" || column.name == "comment" ||
                         column.name == "note";
  const std::string english = long_text ? sentence(column.name) : product_name(column.name);
  return fmt::format(
      "CASE WHEN {} < 7 THEN jsonb_build_object('en_US', {}) ELSE jsonb_build_object('en_US', {}, 'fr_FR', "
      "concat('« ', {}, ' »')) END",
      below(column.name + "~", 10), english, english, english);
}

std::string RowExpressions::integer(std::string_view name) const {
  if (name == "sequence") return "10";
  if (name == "color") return below(name, 12);
  if (name == "sequence_number" || name == "number_next") return "g";
  return below(name, 10000);
}

std::string RowExpressions::numeric(std::string_view name) const {
  // A journal item is either debit or credit, and the books must balance.
  if (name == "debit")
    return fmt::format("CASE WHEN {} = 0 THEN {} ELSE 0.00 END", below("side", 2), money("balance"));
  if (name == "credit")
    return fmt::format("CASE WHEN {} = 1 THEN {} ELSE 0.00 END", below("side", 2), money("balance"));
  if (name == "balance" || name == "amount_currency")
    return fmt::format("CASE WHEN {} = 0 THEN {} ELSE -{} END", below("side", 2), money("balance"),
                       money("balance"));
  if (name == "amount_residual" || name == "amount_residual_currency" || name == "discount") return "0.00";
  if (name.find("qty") != std::string_view::npos || name.find("quantity") != std::string_view::npos)
    return fmt::format("(1 + {})::numeric(12,2)", below("quantity", 40));
  if (name == "partner_latitude" || name == "partner_longitude")
    return fmt::format("round({} / 1e6 - 90, 7)", below(name, 180000000));
  return money(name == "price_total" ? "price_subtotal" : name);
}

std::string RowExpressions::timestamp(std::string_view name) const {
  if (name == "create_date")
    return fmt::format("{} + {} * interval '1 microsecond'", created_at_, below("create", 1000000));
  if (name == "write_date") {
    return fmt::format("{} + {} * interval '1 microsecond' + {} * interval '1 second'", created_at_,
                       below("create", 1000000), below("write", 5000));
  }
  return fmt::format("date_trunc('second', {}) + {} * interval '1 minute'", created_at_, below(name, 3000));
}

std::string RowExpressions::filled(const Column& column) const {
  switch (column.kind) {
    case Kind::kVarchar: return varchar(column);
    case Kind::kText: return text(column);
    case Kind::kTranslated: return translated(column);
    case Kind::kInteger: return integer(column.name);
    case Kind::kNumeric: return numeric(column.name);
    case Kind::kFloat: return fmt::format("({} / 8.0)::float8", below(column.name, 4000));
    case Kind::kBoolean: return fmt::format("{} > 0", below(column.name, column.name == "active" ? 25 : 4));
    case Kind::kDate: return fmt::format("({})::date", created_at_);
    case Kind::kTimestamp: return timestamp(column.name);
    case Kind::kBinary: return fmt::format("sha512({}::text::bytea)", hash(column.name));
    case Kind::kReference: return reference(column);
  }
  return "NULL";
}

}  // namespace

std::string Period::sql() const {
  if (rows_ == 0) return "(timestamp '2025-07-01 08:00' + (g % 36000) * interval '1 second')";
  return fmt::format("(timestamp '2022-07-01 08:00' + g * {} / {} * interval '1 second')", kHistorySeconds,
                     rows_);
}

std::string Period::at(std::int64_t id) const {
  const std::int64_t seconds = rows_ == 0 ? kHistoryStart + kHistorySeconds + id % 36000
                                          : kHistoryStart + id * kHistorySeconds / rows_;
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

void create_sentences(Connection& connection, std::uint64_t seed) {
  connection.run("CREATE TEMPORARY TABLE sample_sentence (id bigint PRIMARY KEY, text text NOT NULL)");
  TextWriter writer(seed);
  CopyIn copy(connection, "pg_temp.sample_sentence (id, text)");
  for (int id = 1; id <= kSentences; ++id) {
    copy.number(id).text(writer.sentence());
    copy.end_row();
  }
  copy.finish();
  connection.run("ANALYZE pg_temp.sample_sentence");
}

std::string insert_sql(const Table& table, std::int64_t first, std::int64_t last,
                       const ValueContext& context) {
  const RowExpressions expressions(table, context);
  const std::string series = fmt::format("generate_series({}::bigint, {}::bigint) AS g", first, last);
  if (table.relation) {
    return fmt::format("INSERT INTO public.{} ({}, {}) SELECT {}, {} FROM {} ON CONFLICT DO NOTHING",
                       table.name, table.columns[0].name, table.columns[1].name, expressions.relation_first(),
                       expressions.relation_second(), series);
  }
  std::string names = "id";
  std::string values = "g";
  for (const Column& column : table.columns) {
    if (column.empty) continue;
    names += ", " + quote_identifier(column.name);
    values += ",\n  " + expressions.of(column);
  }
  return fmt::format("INSERT INTO public.{} ({})\nSELECT {}\nFROM {}", table.name, names, values, series);
}

}  // namespace sample
