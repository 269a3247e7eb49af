#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "archive/archive_test_support.h"
#include "archive/zip_reader.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/seed.h"
#include "tests/support/shell.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

Result<Entries> read_zip(ByteView bytes, std::size_t most = 100'000) {
  ShortReads source(bytes, most);
  return read_entries(*open_zip(source));
}

// SQL-like text: it compresses, and not to nothing.
std::string text(std::mt19937_64& random, std::size_t bytes) {
  std::string made;
  while (made.size() < bytes) made += fmt::format("{}\tname {}\t\\N\n", random() % 100000, random() % 1000);
  made.resize(bytes);
  return made;
}

TEST(Zip, WhatIsWrittenIsReadAgain) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const Entries entries{{"dump.sql", text(random, 1'000'000)},
                        {"manifest.json", "{}"},
                        {"filestore/ab/empty", ""},
                        {"filestore/grün", "ü"}};
  EXPECT_EQ(*read_zip(make_zip(entries)), entries);
  EXPECT_EQ(*read_zip(make_zip(entries, ZipMethod::kStored), 7), entries);
  EXPECT_EQ(*read_zip(make_zip({})), Entries{});
}

Bytes streamed_zip(const Entries& entries, ZipMethod method, unsigned threads) {
  MemorySink sink;
  ZipWriter writer(sink, threads);
  for (const auto& [name, content] : entries) {
    EXPECT_TRUE(writer.begin(name, method));
    for (std::size_t at = 0; at < content.size(); at += 77'777) {
      EXPECT_TRUE(writer.write(as_bytes(std::string_view(content).substr(at, 77'777))));
    }
    EXPECT_TRUE(writer.end());
  }
  EXPECT_TRUE(writer.finish());
  EXPECT_EQ(writer.bytes_written(), sink.bytes.size());
  return sink.bytes;
}

TEST(Zip, StreamsOfAnySizeAreReadAgain) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const Entries entries{{"empty", ""},
                        {"block", text(random, 256 * 1024)},
                        {"blocks", text(random, 512 * 1024)},
                        {"odd", text(random, 1'234'567)}};
  for (const ZipMethod method : {ZipMethod::kStored, ZipMethod::kDeflated}) {
    for (const unsigned threads : {1U, 3U})
      EXPECT_EQ(*read_zip(streamed_zip(entries, method, threads), 999), entries);
  }
}

TEST(Zip, OtherToolsReadWhatIsWritten) {
  const ScratchDirectory directory;
  const std::string path = directory / "a.zip";
  std::mt19937_64 random(1);
  Bytes zip = streamed_zip({{"dump.sql", text(random, 700'000)}, {"b", "x"}}, ZipMethod::kDeflated, 2);
  save(path, zip);
  const auto unzip = run_shell("unzip -t " + path);
  EXPECT_EQ(unzip.exit_status, 0) << unzip.output;
  const auto python = run_shell("python3 -c 'import zipfile; z = zipfile.ZipFile(\"" + path +
                                "\"); print(z.testzip(), z.namelist())'");
  EXPECT_EQ(python.output, "None ['dump.sql', 'b']\n");
}

TEST(Zip, MoreEntriesThanTheOldFormatCounts) {
  Entries entries;
  for (int entry = 0; entry < 70'000; ++entry) entries.emplace_back(fmt::format("f/{}", entry), "");
  const Bytes zip = make_zip(entries, ZipMethod::kStored);
  EXPECT_EQ(*read_zip(zip), entries);
  const ScratchDirectory directory;
  save(directory / "a.zip", zip);
  const auto python = run_shell("python3 -c 'import zipfile; print(len(zipfile.ZipFile(\"" +
                                (directory / "a.zip").string() + "\").namelist()))'");
  EXPECT_EQ(python.output, "70000\n");
}

// Python's zipfile as Odoo uses it, to a file and to a pipe; and Info-ZIP's form without it being there.
TEST(Zip, WhatPythonWritesIsRead) {
  const ScratchDirectory directory;
  const std::string script = (directory / "make.py").string();
  std::ofstream(script) << R"PY(
import sys, zipfile
class Pipe:
    def write(self, data): return sys.stdout.buffer.write(data)
    def flush(self): sys.stdout.buffer.flush()
target = Pipe() if sys.argv[1] == "pipe" else sys.argv[1]
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as z:
    z.writestr("dump.sql", "SELECT 1;\n" * 5000)
    z.writestr("grün/", "")
    with z.open("wide", "w", force_zip64=True) as f: f.write(b"y" * 3000)
    z.comment = b"hello"
)PY";
  std::string sql;
  for (int line = 0; line < 5000; ++line) sql += "SELECT 1;\n";
  const Entries expected{{"dump.sql", sql}, {"grün/", ""}, {"wide", std::string(3000, 'y')}};
  const std::string seekable = directory / "seekable.zip";
  const std::string piped = directory / "piped.zip";
  ASSERT_EQ(run_shell("python3 " + script + " " + seekable).exit_status, 0);
  ASSERT_EQ(run_shell("python3 " + script + " pipe > " + piped).exit_status, 0);
  EXPECT_EQ(*read_zip(load(seekable)), expected);
  EXPECT_EQ(*read_zip(load(piped), 3), expected);
}

TEST(Zip, EveryCutAndEveryChangedByteIsSeen) {
  const Bytes whole = make_zip({{"a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}, {"b/c", "text"}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto read = read_zip(ByteView(whole).first(length));
    ASSERT_FALSE(read) << length;
    EXPECT_THAT(read.error().message, testing::AnyOf(HasSubstr("cut off"), HasSubstr("damaged"))) << length;
  }
  // What is not compared: versions, times, and flags that mean nothing here.
  std::size_t unseen = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes changed = whole;
    changed[at] ^= 0x40U;
    if (read_zip(changed)) ++unseen;
  }
  EXPECT_LE(unseen, 2 * (6 + 6) + 2 * (2 + 2 + 4 + 2 + 2 + 4) + 8U);
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_THAT(read_zip(longer).error().message, HasSubstr("after its end"));
}

struct Hostile {
  std::string what;
  Bytes zip;
  std::string reason;
};

// A zip of one entry, changed as its maker likes before both headers are written.
Bytes lying_zip(const std::function<void(zip::Entry& local, zip::Entry& listed)>& lie) {
  const PackedZipEntry packed =
      pack_zip_entry("evil", to_bytes(std::string(1000, 'x')), ZipMethod::kDeflated);
  zip::Entry local = packed.header;
  zip::Entry listed = packed.header;
  lie(local, listed);
  Bytes out;
  zip::append_local_header(local, out);
  append(out, packed.bytes);
  zip::End end{1, 0, out.size()};
  zip::append_directory_entry(listed, out);
  end.directory_bytes = out.size() - end.directory_offset;
  zip::append_end(end, out);
  return out;
}

Bytes named(const std::string& name) {
  return make_zip({{name, "x"}});
}

std::vector<Hostile> hostile_zips() {
  std::vector<Hostile> all{
      {"absolute", named("/etc/passwd"), "\"/etc/passwd\" was refused: its name is absolute"},
      {"traversal", named("filestore/../../x"), "\"..\""},
      {"backslash", named("..\\x"), "backslash"},
      {"drive", named("C:x"), "drive"},
      {"NUL", named(std::string("a\0b", 3)), "a\\x00b\" was refused: its name holds a NUL"},
      {"escape", named("a\x1b[2Jb"), "control character"},
      {"not UTF-8", named("a\xff"), "not UTF-8"},
      {"empty part", named("a//b"), "empty part"},
      {"dot", named("./a"), "\".\""},
      {"long name", named(std::string(1025, 'n')), "1025 bytes"},
      {"doubled", make_zip({{"a", "1"}, {"a", "2"}}), "\"a\" was refused: it is there twice"},
      {"doubled as a directory", make_zip({{"a", "1"}, {"a/", ""}}), "twice"},
      {"directory with content", make_zip({{"d/", "1"}}), "directory with content"},
  };
  all.push_back({"smaller than declared",
                 lying_zip([](auto& local, auto& listed) { local.size_bytes = listed.size_bytes = 2000; }),
                 "declares 2000 bytes and holds 1000"});
  all.push_back({"larger than declared",
                 lying_zip([](auto& local, auto& listed) { local.size_bytes = listed.size_bytes = 10; }),
                 "declares 10 bytes and holds more"});
  all.push_back(
      {"wrong CRC", lying_zip([](auto& local, auto& listed) { local.crc = listed.crc = 1; }), "CRC-32"});
  all.push_back({"two faces", lying_zip([](auto&, auto& listed) { listed.name = "good"; }),
                 "\"good\" was refused: the central directory says something else"});
  all.push_back({"symlink",
                 lying_zip([](auto&, auto& listed) { listed.external_attributes = 0120777U << 16U; }),
                 "link or a device"});
  all.push_back({"device",
                 lying_zip([](auto&, auto& listed) { listed.external_attributes = 0020666U << 16U; }),
                 "link or a device"});
  all.push_back(
      {"encrypted", lying_zip([](auto& local, auto&) { local.flags |= zip::kFlagEncrypted; }), "encrypted"});
  all.push_back({"other method", lying_zip([](auto& local, auto&) { local.method = 14; }), "method is 14"});
  all.push_back({"stored without an end", lying_zip([](auto& local, auto&) {
                   local.method = zip::kStored;
                   local.flags |= zip::kFlagDescriptor;
                 }),
                 "size follows only after it"});
  return all;
}

TEST(Zip, HostileOnesAreRefusedByNameAndReason) {
  for (const Hostile& hostile : hostile_zips()) {
    const auto read = read_zip(hostile.zip);
    ASSERT_FALSE(read) << hostile.what;
    EXPECT_THAT(read.error().message, HasSubstr(hostile.reason)) << hostile.what;
  }
}

TEST(Zip, BombsEndAtTheLimits) {
  MemorySink sink;
  ZipWriter writer(sink, 1);
  ASSERT_TRUE(writer.begin("bomb", ZipMethod::kDeflated));
  const Bytes zeros(1U << 20U, 0);
  for (int i = 0; i < 32; ++i) ASSERT_TRUE(writer.write(zeros));
  ASSERT_TRUE(writer.end());
  ASSERT_TRUE(writer.finish());
  const auto read_limited = [&](const ArchiveLimits& limits) {
    MemorySource source(sink.bytes);
    return read_entries(*open_zip(source, limits)).error();
  };
  ArchiveLimits limits;
  limits.ratio_free_bytes = 1U << 20U;
  EXPECT_THAT(read_limited(limits).message, HasSubstr("\"bomb\" is a compression bomb"));
  limits = {};
  limits.max_total_bytes = 1'000'000;
  EXPECT_THAT(read_limited(limits).message, HasSubstr("archive expands to more than 1.0 MB"));
  limits = {};
  limits.max_entry_bytes = 1'000'000;
  EXPECT_EQ(read_limited(limits).code, ErrorCode::kNoSpace);
  limits = {};
  limits.max_entries = 0;
  EXPECT_THAT(read_limited(limits).message, HasSubstr("more than 0 entries"));
}

TEST(Zip, ForeignBytesAreNoZip) {
  EXPECT_THAT(read_zip(as_bytes("<html>")).error().message, HasSubstr("not a zip"));
}

}  // namespace
}  // namespace skyhold
