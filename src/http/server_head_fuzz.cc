// A head that comes in two pieces is judged as one that comes at once.
#include "base/assert.h"
#include "base/bytes.h"
#include "http/server_head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  constexpr std::size_t kMostBytes = 4096;
  const std::string input = std::string(as_text({data, size})) + "\r\n\r\n";
  const auto at_once = HeadScanner(kMostBytes).scan(input);

  HeadScanner in_pieces(kMostBytes);
  auto piece = in_pieces.scan(std::string_view(input).substr(0, input.size() / 2));
  if (piece && !*piece) piece = in_pieces.scan(input);
  SKYHOLD_ASSERT(piece.has_value() == at_once.has_value());
  if (!at_once) return 0;
  SKYHOLD_ASSERT(*piece == *at_once && *at_once &&
                 std::string_view(input).substr(0, **at_once).ends_with("\r\n\r\n"));

  const std::vector<HttpHeader> headers{{"host", "a"}, {"content-length", input}, {"connection", input}};
  if (const auto framing = check_framing(headers, true)) SKYHOLD_ASSERT(!framing->chunked);
  return 0;
}
