#include "base/id.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/encoding.h"
#include "base/random.h"

namespace skyhold {

std::string Id::hex() const {
  return hex_encode(bytes);
}

std::string Id::short_hex() const {
  return hex_encode(view().first(4));
}

Id Id::from_bytes(ByteView bytes) {
  SKYHOLD_ASSERT(bytes.size() == kBytes);
  Id id;
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

Result<Id> Id::from_hex(std::string_view text) {
  const bool is_plain = std::all_of(text.begin(), text.end(),
                                    [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (text.size() != 2 * kBytes || !is_plain) {
    return fail(ErrorCode::kCorrupt, fmt::format("\"{}\" is not an id of 64 hex digits", text.substr(0, 80)));
  }
  return from_bytes(TRY(hex_decode(text)));
}

Id Id::random() {
  Id id;
  random_bytes(id.bytes);
  return id;
}

}  // namespace skyhold
