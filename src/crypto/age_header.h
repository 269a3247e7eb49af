// The text at the beginning of an age file (age.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

struct AgeStanza {
  std::vector<std::string> arguments;  // "X25519", its share
  Bytes body;
};

struct AgeHeader {
  std::vector<AgeStanza> stanzas;
  Bytes mac;                // 32 bytes
  std::string signed_text;  // what the MAC is over
};

// Everything that the MAC is over, "---" included.
std::string age_header_text(const std::vector<AgeStanza>& stanzas);

inline constexpr std::size_t kLongestAgeHeader = 64 * 1024;

// The bytes of the header at the beginning of `text`, its last line break included; 0 when it is not
// all there yet. kCorrupt when it is none.
Result<std::size_t> age_header_length(std::string_view text);
// Of exactly that. kCorrupt for what age would refuse too.
Result<AgeHeader> decode_age_header(std::string_view text);

std::string age_base64(ByteView bytes);                  // without padding
Result<Bytes> age_base64_decode(std::string_view text);  // in the one form that the encoder writes

}  // namespace skyhold
