// Whatever the bytes are, the reader ends, and gives only names that may be used.
#include "archive/memory_source.h"
#include "archive/zip_reader.h"
#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  skyhold::ArchiveLimits limits;
  limits.max_total_bytes = std::uint64_t{4} << 20;
  skyhold::MemorySource source({data, size});
  const auto reader = skyhold::open_zip(source, limits);
  skyhold::Bytes chunk(4096);
  while (true) {
    const auto entry = reader->next();
    if (!entry || !entry->has_value()) return 0;
    SKYHOLD_ASSERT(skyhold::check_entry_name((*entry)->name, limits).has_value());
    for (auto count = reader->read(chunk); count && *count > 0; count = reader->read(chunk)) {
    }
  }
}
