// Settings that are accepted must be such that a store can be looked up and opened by them.
#include "base/assert.h"
#include "base/bytes.h"
#include "stores/store_settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  const Result<PlatformSettings> settings = parse_settings(as_text({data, size}), "skyhold.toml");
  if (!settings) {
    SKYHOLD_ASSERT(!settings.error().message.empty());
    return 0;
  }
  for (const StoreSettings& store : settings->stores) {
    SKYHOLD_ASSERT(settings->find(store.name) == &store);
    SKYHOLD_ASSERT(check_store_url(store.url));
    SKYHOLD_ASSERT(store.removal_delay.count() >= 0 && store.object_lock_days >= 0);
  }
  return 0;
}
