// Names from ir_attachment: one that is called safe stays below the root it is joined to.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/assert.h"
#include "capture/copy_text.h"
#include "capture/filestore.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const auto& field : skyhold::decode_copy_row(text)) {
    const std::string name = field.value_or("");
    const bool safe = skyhold::is_safe_relative_name(name);
    SKYHOLD_ASSERT(safe || !skyhold::is_sha1_name(name));
    if (!safe) continue;
    const std::filesystem::path root = "/root/of/filestore";
    const std::filesystem::path joined = (root / name).lexically_normal();
    SKYHOLD_ASSERT(joined.string().size() > root.string().size());
    SKYHOLD_ASSERT(std::mismatch(root.begin(), root.end(), joined.begin()).first == root.end());
  }
  return 0;
}
