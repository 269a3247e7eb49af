#include "large_tables.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "text.h"

namespace sample {
namespace {

constexpr const char* kAttachmentColumns =
    "public.ir_attachment (id, name, res_model, res_field, res_id, company_id, type, url, public, db_datas, "
    "store_fname, checksum, file_size, mimetype, index_content, create_uid, write_uid, create_date, "
    "write_date)";

std::int64_t one_of_rows(Random& random, const ValueContext& context, const std::string& table) {
  return 1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(context.rows.at(table))));
}

// Three in ten messages only say that a field changed; most others are a few lines, and one
// in eight is a mail that carries its whole thread. Those make mail_message nearly all of a
// real database's rows by volume.
std::string message_body(TextWriter& writer) {
  Random& random = writer.random();
  if (random.chance(30)) return "";
  const double skew = random.unit() * random.unit();
  const double bytes = random.below(8) == 0 ? 4'000 + skew * 40'000 : 300 + skew * 1'700;
  return writer.html(static_cast<std::size_t>(bytes));
}

void copy_message(CopyIn& copy, std::int64_t id, TextWriter& writer, const ValueContext& context,
                  const Period& period) {
  Random& random = writer.random();
  const std::string when = period.at(id);
  const std::string user = std::to_string(one_of_rows(random, context, "res_users"));
  const std::string address = fmt::format("\"{}\" <user{}@example.com>", writer.person(), user);
  constexpr std::array kModels = {"sale.order", "account.move", "stock.picking", "crm.lead", "project.task"};
  copy.number(id);
  if (id > 8 && random.chance(40)) {
    copy.number(id - static_cast<std::int64_t>(random.between(1, 7)));
  } else {
    copy.null();
  }
  copy.number(static_cast<std::int64_t>(random.between(1, 20000)));
  copy.number(1).number(one_of_rows(random, context, "mail_message_subtype"));
  copy.number(one_of_rows(random, context, "res_partner"));
  if (random.chance(15)) {
    copy.text(fmt::format("Re: {}", writer.phrase(5)));
  } else {
    copy.null();
  }
  copy.plain(kModels[random.below(kModels.size())]).text(fmt::format("S{:05}", random.below(100000)));
  copy.plain(random.chance(60) ? "notification" : "comment").text(address);
  copy.text(fmt::format("<{:015}.17{}.{:08}-openerp-{}-mail@example.com>", random.below(999999999999999u), id,
                        random.below(99999999), id % 20000));
  copy.text(address).text(message_body(writer));
  copy.plain(random.chance(30) ? "t" : "f").plain("f").plain("t").plain(when);
  copy.plain(user).plain(user).plain(fmt::format("{}.{:06}", when, random.below(1000000))).plain(when);
  copy.end_row();
}

std::string view_arch(TextWriter& writer) {
  std::string arch = "<form string=\"" + writer.phrase(2) + "\">\n";
  for (std::uint64_t groups = 1 + writer.random().below(5); groups > 0; --groups) {
    arch += "    <group name=\"" + writer.phrase(1) + "\">\n";
    for (std::uint64_t fields = 2 + writer.random().below(9); fields > 0; --fields) {
      arch +=
          fmt::format("        <field name=\"x_{}\" invisible=\"state != 'draft'\" placeholder=\"{}\"/>\n",
                      writer.random().below(4000), writer.phrase(2));
    }
    arch += "    </group>\n";
  }
  return arch + "</form>\n";
}

// Texts of the writer hold neither quotes nor control characters but line feeds.
std::string json_text(const std::string& text) {
  std::string json = "{\"en_US\": \"";
  for (const char character : text) {
    if (character == '"' || character == '\\') json += '\\';
    if (character == '\n') {
      json += "\\n";
    } else {
      json += character;
    }
  }
  return json + "\"}";
}

