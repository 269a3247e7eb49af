#include "repository/pack.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"
#include "crypto/hash.h"

namespace skyhold {
namespace {

constexpr std::size_t kPlainEntryBytes = 37;
constexpr std::size_t kCompressedEntryBytes = 41;
constexpr std::size_t kLengthFieldBytes = 4;
constexpr std::size_t kPageBytes = 4096;

void put_u32le(Bytes& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t get_u32le(ByteView bytes) {
  return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
         static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

void append_entry(Bytes& header, const PackedBlob& blob) {
  const bool compressed = blob.raw_length != 0;
  header.push_back(static_cast<std::uint8_t>(static_cast<int>(blob.handle.type) + (compressed ? 2 : 0)));
  put_u32le(header, blob.length);
  if (compressed) put_u32le(header, blob.raw_length);
  append(header, blob.handle.id.view());
}

// Reads the entry at the front of `header` and drops it.
Result<PackedBlob> take_entry(ByteView& header) {
  const std::uint8_t type = header[0];
  if (type > 3) return fail(ErrorCode::kCorrupt, fmt::format("pack header: unknown blob type {}", type));
  const bool compressed = type >= 2;
  const std::size_t entry_bytes = compressed ? kCompressedEntryBytes : kPlainEntryBytes;
  if (header.size() < entry_bytes) return fail(ErrorCode::kCorrupt, "pack header: ends inside an entry");
  PackedBlob blob;
  blob.handle.type = static_cast<BlobType>(type & 1);
  blob.length = get_u32le(header.subspan(1));
  if (compressed) blob.raw_length = get_u32le(header.subspan(5));
  blob.handle.id = Id::from_bytes(header.subspan(entry_bytes - Id::kBytes, Id::kBytes));
  if (blob.length < kCipherOverheadBytes || (compressed && blob.raw_length == 0)) {
    return fail(ErrorCode::kCorrupt, "pack header: impossible length");
  }
  header = header.subspan(entry_bytes);
  return blob;
}

}  // namespace

Status PackBuilder::add(const CipherKey& key, const BlobHandle& handle, ByteView plain,
                        const EncodeOptions& options) {
  make_room(handle);
  list(handle, TRY(encode_blob_append(key, plain, options, buffer_)));
  return {};
}

void PackBuilder::move_in(const BlobHandle& handle, ByteView stored, std::uint32_t raw_length) {
  make_room(handle);
  append(buffer_, stored);
  list(handle, {static_cast<std::uint32_t>(stored.size()), raw_length});
}

void PackBuilder::make_room(const BlobHandle& handle) {
  SKYHOLD_ASSERT(blobs_.empty() || blobs_.front().handle.type == handle.type);
  if (buffer_.capacity() > 0) return;
  buffer_.reserve(kPackTargetBytes + (kPackTargetBytes / 8) + kPageBytes);
  begin_ = kPageBytes - reinterpret_cast<std::uintptr_t>(buffer_.data()) % kPageBytes;
  buffer_.resize(begin_);
}

// The blob that was appended last.
void PackBuilder::list(const BlobHandle& handle, const EncodedBlob& encoded) {
  SKYHOLD_ASSERT(size_bytes() <= UINT32_MAX);
  blobs_.push_back({handle, static_cast<std::uint32_t>(size_bytes() - encoded.length), encoded.length,
                    encoded.raw_length});
}

void PackBuilder::absorb(PackBuilder&& other) {
  if (empty()) std::swap(*this, other);
  for (const PackedBlob& blob : other.blobs_) {
    move_in(blob.handle, ByteView(other.buffer_).subspan(other.begin_ + blob.offset, blob.length),
            blob.raw_length);
  }
  other = PackBuilder();
}

FinishedPack PackBuilder::finish(const CipherKey& key) {
  SKYHOLD_ASSERT(!blobs_.empty());
  Bytes header;
  header.reserve(blobs_.size() * kCompressedEntryBytes);
  for (const PackedBlob& blob : blobs_) append_entry(header, blob);
  SKYHOLD_ASSERT(header.size() + kCipherOverheadBytes <= kMaxPackHeaderBytes);
  encrypt_append(key, header, buffer_);
  put_u32le(buffer_, static_cast<std::uint32_t>(header.size() + kCipherOverheadBytes));

  FinishedPack pack;
  pack.buffer = std::move(buffer_);
  pack.begin = begin_;
  pack.id = sha256(pack.bytes());
  pack.blobs = std::move(blobs_);
  *this = PackBuilder();
  return pack;
}

Result<std::uint64_t> pack_header_bytes(ByteView last_four, std::uint64_t pack_bytes) {
  SKYHOLD_ASSERT(last_four.size() == kLengthFieldBytes);
  const std::uint64_t header = get_u32le(last_four);
  if (header < kCipherOverheadBytes + kPlainEntryBytes || header > kMaxPackHeaderBytes ||
      header + kLengthFieldBytes > pack_bytes) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("pack of {} bytes says that its header has {}", pack_bytes, header));
  }
  return header + kLengthFieldBytes;
}

Result<std::vector<PackedBlob>> parse_pack_header(const CipherKey& key, ByteView tail,
                                                  std::uint64_t pack_bytes) {
  if (tail.size() < kLengthFieldBytes || tail.size() > pack_bytes) {
    return fail(ErrorCode::kCorrupt, "pack: too short for a header");
  }
  const std::uint64_t expected = TRY(pack_header_bytes(tail.last(kLengthFieldBytes), pack_bytes));
  if (tail.size() != expected)
    return fail(ErrorCode::kCorrupt, "pack: header of another length than it says");
  const Bytes header = TRY(decrypt(key, tail.first(tail.size() - kLengthFieldBytes)));
  std::vector<PackedBlob> blobs;
  std::uint64_t offset = 0;
  for (ByteView rest = header; !rest.empty();) {
    PackedBlob blob = TRY(take_entry(rest));
    blob.offset = static_cast<std::uint32_t>(offset);
    offset += blob.length;
    if (offset > pack_bytes - tail.size())
      return fail(ErrorCode::kCorrupt, "pack header: blobs beyond the end");
    blobs.push_back(blob);
  }
  if (offset != pack_bytes - tail.size()) {
    return fail(ErrorCode::kCorrupt, "pack header: does not account for all bytes of the pack");
  }
  return blobs;
}

std::uint64_t pack_file_bytes(const std::vector<PackedBlob>& blobs) {
  std::uint64_t bytes = kLengthFieldBytes + kCipherOverheadBytes;
  for (const PackedBlob& blob : blobs) {
    bytes += blob.length + (blob.raw_length != 0 ? kCompressedEntryBytes : kPlainEntryBytes);
  }
  return bytes;
}

}  // namespace skyhold
