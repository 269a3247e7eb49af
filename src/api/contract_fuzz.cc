// Whatever comes as a body is refused or is what the schema says, and survives being written.
#include "api/contract.h"
#include "base/assert.h"
#include "base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  const std::string_view text = as_text({data, size});
  const auto body = parse_json(text);
  if (!body) return 0;
  const auto again = parse_json(to_text(*body));
  SKYHOLD_ASSERT(again && to_text(*again) == to_text(*body));
  for (const auto& [id, operation] : contract().operations()) {
    if (operation.body_schema == nullptr) continue;
    const auto fault = contract().check(*body, *operation.body_schema);
    // Every body of the contract is an object that knows its members.
    if (!fault) SKYHOLD_ASSERT(body->is(JsonValue::Type::kObject));
    if (fault) SKYHOLD_ASSERT(!fault->message.empty());
  }
  return 0;
}
