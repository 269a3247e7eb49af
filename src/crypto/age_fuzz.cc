// Headers that decode are written again as they were; whatever the bytes are, opening them ends.
#include "base/assert.h"
#include "crypto/age.h"
#include "crypto/age_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const skyhold::ByteView bytes(data, size);
  const std::string_view text = skyhold::as_text(bytes);
  const auto length = skyhold::age_header_length(text);
  if (length && *length > 0) {
    if (const auto header = skyhold::decode_age_header(text.substr(0, *length))) {
      SKYHOLD_ASSERT(skyhold::age_header_text(header->stanzas) == header->signed_text);
    }
  }
  skyhold::AgeIdentity identity;
  identity.key.fill(7);
  skyhold::AgeDecryptor decryptor(identity);
  skyhold::Bytes out;
  if (decryptor.update(bytes, out)) (void)decryptor.finish(out);
  (void)skyhold::AgeRecipient::parse(text);
  return 0;
}
