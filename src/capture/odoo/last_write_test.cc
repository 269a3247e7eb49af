#include "capture/odoo/last_write.h"

#include <gtest/gtest.h>

#include "capture/capture_test_support.h"

namespace skyhold {
namespace {

using capture_test::target_of;

std::optional<Instant> last_write(const ScratchDatabase& database) {
  PgSession session = PgSession::connect(target_of(database)).value();
  return last_write_of_odoo(session);
}

std::string table(const std::string& name) {
  return "CREATE TABLE " + name + " (id serial PRIMARY KEY, create_date timestamp, write_date timestamp);";
}

TEST(LastWrite, IsTheLatestOfTheNewestRows) {
  const ScratchDatabase database(
      "last_write",
      table("mail_message") + table("res_users_log") + table("ir_attachment") + table("ir_cron") +
          "INSERT INTO mail_message (create_date) VALUES ('2026-11-01 08:00'), ('2026-11-02 08:00');"
          "INSERT INTO res_users_log (create_date, write_date) VALUES "
          "('2026-11-03 07:00', '2026-11-03 09:30:15.123');"
          "INSERT INTO ir_cron (create_date) VALUES ('2026-11-23 08:00')");
  EXPECT_EQ(last_write(database), parse_rfc3339("2026-11-03T09:30:15Z").value());
}

TEST(LastWrite, IsNotToldWhereItCannotBe) {
  const ScratchDatabase none("last_write_none", "CREATE TABLE other (id int)");
  EXPECT_EQ(last_write(none), std::nullopt);
  const ScratchDatabase empty("last_write_empty", table("mail_message"));
  EXPECT_EQ(last_write(empty), std::nullopt);
  const ScratchDatabase odd(
      "last_write_odd",
      // Without an index it would be a walk through all of it.
      "CREATE TABLE mail_message (id int, create_date timestamp, write_date timestamp);"
      "INSERT INTO mail_message VALUES (1, now(), now());"
      "CREATE TABLE ir_attachment (id int PRIMARY KEY, create_date text, write_date text);" +
          table("sale_order") + "INSERT INTO sale_order (create_date) VALUES ('infinity')");
  EXPECT_EQ(last_write(odd), std::nullopt);
}

}  // namespace
}  // namespace skyhold
