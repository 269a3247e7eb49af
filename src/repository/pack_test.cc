#include "repository/pack.h"

#include <gtest/gtest.h>

#include <random>

#include "crypto/hash.h"
#include "repository/blob_codec.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

const CipherKey kKey = CipherKey::random();

Bytes text_of(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>('a' + i * i % 23);
  return bytes;
}

Bytes noise_of(std::size_t size) {
  std::mt19937_64 random(size);
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

FinishedPack pack_of(const std::vector<Bytes>& plains) {
  PackBuilder builder;
  for (const Bytes& plain : plains) {
    EXPECT_TRUE(builder.add(kKey, {BlobType::kData, sha256(plain)}, plain, {}));
  }
  return builder.finish(kKey);
}

ByteView tail_of(const FinishedPack& pack) {
  const auto bytes = pack_header_bytes(pack.bytes().last(4), pack.bytes().size());
  return pack.bytes().last(*bytes);
}

TEST(Pack, HeaderTellsWhatLiesInsideAndEachBlobReadsBack) {
  const std::vector<Bytes> plains{text_of(100), noise_of(5000), text_of(70'000), text_of(1)};
  const FinishedPack pack = pack_of(plains);
  EXPECT_EQ(pack.id, sha256(pack.bytes()));
  EXPECT_EQ(pack_file_bytes(pack.blobs), pack.bytes().size());
  const auto blobs = parse_pack_header(kKey, tail_of(pack), pack.bytes().size());
  ASSERT_TRUE(blobs) << to_string(blobs.error());
  ASSERT_EQ(blobs->size(), plains.size());
  for (std::size_t i = 0; i < plains.size(); ++i) {
    const PackedBlob& blob = (*blobs)[i];
    EXPECT_EQ(blob.offset, pack.blobs[i].offset);
    const auto plain = decode_blob(kKey, blob, pack.bytes().subspan(blob.offset, blob.length));
    ASSERT_TRUE(plain);
    EXPECT_EQ(*plain, plains[i]);
  }
  EXPECT_NE((*blobs)[2].raw_length, 0U) << "text is worth compressing";
  EXPECT_EQ((*blobs)[1].raw_length, 0U) << "noise is not";
}

TEST(Pack, AnyFlippedBitOfTheHeaderIsNoticed) {
  const FinishedPack pack = pack_of({text_of(500), text_of(600)});
  const Bytes tail = to_bytes(tail_of(pack));
  for (std::size_t i = 0; i < tail.size(); ++i) {
    Bytes damaged = tail;
    damaged[i] ^= 0x10;
    EXPECT_FALSE(parse_pack_header(kKey, damaged, pack.bytes().size())) << "byte " << i;
  }
}

TEST(Pack, AHeaderThatDoesNotAccountForThePackIsRefused) {
  const FinishedPack pack = pack_of({text_of(500)});
  EXPECT_FALSE(parse_pack_header(kKey, tail_of(pack), pack.bytes().size() + 1));
  EXPECT_FALSE(parse_pack_header(kKey, tail_of(pack), pack.bytes().size() - 1));
  EXPECT_FALSE(pack_header_bytes(to_bytes("\xff\xff\xff\xff"), 1000));
}

TEST(Pack, AbsorbsAnotherWithItsBlobsMoved) {
  PackBuilder first;
  PackBuilder second;
  const Bytes a = text_of(300);
  const Bytes b = text_of(400);
  ASSERT_TRUE(first.add(kKey, {BlobType::kData, sha256(a)}, a, {}));
  ASSERT_TRUE(second.add(kKey, {BlobType::kData, sha256(b)}, b, {}));
  first.absorb(std::move(second));
  const FinishedPack pack = first.finish(kKey);
  ASSERT_EQ(pack.blobs.size(), 2U);
  const PackedBlob& moved = pack.blobs[1];
  EXPECT_EQ(*decode_blob(kKey, moved, pack.bytes().subspan(moved.offset, moved.length)), b);
}

TEST(BlobCodec, ADamagedBlobIsNeverGivenBack) {
  const Bytes plain = text_of(2000);
  Bytes stored;
  const auto encoded = encode_blob_append(kKey, plain, {}, stored);
  ASSERT_TRUE(encoded);
  ASSERT_EQ(encoded->length, stored.size());
  const PackedBlob blob{{BlobType::kData, sha256(plain)}, 0, encoded->length, encoded->raw_length};
  for (std::size_t i = 0; i < stored.size(); ++i) {
    Bytes damaged = stored;
    damaged[i] ^= 1;
    const auto read = decode_blob(kKey, blob, damaged);
    ASSERT_FALSE(read) << "byte " << i;
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  }
}

TEST(BlobCodec, ABlobUnderAnotherIdIsRefused) {
  const Bytes plain = text_of(2000);
  Bytes stored;
  const auto encoded = encode_blob_append(kKey, plain, {}, stored);
  ASSERT_TRUE(encoded);
  const PackedBlob other{
      {BlobType::kData, sha256(as_bytes("other"))}, 0, encoded->length, encoded->raw_length};
  EXPECT_FALSE(decode_blob(kKey, other, stored));
}

}  // namespace
}  // namespace skyhold
