// Whatever a provider answers is read to its end or refused with words.
#include "access/oidc_documents.h"
#include "base/assert.h"
#include "base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  const std::string_view text = as_text({data, size});
  if (const auto metadata = parse_oidc_metadata(text, "https://id.example.com")) {
    SKYHOLD_ASSERT(metadata->token_endpoint.starts_with("https://"));
    SKYHOLD_ASSERT(metadata->authorization_endpoint.starts_with("https://"));
  } else {
    SKYHOLD_ASSERT(!metadata.error().message.empty());
  }
  if (const auto keys = parse_oidc_keys(text)) {
    for (const OidcKey& key : *keys) SKYHOLD_ASSERT(key.type == "RSA" || key.type == "EC");
  }
  if (const auto tokens = parse_oidc_tokens(text)) SKYHOLD_ASSERT(!tokens->id_token.empty());
  static_cast<void>(parse_oidc_claims(text, "groups"));
  SKYHOLD_ASSERT(oidc_error_code(text).size() <= 64);
  return 0;
}
