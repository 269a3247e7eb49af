// Any bytes as an SQL script: it splits or is refused, and every statement lies inside it.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "capture/sql/sql_script.h"
#include "operations/restore/post_data.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view script = skyhold::as_text({data, size});
  const auto statements = skyhold::split_sql_script(script);
  if (!statements) return 0;
  for (const std::string_view statement : *statements) {
    SKYHOLD_ASSERT(!statement.empty());
    SKYHOLD_ASSERT(statement.data() >= script.data());
    SKYHOLD_ASSERT(statement.data() + statement.size() <= script.data() + script.size());
    skyhold::classify_post_data(statement);
  }
  return 0;
}
