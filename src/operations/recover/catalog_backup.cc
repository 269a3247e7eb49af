#include "operations/recover/catalog_backup.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <zstd.h>

#include "base/assert.h"
#include "base/random.h"

namespace skyhold {
namespace {

constexpr std::string_view kPrefix = "_catalog/";
constexpr std::string_view kHead = "skyhold-catalog-v1\n";
constexpr std::string_view kContext = "catalog";
constexpr std::uint64_t kMostTextBytes = std::uint64_t{1} << 30;
constexpr int kCompressionLevel = 3;

std::string compressed(std::string_view text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), kCompressionLevel);
  SKYHOLD_ASSERT(ZSTD_isError(size) == 0);
  packed.resize(size);
  return packed;
}

Result<std::string> decompressed(std::string_view packed) {
  const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kMostTextBytes) {
    return fail(ErrorCode::kCorrupt, "the saved catalog is not what Skyhold writes");
  }
  std::string text(size, '\0');
  const std::size_t got = ZSTD_decompress(text.data(), text.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) != 0 || got != size) {
    return fail(ErrorCode::kCorrupt, "the saved catalog is cut off or damaged");
  }
  return text;
}

// "20261123T010203456Z": of fixed width, so that names sort by time.
std::string stamp(Instant now) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
  std::string text = format_rfc3339(Instant(std::chrono::seconds(ms / 1000)));
  text.erase(
      std::remove_if(text.begin(), text.end(), [](char c) { return c == '-' || c == ':' || c == 'Z'; }),
      text.end());
  return fmt::format("{}{:03}Z", text, ms % 1000);
}

Result<Instant> time_of(std::string_view name) {
  const std::string_view text = name.substr(kPrefix.size());
  constexpr std::size_t kStampBytes = 19;
  if (text.size() < kStampBytes) return fail(ErrorCode::kCorrupt, "not the name of a saved catalog");
  return parse_rfc3339(fmt::format("{}-{}-{}T{}:{}:{}.{}Z", text.substr(0, 4), text.substr(4, 2),
                                   text.substr(6, 2), text.substr(9, 2), text.substr(11, 2),
                                   text.substr(13, 2), text.substr(15, 3)));
}

// Newest first.
Result<std::vector<std::string>> saves_in(ObjectStore& store) {
  std::vector<std::string> names;
  TRY(store.list(kPrefix, [&](const ObjectInfo& object) -> Status {
    if (time_of(object.name)) names.push_back(object.name);
    return {};
  }));
  std::sort(names.rbegin(), names.rend());
  return names;
}

Status save_to(ObjectStore& store, const std::string& name, ByteView sealed, std::size_t keep) {
  TRY(store.put(name, sealed));
  const std::vector<std::string> names = TRY(saves_in(store));
  for (std::size_t at = keep; at < names.size(); ++at) {
    const Status removed = store.remove(names[at]);
    // Under an object lock it goes when its time is over.
    const bool refused = !removed && removed.error().code == ErrorCode::kPermissionDenied;
    if (refused) break;
    if (!removed && removed.error().code != ErrorCode::kNotFound) return fail(removed.error());
  }
  return {};
}

Result<std::string> open_save(ObjectStore& store, const std::string& name, const MasterKey& master_key) {
  const Bytes sealed = TRY(store.get(name));
  std::string_view text = as_text(sealed);
  if (!text.starts_with(kHead)) {
    return fail(ErrorCode::kUnsupported, fmt::format("{} is not a catalog that this version can read", name),
                "recover with the version of Skyhold that wrote it, or a later one");
  }
  text.remove_prefix(kHead.size());
  return decompressed(TRY(master_key.unwrap(text, kContext)));
}

}  // namespace

Result<CatalogSave> save_catalog(const std::vector<ObjectStorePtr>& stores, const MasterKey& master_key,
                                 std::string_view text, Instant now, std::size_t keep) {
  const std::string sealed = fmt::format("{}{}", kHead, master_key.wrap(compressed(text), kContext));
  const std::string name =
      fmt::format("{}{}-{:08x}", kPrefix, stamp(now), static_cast<std::uint32_t>(random_u64()));
  CatalogSave save;
  for (const ObjectStorePtr& store : stores) {
    const Status saved = save_to(*store, name, as_bytes(sealed), keep);
    if (saved) save.saved.push_back(store->location());
    if (!saved) save.failed.emplace_back(store->location(), saved.error());
  }
  if (save.saved.empty() && !save.failed.empty()) {
    return fail(save.failed.front().second.in("saving the catalog"));
  }
  return save;
}

Result<LoadedCatalog> load_catalog(ObjectStore& store, const MasterKey& master_key) {
  std::optional<Error> newest_problem;
  for (const std::string& name : TRY(saves_in(store))) {
    Result<std::string> text = open_save(store, name, master_key);
    if (text) {
      const Instant saved_at = TRY(time_of(name));
      return LoadedCatalog{std::move(*text), saved_at};
    }
    const ErrorCode code = text.error().code;
    if (code != ErrorCode::kCorrupt && code != ErrorCode::kWrongKey && code != ErrorCode::kNotFound) {
      return fail(text.error());
    }
    if (!newest_problem) newest_problem = text.error();
  }
  if (newest_problem) return fail(*newest_problem);
  return fail(ErrorCode::kNotFound, fmt::format("no catalog was ever saved in {}", store.location()),
              "is it the place that the settings name as a store?");
}

}  // namespace skyhold
