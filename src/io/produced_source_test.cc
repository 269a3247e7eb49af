#include "io/produced_source.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

std::string read_all(ByteSource& source, Status* ended = nullptr) {
  std::string all;
  Bytes buffer(1000);
  while (true) {
    const auto got = source.read(buffer);
    if (!got) {
      if (ended != nullptr) *ended = fail(got.error());
      return all;
    }
    if (*got == 0) return all;
    all += as_text(ByteView(buffer).first(*got));
  }
}

TEST(ProducedSourceTest, WhatIsWrittenIsReadInOrder) {
  std::string wanted;
  for (int i = 0; i < 300'000; ++i) wanted += std::to_string(i) + "\n";
  ProducedSource source([&](ByteSink& sink, const CancelToken&) -> Status {
    TRY(sink.write(as_bytes(wanted).first(7)));
    return sink.write(as_bytes(wanted).subspan(7));
  });
  EXPECT_EQ(read_all(source), wanted);
}

TEST(ProducedSourceTest, AnErrorComesAfterWhatWasWrittenBeforeIt) {
  ProducedSource source([](ByteSink& sink, const CancelToken&) -> Status {
    TRY(sink.write(as_bytes(std::string(600'000, 'x'))));
    return fail(ErrorCode::kCorrupt, "a blob is damaged");
  });
  Status ended;
  const std::string all = read_all(source, &ended);
  // What was not yet a whole piece is lost with the error.
  EXPECT_GE(all.size(), 512U * 1024);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::kCorrupt);
}

TEST(ProducedSourceTest, AReaderWhoLeavesEndsTheWriter) {
  bool was_told = false;
  {
    ProducedSource source([&](ByteSink& sink, const CancelToken& cancel) -> Status {
      const Bytes piece(100'000);
      while (true) {
        const Status written = sink.write(piece);
        if (written) continue;
        was_told = cancel.cancelled() && written.error().code == ErrorCode::kCancelled;
        return written;
      }
    });
    Bytes buffer(10);
    ASSERT_EQ(*source.read(buffer), 10U);
  }
  EXPECT_TRUE(was_told);
}

TEST(ProducedSourceTest, NothingIsMadeThatNobodyReads) {
  bool began = false;
  {
    ProducedSource source([&](ByteSink&, const CancelToken&) -> Status {
      began = true;
      return {};
    });
  }
  EXPECT_FALSE(began);
}

}  // namespace
}  // namespace skyhold
