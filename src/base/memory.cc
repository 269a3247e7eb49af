#include "base/memory.h"

#include <malloc.h>

namespace skyhold {

void give_back_freed_memory() {
  ::malloc_trim(0);
}

}  // namespace skyhold
