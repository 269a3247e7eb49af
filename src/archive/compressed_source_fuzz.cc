// Whatever the bytes are, expanding them ends within the limits; so does finding out what they hold.
#include "archive/compressed_source.h"
#include "archive/detect.h"
#include "archive/memory_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  skyhold::ArchiveLimits limits;
  limits.max_total_bytes = std::uint64_t{4} << 20;
  skyhold::MemorySource source({data, size});
  const auto incoming = skyhold::Incoming::open(source, limits);
  if (!incoming) return 0;
  skyhold::Bytes chunk(65536);
  for (auto count = (*incoming)->stream().read(chunk); count && *count > 0;
       count = (*incoming)->stream().read(chunk)) {
  }
  return 0;
}
