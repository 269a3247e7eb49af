// Whatever comes, and however it is cut into pieces, the same events are read.
#include "base/assert.h"
#include "base/bytes.h"
#include "http/event_parser.h"

namespace {

using namespace skyhold;

bool same(const ServerEvent& a, const ServerEvent& b) {
  return a.name == b.name && a.data == b.data && a.id == b.id;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  const auto at_once = ServerEventParser().feed(text);
  ServerEventParser parser;
  std::vector<ServerEvent> one_by_one;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto events = parser.feed(text.substr(i, 1));
    SKYHOLD_ASSERT(events.has_value() == at_once.has_value() || i + 1 < text.size());
    if (!events) return 0;
    one_by_one.insert(one_by_one.end(), events->begin(), events->end());
  }
  SKYHOLD_ASSERT(at_once.has_value() && at_once->size() == one_by_one.size());
  for (std::size_t i = 0; i < one_by_one.size(); ++i) SKYHOLD_ASSERT(same((*at_once)[i], one_by_one[i]));
  return 0;
}
