// Which bytes are text.
#pragma once

#include <string_view>

namespace skyhold {

// Whether `text` is UTF-8 as RFC 3629 has it: no overlong forms, no surrogates.
[[nodiscard]] bool is_utf8(std::string_view text);

// The bytes of the character that `text` begins with; 0 when it does not begin with a valid one.
[[nodiscard]] std::size_t utf8_character_bytes(std::string_view text);

}  // namespace skyhold
