#include "repository/index_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "repository/sax_reader.h"

namespace skyhold {
namespace {

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

tl::unexpected<Error> corrupt(std::string_view problem) {
  return fail(ErrorCode::kCorrupt, fmt::format("index: {}", problem));
}

// A blob's object while its members come in.
struct ReadBlob {
  std::optional<Id> id;
  std::optional<BlobType> type;
  std::optional<std::uint64_t> offset;
  std::optional<std::uint64_t> length;
  std::uint64_t raw_length = 0;
};

Result<PackedBlob> packed_blob(const ReadBlob& read) {
  if (!read.id || !read.type || !read.offset || !read.length) return corrupt("a blob lacks a member");
  if (*read.offset > UINT32_MAX || *read.length > kMaxIndexedBlobBytes || *read.length < 32 ||
      read.raw_length > kMaxIndexedBlobBytes) {
    return corrupt("impossible offset or length of a blob");
  }
  return PackedBlob{{*read.type, *read.id},
                    static_cast<std::uint32_t>(*read.offset),
                    static_cast<std::uint32_t>(*read.length),
                    static_cast<std::uint32_t>(read.raw_length)};
}

enum class Place { kOutside, kRoot, kPacks, kPack, kBlobs, kBlob, kElsewhere };

class IndexReader final : public SaxReader<Place> {
 public:
  IndexReader() : SaxReader("index") {}

  bool number_unsigned(number_unsigned_t value) override {
    if (place() == Place::kBlob) {
      if (key() == "offset") blob_.offset = value;
      if (key() == "length") blob_.length = value;
      if (key() == "uncompressed_length") blob_.raw_length = value;
    }
    return other_value();
  }

  bool string(string_t& value) override {
    if (place() == Place::kBlob) return blob_text(value);
    if (place() == Place::kPack && key() == "id") return keep(Id::from_hex(value), id_);
    if (place() == Place::kPack && key() == "time") return keep(parse_rfc3339(value), time_);
    return other_value();
  }

  bool start_object(std::size_t) override {
    switch (place()) {
      case Place::kOutside: return enter(Place::kRoot);
      case Place::kPacks:
        pack_ = IndexedPack();
        id_.reset();
        time_.reset();
        has_blobs_ = false;
        return enter(Place::kPack);
      case Place::kBlobs: blob_ = ReadBlob(); return enter(Place::kBlob);
      case Place::kRoot:
        if (is_list_of_packs()) return refuse("packs are not a list");
        return enter(Place::kElsewhere);
      default: return enter(Place::kElsewhere);
    }
  }

  bool start_array(std::size_t) override {
    if (place() == Place::kOutside) return refuse("not a JSON object");
    if (place() == Place::kRoot && is_list_of_packs()) {
      marked_ = key() == "packs_to_delete";
      return enter(Place::kPacks);
    }
    if (place() == Place::kPack && key() == "blobs") {
      has_blobs_ = true;
      return enter(Place::kBlobs);
    }
    return enter(Place::kElsewhere);
  }

  bool end_object() override {
    const Place left = leave();
    if (left == Place::kBlob) return take_blob();
    return left != Place::kPack || take_pack();
  }

  std::vector<IndexedPack> finish() { return std::move(packs_); }

 private:
  [[nodiscard]] bool is_list_of_packs() const { return key() == "packs" || key() == "packs_to_delete"; }

  bool other_value() override {
    if (place() == Place::kOutside) return refuse("not a JSON object");
    if (place() == Place::kPacks) return refuse("a pack is not an object");
    if (place() == Place::kBlobs) return refuse("a blob is not an object");
    return true;
  }

  bool blob_text(const string_t& value) {
    if (key() == "id") return keep(Id::from_hex(value), blob_.id);
    if (key() != "type") return true;
    if (value != "data" && value != "tree") return refuse("unknown type of blob");
    blob_.type = value == "data" ? BlobType::kData : BlobType::kTree;
    return true;
  }

  bool take_blob() {
    if (pack_.blobs.size() == kMaxBlobsPerPack) return refuse("a pack of too many blobs");
    Result<PackedBlob> blob = packed_blob(blob_);
    if (!blob) return stop(fail(std::move(blob).error()));
    pack_.blobs.push_back(*blob);
    return true;
  }

  bool take_pack() {
    if (!id_ || !has_blobs_) return refuse("a pack without an id or a list of blobs");
    if (marked_ && !time_) return refuse("a marked pack without a time");
    pack_.id = *id_;
    if (marked_) pack_.marked_at = time_;
    pack_.blobs.shrink_to_fit();
    packs_.push_back(std::move(pack_));
    return true;
  }

  bool marked_ = false;  // of the list that is read
  std::vector<IndexedPack> packs_;
  IndexedPack pack_;
  std::optional<Id> id_;
  std::optional<Instant> time_;
  bool has_blobs_ = false;
  ReadBlob blob_;
};

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
  IndexReader reader;
  TRY(reader.read(text));
  return reader.finish();
}

}  // namespace skyhold
