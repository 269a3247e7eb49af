// Archives in memory, for the tests of their readers.
#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "archive/archive_reader.h"
#include "archive/memory_source.h"
#include "archive/tar_writer.h"
#include "archive/zip_writer.h"

namespace skyhold {

class MemorySink final : public ByteSink {
 public:
  Status write(ByteView written) override {
    append(bytes, written);
    return {};
  }
  Bytes bytes;
};

// Gives at most `most` bytes at a time, as a slow network does.
class ShortReads final : public ByteSource {
 public:
  ShortReads(ByteView bytes, std::size_t most) : inner_(bytes), most_(most) {}
  Result<std::size_t> read(MutableByteView out) override {
    return inner_.read(out.first(std::min(out.size(), most_)));
  }

 private:
  MemorySource inner_;
  std::size_t most_;
};

using Entries = std::vector<std::pair<std::string, std::string>>;

// Every entry to its end, or the first error.
inline Result<Entries> read_entries(ArchiveReader& reader) {
  Entries entries;
  Bytes chunk(1000);
  while (auto entry = TRY(reader.next())) {
    std::string content;
    while (const std::size_t count = TRY(reader.read(chunk)))
      content += as_text(ByteView(chunk).first(count));
    entries.emplace_back(entry->name + (entry->is_directory ? "/" : ""), content);
  }
  return entries;
}

inline Bytes make_zip(const Entries& entries, ZipMethod method = ZipMethod::kDeflated) {
  MemorySink sink;
  ZipWriter writer(sink, 1);
  for (const auto& [name, content] : entries) {
    EXPECT_TRUE(writer.add(pack_zip_entry(name, to_bytes(content), method)));
  }
  EXPECT_TRUE(writer.finish());
  return sink.bytes;
}

inline Bytes make_tar(const Entries& entries) {
  MemorySink sink;
  TarWriter writer(sink);
  for (const auto& [name, content] : entries) {
    TarEntry entry;
    entry.name = name;
    entry.size_bytes = content.size();
    EXPECT_TRUE(writer.begin(entry));
    EXPECT_TRUE(writer.write(as_bytes(content)));
  }
  EXPECT_TRUE(writer.finish());
  return sink.bytes;
}

inline void save(const std::string& path, ByteView bytes) {
  std::ofstream(path, std::ios::binary) << as_text(bytes);
}
inline Bytes load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return to_bytes(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace skyhold
