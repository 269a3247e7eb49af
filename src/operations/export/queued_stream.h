// Reading and writing at once: a thread fills a bounded queue, the caller empties it.
#pragma once

#include <functional>

#include "io/byte_stream.h"

namespace skyhold {

// Runs `produce` in a thread of its own; what it writes goes to `consumer` in pieces of 256 KiB, at most
// 16 of which wait. The first error of either side ends both.
Status run_queued(const std::function<Status(ByteSink&)>& produce, ByteSink& consumer);

}  // namespace skyhold
