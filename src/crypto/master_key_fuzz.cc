// A key file or wrapped secret of any content is accepted whole or refused.
#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/master_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  const std::string_view text = as_text({data, size});
  if (const Result<MasterKey> key = MasterKey::parse(text)) {
    SKYHOLD_ASSERT(MasterKey::parse(key->to_text())->to_text() == key->to_text());
  }
  static const MasterKey kKey =
      MasterKey::parse("skyhold-master-key-v1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").value();
  static_cast<void>(kKey.unwrap(text, "fuzz"));
  SKYHOLD_ASSERT(kKey.unwrap(kKey.wrap(text, text), text).value() == text);
  return 0;
}
