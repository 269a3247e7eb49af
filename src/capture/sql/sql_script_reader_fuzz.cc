// Any bytes as a script that comes in pieces: it is read to its end or refused, and the pieces do
// not depend on how the bytes came.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "capture/sql/sql_script_reader.h"

namespace {

class StepSource final : public skyhold::ByteSource {
 public:
  StepSource(skyhold::ByteView bytes, std::size_t step) : bytes_(bytes), step_(step) {}
  skyhold::Result<std::size_t> read(skyhold::MutableByteView out) override {
    const std::size_t count = std::min({out.size(), step_, bytes_.size()});
    std::copy_n(bytes_.begin(), count, out.begin());
    bytes_ = bytes_.subspan(count);
    return count;
  }

 private:
  skyhold::ByteView bytes_;
  std::size_t step_;
};

std::string told(skyhold::ByteView bytes, std::size_t step) {
  constexpr std::size_t kMaxStatementBytes = 4096;
  StepSource source(bytes, step);
  skyhold::SqlScriptReader reader(source, kMaxStatementBytes);
  std::string text;
  while (true) {
    const auto piece = reader.next();
    if (!piece) return text + "\nrefused";
    if (!*piece) return text;
    text += std::string((*piece)->text) + "\n";
    if (!(*piece)->text.starts_with("C")) continue;
    reader.begin_rows();
    skyhold::Bytes chunk(step);
    while (true) {
      const auto got = reader.read_rows(chunk);
      if (!got) return text + "\nrefused";
      if (*got == 0) break;
      text += skyhold::as_text(skyhold::ByteView(chunk).first(*got));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLarge = 1U << 20;
  const std::string whole = told({data, size}, kLarge);
  SKYHOLD_ASSERT(told({data, size}, 3) == whole);
  return 0;
}
