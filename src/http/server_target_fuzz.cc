// Whatever a target says, the path that comes out is one that can be split at its slashes.
#include "base/assert.h"
#include "base/bytes.h"
#include "http/server_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  // Half of the inputs as they are, half behind a '/', or few would get beyond the first byte.
  std::string input(as_text({data, size}));
  if (size % 2 == 0) input.insert(input.begin(), '/');
  const Result<ServerTarget> target = parse_server_target(input);
  if (!target) return 0;
  const std::string walled = target->path + "/";
  SKYHOLD_ASSERT(walled.front() == '/');
  SKYHOLD_ASSERT(target->path.find("//") == std::string::npos);
  SKYHOLD_ASSERT(walled.find("/../") == std::string::npos && walled.find("/./") == std::string::npos);
  SKYHOLD_ASSERT(target->path.find('\0') == std::string::npos);
  SKYHOLD_ASSERT(target->path.size() <= input.size());
  return 0;
}
