#include <fmt/format.h>
#include <gmock/gmock.h>

#include "archive/archive_test_support.h"
#include "archive/tar_reader.h"
#include "archive/zstd_sink.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/shell.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

Result<Entries> read_tar(ByteView bytes, std::size_t most = 100'000) {
  ShortReads source(bytes, most);
  return read_entries(*open_tar(source));
}

const Entries& samples() {
  static const Entries entries{{"manifest.json", "{}"},
                               {"database/tables/" + std::string(150, 't') + ".copy", std::string(1024, 'x')},
                               {"filestore/grün", ""},
                               {"filestore/big", std::string(600'000, 'b')}};
  return entries;
}

TEST(Tar, WhatIsWrittenIsReadAgain) {
  EXPECT_EQ(*read_tar(make_tar(samples())), samples());
  EXPECT_EQ(*read_tar(make_tar(samples()), 13), samples());
  EXPECT_EQ(*read_tar(make_tar({})), Entries{});
}

TEST(Tar, CompressedOnesAreFoundByTheirBytes) {
  MemorySink sink;
  ZstdSink compress(sink, 3, 1);
  ASSERT_TRUE(compress.write(make_tar(samples())));
  ASSERT_TRUE(compress.finish());
  EXPECT_EQ(*read_tar(sink.bytes), samples());
  EXPECT_THAT(read_tar(ByteView(sink.bytes).first(sink.bytes.size() - 3)).error().message, HasSubstr("zstd"));
}

TEST(Tar, StockTarReadsAndWritesTheSame) {
  const ScratchDirectory directory;
  save(directory / "a.tar", make_tar(samples()));
  const std::string base = "set -e; cd " + directory.path().string() + "; ";
  const auto listed =
      run_shell(base + "tar -tf a.tar | wc -l; mkdir x; tar -xf a.tar -C x; wc -c < x/filestore/big");
  EXPECT_EQ(listed.output, "4\n600000\n");
  for (const std::string flags : {"--format=pax -czf", "--format=gnu -cjf", "--format=ustar -cf"}) {
    const auto packed = run_shell(base + "rm -f x/database/tables/*; mkdir -p x/database/tables; tar " +
                                  flags + " b.tar -C x .");
    ASSERT_EQ(packed.exit_status, 0) << packed.output;
    auto read = read_tar(load(directory / "b.tar"));
    ASSERT_TRUE(read) << read.error().message;
    std::sort(read->begin(), read->end());
    EXPECT_EQ(read->size(), 6U);
    EXPECT_EQ(read->back(), Entries::value_type("manifest.json", "{}"));
  }
}

TEST(Tar, EveryCutIsSeen) {
  const Bytes whole = make_tar({{"a", std::string(700, 'x')}, {"b", "y"}});
  for (std::size_t length = 0; length < whole.size(); length += 64) {
    EXPECT_FALSE(read_tar(ByteView(whole).first(length))) << length;
  }
  Bytes longer = whole;
  append(longer, make_tar({{"hidden", "z"}}));
  EXPECT_THAT(read_tar(longer).error().message, HasSubstr("after its end"));
}

TEST(Tar, HostileOnesAreRefusedByNameAndReason) {
  const ScratchDirectory directory;
  const auto made = run_shell(
      "set -e; cd " + directory.path().string() +
      "; echo x > file; ln -s /etc/passwd link; ln file hard; mkfifo pipe"
      "; tar -cf link.tar link; tar -cf hard.tar file hard; tar -cf pipe.tar pipe"
      "; truncate -s 1M sparse; tar -Scf sparse.tar sparse; tar -cf twice.tar file file --hard-dereference");
  ASSERT_EQ(made.exit_status, 0) << made.output;
  const auto reason = [&](const std::string& name) {
    const auto read = read_tar(load(directory / name));
    return read ? std::string("was read") : read.error().message;
  };
  EXPECT_THAT(reason("link.tar"), HasSubstr("\"link\" was refused: it is a link"));
  EXPECT_THAT(reason("hard.tar"), HasSubstr("\"hard\" was refused: it is a link"));
  EXPECT_THAT(reason("pipe.tar"), HasSubstr("link or a device"));
  EXPECT_THAT(reason("sparse.tar"), HasSubstr("sparse"));
  EXPECT_THAT(reason("twice.tar"), HasSubstr("twice"));
  EXPECT_THAT(read_tar(make_tar({{"../x", "1"}})).error().message, HasSubstr("\"..\""));
  EXPECT_THAT(read_tar(make_tar({{"/x", "1"}})).error().message, HasSubstr("absolute"));
  EXPECT_FALSE(read_tar(as_bytes(std::string(4096, 'q'))));
}

}  // namespace
}  // namespace skyhold
