#include "repository/retention.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/assert.h"
#include "io/in_parallel.h"

namespace skyhold {
namespace {

// Each asks and hardly ever writes: the time is that of answers on their way.
constexpr std::size_t kAtOnce = 8;

// All index files, because a backup that reads this one needs them all to find its blobs.
Result<std::vector<std::string>> names_to_protect(Copies& copies, std::size_t copy,
                                                  const std::unordered_set<Id>& packs) {
  std::vector<std::string> names{std::string(kConfigName)};
  for (const FileKind kind : {FileKind::kKey, FileKind::kIndex}) {
    TRY(copies.list_copy(copy, kind, [&](const Id& id, std::uint64_t) -> Status {
      names.push_back(object_name(kind, id));
      return {};
    }));
  }
  for (const Id& pack : packs) names.push_back(object_name(FileKind::kPack, pack));
  return names;
}

Status protect_on(Copies& copies, std::size_t copy, const std::unordered_set<Id>& packs) {
  const std::vector<std::string> names = TRY(names_to_protect(copies, copy, packs));
  return in_parallel(names.size(), kAtOnce, [&](std::size_t i) -> Status {
    const Status kept = copies.store(copy).protect(names[i]);
    if (kept) return {};
    return fail(kept.error().in(fmt::format("cannot keep {}, which is used again, from deletion", names[i])));
  });
}

}  // namespace

bool any_copy_protects(const Copies& copies) {
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    if (copies.healthy(copy) && copies.store(copy).protects()) return true;
  }
  return false;
}

void protect_reused(Copies& copies, const std::unordered_set<Id>& packs) {
  std::vector<std::size_t> protecting;
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    if (copies.healthy(copy) && copies.store(copy).protects()) protecting.push_back(copy);
  }
  const Status done = in_parallel(protecting.size(), protecting.size(), [&](std::size_t i) -> Status {
    const std::size_t copy = protecting[i];
    const Status kept = protect_on(copies, copy, packs);
    if (!kept) copies.mark_failed(copy, kept.error());
    return {};
  });
  SKYHOLD_ASSERT(done);
}

}  // namespace skyhold
