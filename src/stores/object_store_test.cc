// The conformance suite over the stores of this folder.
#include "stores/fault_store.h"
#include "stores/local_store.h"
#include "stores/memory_store.h"
#include "stores/object_store_conformance.h"
#include "stores/rate_limited_store.h"
#include "stores/retry_store.h"
#include "stores/timed_store.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

class MemoryPlace {
 public:
  ObjectStorePtr open() { return store_; }

 private:
  std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>();
};

class LocalPlace {
 public:
  ObjectStorePtr open() { return std::make_shared<LocalStore>(directory_.path()); }

 private:
  ScratchDirectory directory_;
};

// A fault store that was told no faults must not be noticed.
class FaultlessPlace {
 public:
  ObjectStorePtr open() { return std::make_shared<FaultStore>(store_); }

 private:
  std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>();
};

// All decorators of a store behind a network, with nothing to do.
class DecoratedPlace {
 public:
  ObjectStorePtr open() {
    RateLimits limits;
    limits.upload_bytes_per_second.fill(std::uint64_t{1} << 50);
    limits.download_bytes_per_second.fill(std::uint64_t{1} << 50);
    const RateLimitOptions limiting{.hour = [] { return 0; }};
    const auto limited = std::make_shared<RateLimitedStore>(store_, limits, limiting);
    return std::make_shared<RetryStore>(std::make_shared<TimedStore>(limited));
  }

 private:
  std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>();
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ObjectStoreConformance, MemoryPlace);
INSTANTIATE_TYPED_TEST_SUITE_P(Local, ObjectStoreConformance, LocalPlace);
INSTANTIATE_TYPED_TEST_SUITE_P(Faultless, ObjectStoreConformance, FaultlessPlace);
INSTANTIATE_TYPED_TEST_SUITE_P(Decorated, ObjectStoreConformance, DecoratedPlace);

}  // namespace
}  // namespace skyhold
