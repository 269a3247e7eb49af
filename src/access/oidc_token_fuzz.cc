// A list of keys, a zero byte, and a token: nothing that was not signed by a key of the list is ever a proof.
// No key of the seeds has a private half that anybody knows, so there is none.
#include "access/oidc_token.h"

#include <algorithm>

#include "base/assert.h"
#include "base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  const std::string_view text = as_text({data, size});
  const std::size_t zero = std::min(text.find('\0'), text.size());
  const auto keys = parse_oidc_keys(text.substr(0, zero));
  const OidcExpectation expected{.issuer = "https://id.example.com",
                                 .client_id = "skyhold",
                                 .nonce = "a nonce that no input can know: 3f9c7d1e",
                                 .claim = "groups",
                                 .now = parse_rfc3339("2026-11-23T08:00:00Z").value()};
  const auto claims =
      verify_id_token(text.substr(std::min(zero + 1, text.size())), keys.value_or(OidcKeys{}), expected);
  SKYHOLD_ASSERT(!claims.has_value());
  SKYHOLD_ASSERT(!claims.error().message.empty());
  return 0;
}
