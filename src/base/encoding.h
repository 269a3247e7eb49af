// Hex and base64, both strict when reading: outside bytes come through here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

std::optional<unsigned> hex_digit(char digit);       // its value
std::string hex_encode(ByteView bytes);              // lowercase
Result<Bytes> hex_decode(std::string_view text);     // lowercase or uppercase, even length
std::string base64_encode(ByteView bytes);           // RFC 4648, padded
Result<Bytes> base64_decode(std::string_view text);  // RFC 4648, padded, no white space
// The alphabet that URLs and tokens use ("-_"), without padding.
std::string base64url_encode(ByteView bytes);
Result<Bytes> base64url_decode(std::string_view text);

}  // namespace skyhold
