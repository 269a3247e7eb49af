// A configuration file that an operator hands over: any bytes are one or an error, what comes
// of it is a target or an error, and no message shows the password.
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "capture/odoo/odoo_conf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto conf = skyhold::parse_odoo_conf(text);
  if (!conf) {
    SKYHOLD_ASSERT(conf.error().code == skyhold::ErrorCode::kInvalidArgument);
    return 0;
  }
  const auto target = skyhold::odoo_database_target(*conf, "fallback");
  if (target) {
    SKYHOLD_ASSERT(target->database() == "fallback");
    SKYHOLD_ASSERT(target->password() == conf->db_password);
  }
  const auto filestore = skyhold::odoo_filestore(*conf, "", "/home/odoo");
  if (filestore) SKYHOLD_ASSERT(filestore->filename() == conf->db_names.front());
  return 0;
}
