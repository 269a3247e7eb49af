// The allocator's free memory.
#pragma once

namespace skyhold {

// Large buffers that come and go leave holes between what stays, which the allocator keeps (main asks
// it to: that is faster). Call it now and then where much passes through: takes some milliseconds.
void give_back_freed_memory();

}  // namespace skyhold
