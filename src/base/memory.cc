#include "base/memory.h"

#include <malloc.h>

namespace skyhold {

void give_back_freed_memory() {
  ::malloc_trim(0);
}

void MemoryTidier::passed(std::uint64_t bytes) {
  const std::uint64_t before = passed_bytes_.fetch_add(bytes);
  if (before / every_bytes_ != (before + bytes) / every_bytes_) give_back_freed_memory();
}

}  // namespace skyhold
