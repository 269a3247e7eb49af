// What decodes as a lock must survive being written and read again.
#include "base/assert.h"
#include "repository/lock_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto lock = skyhold::decode_lock({data, size});
  if (!lock) return 0;
  const auto again = skyhold::decode_lock(skyhold::encode_lock(*lock));
  SKYHOLD_ASSERT(again.has_value());
  SKYHOLD_ASSERT(again->time == lock->time && again->exclusive == lock->exclusive && again->pid == lock->pid);
  return 0;
}
