// A chunked body that comes byte by byte is read as one that comes at once.
#include "base/assert.h"
#include "base/bytes.h"
#include "http/server_body_decoder.h"

namespace {

using namespace skyhold;

struct Outcome {
  bool refused = false;
  bool done = false;
  std::size_t consumed = 0;
  std::string body;
  bool operator==(const Outcome&) const = default;
};

Outcome decode(ByteView input, std::size_t window) {
  BodyDecoder decoder(RequestFraming{.chunked = true, .content_length = {}});
  Outcome outcome;
  while (true) {
    const auto rest = input.subspan(outcome.consumed);
    const auto step = decoder.next(rest.first(std::min(window, rest.size())));
    outcome.refused = !step;
    outcome.done = decoder.done();
    if (!step || step->consumed == 0) return outcome;
    outcome.consumed += step->consumed;
    outcome.body += as_text(step->data);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Outcome at_once = decode({data, size}, size);
  SKYHOLD_ASSERT(at_once == decode({data, size}, 1));
  SKYHOLD_ASSERT(at_once.refused || at_once.done || at_once.consumed == size);
  return 0;
}
