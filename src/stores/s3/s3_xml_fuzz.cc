// Answers of a server that means harm: read or refused, never a crash, never half a page.
#include "base/assert.h"
#include "stores/s3/xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  const ByteView input(data, size);
  if (const Result<ListPage> page = parse_list_page(input)) {
    for (const ObjectInfo& object : page->objects) SKYHOLD_ASSERT(!object.name.empty());
  } else {
    SKYHOLD_ASSERT(page.error().code == ErrorCode::kCorrupt);
  }
  if (const std::optional<S3ErrorBody> error = parse_error_body(input)) {
    SKYHOLD_ASSERT(error->message.find('\n') == std::string::npos);
  }
  if (const Result<AssumedRole> role = parse_assumed_role(input)) {
    SKYHOLD_ASSERT(!role->access_key_id.empty() && !role->secret_access_key.empty());
  }
  return 0;
}
