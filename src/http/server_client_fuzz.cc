// Whatever X-Forwarded-For says, the client has an address that reads back as itself.
#include "base/assert.h"
#include "base/bytes.h"
#include "http/server_client.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  static const TrustedProxies trusted = TrustedProxies::parse({"10.0.0.0/8", "::1", "unix"}).value();
  const std::string text(as_text({data, size}));
  const std::vector<HttpHeader> headers{{"x-forwarded-for", text}, {"x-forwarded-proto", text}};
  const ServerClient client = find_client({"10.0.0.1", false}, headers, trusted);
  const auto address = NetworkAddress::parse(client.address);
  SKYHOLD_ASSERT(address && address->text() == client.address);
  SKYHOLD_ASSERT(find_client({"192.0.2.1", false}, headers, trusted).address == "192.0.2.1");
  return 0;
}
