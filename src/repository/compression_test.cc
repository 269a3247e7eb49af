#include "repository/compression.h"

#include <gtest/gtest.h>
#include <zstd.h>

namespace skyhold {
namespace {

// As restic writes small files: the frame does not say how large its content is.
Bytes frame_without_size(ByteView plain) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  Bytes out(ZSTD_compressBound(plain.size()));
  const std::size_t written = ZSTD_compress2(context, out.data(), out.size(), plain.data(), plain.size());
  ZSTD_freeCCtx(context);
  EXPECT_EQ(ZSTD_isError(written), 0U);
  out.resize(written);
  return out;
}

TEST(Decompression, GivesBackWhatWasCompressedWithAndWithoutASizeInTheFrame) {
  for (const std::size_t size : {0, 1, 16383, 16384, 16385, 1'000'000}) {
    SCOPED_TRACE(size);
    const std::string plain(size, 'x');
    Bytes sized;
    zstd_compress_append(as_bytes(plain), 3, sized);
    for (const Bytes& compressed : {sized, frame_without_size(as_bytes(plain))}) {
      const auto back = zstd_decompress(compressed, std::max<std::size_t>(size, 1));
      ASSERT_TRUE(back) << back.error().message;
      EXPECT_EQ(as_text(*back), plain);
    }
  }
}

TEST(Decompression, NeverGivesMoreThanWasAskedFor) {
  const std::string plain(100'000, 'x');
  Bytes sized;
  zstd_compress_append(as_bytes(plain), 3, sized);
  for (const Bytes& compressed : {sized, frame_without_size(as_bytes(plain))}) {
    const auto back = zstd_decompress(compressed, plain.size() - 1);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code, ErrorCode::kCorrupt);
  }
}

TEST(Decompression, RefusesAFrameThatIsCutOrFollowedByGarbage) {
  const Bytes whole = frame_without_size(as_bytes(std::string(1000, 'x') + "end"));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(zstd_decompress(ByteView(whole).first(length), 1 << 20)) << length;
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(zstd_decompress(longer, 1 << 20));
}

}  // namespace
}  // namespace skyhold
