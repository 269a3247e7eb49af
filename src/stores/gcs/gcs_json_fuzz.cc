// Whatever a server or a file holds, reading it ends; and what was read is within its bounds.
#include "base/assert.h"
#include "stores/gcs/gcs_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  const ByteView bytes(data, size);
  if (const auto object = parse_gcs_object(bytes)) SKYHOLD_ASSERT(!object->name.empty());
  if (const auto page = parse_gcs_page(bytes)) {
    for (const GcsObject& object : page->objects) SKYHOLD_ASSERT(!object.name.empty());
  }
  if (const auto token = parse_access_token(bytes)) {
    SKYHOLD_ASSERT(token->lifetime.count() > 0);
    SKYHOLD_ASSERT(token->access_token.find_first_of(" \r\n") == std::string::npos);
  }
  if (const auto credentials = parse_google_credentials(bytes))
    SKYHOLD_ASSERT(!credentials->token_uri.empty());
  const GoogleProblem problem = parse_google_problem(bytes);
  SKYHOLD_ASSERT(problem.message.size() < 700 && problem.message.find('\n') == std::string::npos);
  if (const auto checksum = parse_gcs_crc32c(as_text(bytes))) {
    SKYHOLD_ASSERT(format_gcs_crc32c(*checksum) == as_text(bytes));
  }
  return 0;
}
