// What an operator types as a PostgreSQL URL: any bytes are a target or an error, and
// neither shows the password.
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "capture/pg_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto target = skyhold::PgTarget::parse(text);
  if (!target) {
    SKYHOLD_ASSERT(target.error().code == skyhold::ErrorCode::kInvalidArgument);
    return 0;
  }
  SKYHOLD_ASSERT(!target->database().empty());
  SKYHOLD_ASSERT(target->with_database("other").database() == "other");
  SKYHOLD_ASSERT(!target->describe().empty());
  return 0;
}
