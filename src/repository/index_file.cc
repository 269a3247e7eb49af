#include "repository/index_file.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace skyhold {
namespace {

using nlohmann::json;

// One pack may hold this many blobs: a header of 16 MiB has room for no more.
constexpr std::size_t kMaxBlobsPerPack = 500'000;

void append_text(Bytes& out, std::string_view text) {
  append(out, as_bytes(text));
}

void append_blob(Bytes& out, const PackedBlob& blob) {
  append_text(out,
              fmt::format(R"({{"id":"{}","type":"{}","offset":{},"length":{})", blob.handle.id.hex(),
                          blob.handle.type == BlobType::kData ? "data" : "tree", blob.offset, blob.length));
  if (blob.raw_length != 0) append_text(out, fmt::format(R"(,"uncompressed_length":{})", blob.raw_length));
  append_text(out, "}");
}

void append_pack(Bytes& out, const IndexedPack& pack) {
  append_text(out, fmt::format(R"({{"id":"{}",)", pack.id.hex()));
  if (pack.marked_at) append_text(out, fmt::format(R"("time":"{}",)", format_rfc3339(*pack.marked_at)));
  append_text(out, R"("blobs":[)");
  bool first = true;
  for (const PackedBlob& blob : pack.blobs) {
    if (!first) append_text(out, ",");
    append_blob(out, blob);
    first = false;
  }
  append_text(out, "]}");
}

void append_packs(Bytes& out, const std::vector<IndexedPack>& packs, bool marked) {
  bool first = true;
  for (const IndexedPack& pack : packs) {
    if (pack.marked_at.has_value() != marked) continue;
    if (!first) append_text(out, ",");
    append_pack(out, pack);
    first = false;
  }
}

Result<PackedBlob> read_blob(const json& object) {
  PackedBlob blob;
  const auto& type = object.at("type").get_ref<const std::string&>();
  if (type != "data" && type != "tree") return fail(ErrorCode::kCorrupt, "index: unknown type of blob");
  blob.handle.type = type == "data" ? BlobType::kData : BlobType::kTree;
  blob.handle.id = TRY(Id::from_hex(object.at("id").get_ref<const std::string&>()));
  const auto offset = object.at("offset").get<std::uint64_t>();
  const auto length = object.at("length").get<std::uint64_t>();
  const auto raw_length = object.value("uncompressed_length", std::uint64_t{0});
  if (offset > UINT32_MAX || length > kMaxIndexedBlobBytes || length < 32 ||
      raw_length > kMaxIndexedBlobBytes) {
    return fail(ErrorCode::kCorrupt, "index: impossible offset or length of a blob");
  }
  blob.offset = static_cast<std::uint32_t>(offset);
  blob.length = static_cast<std::uint32_t>(length);
  blob.raw_length = static_cast<std::uint32_t>(raw_length);
  return blob;
}

Result<IndexedPack> read_pack(const json& object, bool marked) {
  IndexedPack pack;
  pack.id = TRY(Id::from_hex(object.at("id").get_ref<const std::string&>()));
  if (marked) pack.marked_at = TRY(parse_rfc3339(object.at("time").get_ref<const std::string&>()));
  const json& blobs = object.at("blobs");
  if (!blobs.is_array() || blobs.size() > kMaxBlobsPerPack) {
    return fail(ErrorCode::kCorrupt, "index: a pack without a list of blobs");
  }
  pack.blobs.reserve(blobs.size());
  for (const json& blob : blobs) pack.blobs.push_back(TRY(read_blob(blob)));
  return pack;
}

Status read_packs(const json& object, std::string_view key, bool marked, std::vector<IndexedPack>& packs) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  if (!found->is_array()) return fail(ErrorCode::kCorrupt, "index: packs are not a list");
  for (const json& pack : *found) packs.push_back(TRY(read_pack(pack, marked)));
  return {};
}

}  // namespace

Bytes encode_index(const std::vector<IndexedPack>& packs) {
  Bytes out;
  append_text(out, R"({"packs":[)");
  append_packs(out, packs, false);
  append_text(out, "]");
  const bool any_marked =
      std::any_of(packs.begin(), packs.end(), [](const auto& pack) { return pack.marked_at.has_value(); });
  if (any_marked) {
    append_text(out, R"(,"packs_to_delete":[)");
    append_packs(out, packs, true);
    append_text(out, "]");
  }
  append_text(out, "}");
  return out;
}

Result<std::vector<IndexedPack>> decode_index(ByteView text) {
  try {
    const json object = json::parse(text.begin(), text.end());
    if (!object.is_object()) return fail(ErrorCode::kCorrupt, "index: not a JSON object");
    std::vector<IndexedPack> packs;
    TRY(read_packs(object, "packs", false, packs));
    TRY(read_packs(object, "packs_to_delete", true, packs));
    return packs;
  } catch (const json::exception& error) {
    return fail(ErrorCode::kCorrupt, fmt::format("index: {}", error.what()));
  }
}

}  // namespace skyhold