void copy_attachment(CopyIn& copy, std::int64_t id, const StoredFile& file, bool thumbnail, Random& random,
                     const std::string& when) {
  copy.number(id);
  if (thumbnail) {
    copy.plain("image_1024").plain("product.template").plain("image_1024");
  } else {
    copy.text(file.name).plain(random.chance(50) ? "account.move" : "mail.compose.message").null();
  }
  copy.number(static_cast<std::int64_t>(random.between(1, 5000))).number(1).plain("binary").null();
  copy.plain(random.chance(10) ? "t" : "f").null().plain(file.stored_name()).plain(file.sha1);
  copy.number(file.size_bytes).plain(file.mimetype).text(file.index_content).number(1).number(2);
  copy.plain(when).plain(when);
  copy.end_row();
}

}  // namespace

void copy_messages(Connection& connection, std::int64_t first, std::int64_t last,
                   const ValueContext& context) {
  TextWriter writer(context.seed ^ static_cast<std::uint64_t>(first));
  const Period period = context.period("mail_message");
  CopyIn copy(
      connection,
      "public.mail_message (id, parent_id, res_id, record_company_id, subtype_id, author_id, subject, model, "
      "record_name, message_type, email_from, message_id, reply_to, body, is_internal, reply_to_force_new, "
      "email_add_signature, date, create_uid, write_uid, create_date, write_date)");
  for (std::int64_t id = first; id <= last; ++id) copy_message(copy, id, writer, context, period);
  copy.finish();
}

void copy_views(Connection& connection, std::int64_t last, const ValueContext& context) {
  TextWriter writer(context.seed + 1);
  CopyIn copy(connection,
              "public.ir_ui_view (id, name, model, key, type, priority, inherit_id, mode, arch_db, active, "
              "create_uid, "
              "write_uid, create_date, write_date)");
  for (std::int64_t id = 1; id <= last; ++id) {
    const bool extension = id > 10 && writer.random().chance(40);
    copy.number(id)
        .text(fmt::format("view.form.{}", id))
        .plain("sale.order")
        .plain(fmt::format("sale.view_{}", id));
    copy.plain("form").number(16);
    if (extension) {
      copy.number(1 + static_cast<std::int64_t>(writer.random().below(static_cast<std::uint64_t>(id - 1))));
    } else {
      copy.null();
    }
    copy.plain(extension ? "extension" : "primary")
        .text(json_text(view_arch(writer)))
        .plain("t")
        .number(1)
        .number(1);
    copy.plain("2022-07-01 08:00:00").plain("2022-07-01 08:00:00");
    copy.end_row();
  }
  copy.finish();
}

void copy_lasting_attachments(Connection& connection, const ValueContext& context) {
  connection.run(fmt::format(
      "INSERT INTO public.ir_attachment (id, name, res_model, type, public, db_datas, checksum, file_size, "
      "mimetype, "
      "create_uid, write_uid, create_date, write_date) "
      "SELECT g, 'web.assets_' || g, 'ir.ui.view', 'binary', true, "
      "(SELECT string_agg(sha512(concat({}, g, part)::bytea), ''::bytea ORDER BY part) FROM "
      "generate_series(1, g * 40) AS part), "
      "sha224(g::text::bytea)::text::varchar(40), g * 2560, 'text/css', 1, 1, timestamp '2022-07-01 08:00', "
      "timestamp '2022-07-01 08:00' FROM generate_series(1, {}) AS g",
      context.seed, kLastingAttachments));
}

std::int64_t copy_attachments(Connection& connection, std::int64_t first,
                              const std::vector<StoredFile>& files, const ValueContext& context) {
  Random random(context.seed + 2);
  const Period period = context.working_day
                            ? Period::working_day()
                            : Period::history(static_cast<std::int64_t>(files.size()) * 3 / 2 + first);
  CopyIn copy(connection, kAttachmentColumns);
  std::int64_t id = first;
  for (const StoredFile& file : files) {
    const std::string when = period.at(id);
    copy_attachment(copy, id++, file, false, random, when);
    if (file.mimetype == "image/jpeg" && random.chance(10))
      copy_attachment(copy, id++, file, true, random, when);
  }
  copy.finish();
  return id - 1;
}

}  // namespace sample
