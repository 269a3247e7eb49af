#include "catalog/cursor.h"

#include "base/assert.h"
#include "base/encoding.h"
#include "base/utf8.h"

namespace skyhold {
namespace {

constexpr char kSeparator = '\n';
constexpr std::size_t kMostBytes = 1024;

tl::unexpected<Error> not_a_cursor() {
  return fail(ErrorCode::kInvalidArgument, "the cursor is not one that this list gave",
              "begin at the first page, and hand on \"next\" as it came");
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char each : text) {
    if (each == kSeparator) {
      parts.emplace_back();
    } else {
      parts.back().push_back(each);
    }
  }
  return parts;
}

}  // namespace

std::string encode_cursor(std::string_view list, const std::vector<std::string>& key) {
  std::string text(list);
  for (const std::string& part : key) {
    SKYHOLD_ASSERT(part.find(kSeparator) == std::string::npos);
    text += kSeparator;
    text += part;
  }
  return base64url_encode(as_bytes(text));
}

Result<std::vector<std::string>> decode_cursor(std::string_view list, std::string_view cursor,
                                               std::size_t parts) {
  if (cursor.size() > kMostBytes) return not_a_cursor();
  const auto bytes = base64url_decode(cursor);
  if (!bytes) return not_a_cursor();
  const std::string_view text = as_text(*bytes);
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) return not_a_cursor();
  std::vector<std::string> key = split(text);
  if (key.front() != list || key.size() != parts + 1) return not_a_cursor();
  key.erase(key.begin());
  return key;
}

}  // namespace skyhold
