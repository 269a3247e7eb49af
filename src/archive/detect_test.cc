#include "archive/detect.h"

#include <gmock/gmock.h>

#include "archive/archive_test_support.h"
#include "archive/dump_header.h"
#include "archive/zstd_sink.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/shell.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

constexpr std::string_view kPlain =
    "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\n-- Dumped from database version 15.18 (Debian "
    "15.18-0+deb12u1)\n-- Dumped by pg_dump version 16.4\n\nSET statement_timeout = 0;\n";

Result<ContentKind> kind_of(ByteView bytes) {
  MemorySource source(bytes);
  const auto incoming = TRY(Incoming::open(source));
  return incoming->kind();
}

TEST(Detect, TheKindComesFromTheBytes) {
  EXPECT_EQ(*kind_of(make_zip({{"a", "b"}})), ContentKind::kZip);
  EXPECT_EQ(*kind_of(make_zip({})), ContentKind::kZip);
  EXPECT_EQ(*kind_of(make_tar({{"x/toc.dat", "b"}})), ContentKind::kTar);
  EXPECT_EQ(*kind_of(make_tar({{"toc.dat", "b"}})), ContentKind::kPgDumpTar);
  EXPECT_EQ(*kind_of(make_tar({{"manifest.json", "b"}})), ContentKind::kSkyholdTar);
  EXPECT_EQ(*kind_of(as_bytes("PGDMP\1\16\0")), ContentKind::kPgDumpCustom);
  EXPECT_EQ(*kind_of(as_bytes(kPlain)), ContentKind::kPlainDump);
}

TEST(Detect, OneLayerOfCompressionIsTakenOff) {
  const ScratchDirectory directory;
  save(directory / "plain", as_bytes(kPlain));
  for (const std::string tool : {"gzip", "bzip2"}) {
    const auto packed = run_shell("cd " + directory.path().string() + " && { " + tool + " -c plain; " + tool +
                                  " -c plain; } > packed");
    ASSERT_EQ(packed.exit_status, 0) << packed.output;
    const Bytes bytes = load(directory / "packed");
    ShortReads source(bytes, 5);
    const auto incoming = Incoming::open(source);
    ASSERT_TRUE(incoming) << incoming.error().message;
    EXPECT_EQ(to_string((*incoming)->compression()), tool);
    EXPECT_EQ((*incoming)->kind(), ContentKind::kPlainDump);
    std::string all;
    Bytes chunk(99);
    while (const std::size_t count = (*incoming)->stream().read(chunk).value())
      all += as_text(ByteView(chunk).first(count));
    EXPECT_EQ(all, std::string(kPlain) + std::string(kPlain));
  }
}

TEST(Detect, WhatItIsInsteadIsSaid) {
  EXPECT_THAT(kind_of({}).error().message, HasSubstr("no bytes at all"));
  EXPECT_THAT(kind_of(as_bytes("<!DOCTYPE html>")).error().message, HasSubstr("HTML page"));
  EXPECT_THAT(kind_of(as_bytes("hello")).error().message, HasSubstr("text that begins \"hello\""));
  EXPECT_THAT(kind_of(as_bytes("\x01\x02")).error().message, HasSubstr("0102"));
  EXPECT_THAT(kind_of(as_bytes("--\n-- PostgreSQL database cluster dump\n--\n")).error().message,
              HasSubstr("pg_dumpall"));
}

TEST(Detect, CompressedBytesThatAreCutOrFollowedAreRefused) {
  MemorySink sink;
  ZstdSink compress(sink, 3, 1);
  ASSERT_TRUE(compress.write(as_bytes(kPlain)));
  ASSERT_TRUE(compress.finish());
  const auto read_all = [](ByteView bytes) -> Status {
    MemorySource source(bytes);
    const auto expanded = open_compressed(source, Compression::kZstd);
    Bytes chunk(100);
    while (TRY(expanded->read(chunk)) > 0) {
    }
    return {};
  };
  EXPECT_TRUE(read_all(sink.bytes));
  EXPECT_THAT(read_all(ByteView(sink.bytes).first(sink.bytes.size() - 1)).error().message,
              HasSubstr("cut off"));
  append(sink.bytes, as_bytes("junk"));
  EXPECT_THAT(read_all(sink.bytes).error().message, HasSubstr("foreign bytes"));
}

TEST(DumpHeader, APlainDumpSaysWhereItComesFrom) {
  const auto header = parse_plain_dump_header(as_bytes(kPlain));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->server_version, "15.18 (Debian 15.18-0+deb12u1)");
  EXPECT_EQ(header->dump_version, "16.4");
  EXPECT_TRUE(header->restricted);
  EXPECT_EQ(parse_server_version(header->server_version), 150018);
  EXPECT_EQ(parse_server_version("9.6.24"), 90624);
  EXPECT_EQ(parse_server_version("x"), 0);
  EXPECT_FALSE(parse_plain_dump_header(as_bytes("SELECT 1;\n-- PostgreSQL database dump\n")));
}

TEST(DumpHeader, TheEndMarkerMustBeTheEnd) {
  const auto complete = [](std::string_view text) {
    DumpEndWatch watch;
    for (const char each : text) watch.update(as_bytes(std::string_view(&each, 1)));
    return watch.complete();
  };
  EXPECT_TRUE(complete("x\n--\n-- PostgreSQL database dump complete\n--\n\n"));
  EXPECT_TRUE(complete("x\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n"));
  EXPECT_FALSE(complete("x\n-- PostgreSQL database dump complete\nDROP TABLE x;\n"));
  EXPECT_FALSE(complete("a row: -- PostgreSQL database dump complete\n"));
  EXPECT_FALSE(complete("x\n"));
}

}  // namespace
}  // namespace skyhold
