#include "repository/read_ahead.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "stores/fault_store.h"
#include "stores/memory_store.h"

namespace skyhold {
namespace {

// A pack of a million bytes in two stores, each byte telling where it lies.
class ReadAheadTest : public ::testing::Test {
 protected:
  ReadAheadTest() {
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = byte_at(i);
    for (const auto& memory : memories) EXPECT_TRUE(memory->put(name, content));
  }
  static std::uint8_t byte_at(std::size_t at) { return static_cast<std::uint8_t>(at * 31 + at / 256); }

  BlobLocation blob(std::uint32_t offset, std::uint32_t length) const {
    return {pack, {{BlobType::kData, Id::random()}, offset, length, 0}};
  }
  // What accept() saw must be the very range, wherever it came from.
  Result<Bytes> read(std::uint64_t offset, std::uint64_t length, BlobType type = BlobType::kData) {
    return ahead.get_range({pack, type, offset, length, content.size()},
                           [&](ByteView bytes) -> Result<Bytes> {
                             EXPECT_EQ(bytes.size(), length);
                             for (std::size_t i = 0; i < bytes.size(); ++i) {
                               if (bytes[i] != byte_at(offset + i))
                                 return fail(ErrorCode::kCorrupt, "another byte");
                             }
                             return to_bytes(bytes);
                           });
  }
  std::uint64_t requests() const {
    return faults[0]->calls(StoreMethod::kGetRange) + faults[1]->calls(StoreMethod::kGetRange);
  }

  Bytes content = Bytes(1'000'000);
  const Id pack = Id::random();
  const std::string name = object_name(FileKind::kPack, pack);
  std::array<std::shared_ptr<MemoryStore>, 2> memories{std::make_shared<MemoryStore>(),
                                                       std::make_shared<MemoryStore>()};
  std::array<std::shared_ptr<FaultStore>, 2> faults{std::make_shared<FaultStore>(memories[0]),
                                                    std::make_shared<FaultStore>(memories[1])};
  Copies copies{{faults[0], faults[1]}};
  ReadAhead ahead{copies};
};

TEST_F(ReadAheadTest, WhatIsExpectedNextToItComesInTheSameRequest) {
  ahead.expect({blob(100, 50), blob(200, 50), blob(150, 50), blob(5000, 700)});
  for (const auto& [offset, length] : {std::pair{100, 50}, {150, 50}, {200, 50}, {5000, 700}}) {
    EXPECT_TRUE(read(offset, length)) << offset;
  }
  EXPECT_EQ(requests(), 1U);
}

TEST_F(ReadAheadTest, WhatNobodyExpectsIsNotRead) {
  ahead.expect({blob(100, 50), blob(800'000, 50)});
  EXPECT_TRUE(read(100, 50));
  EXPECT_TRUE(read(150, 50));
  EXPECT_TRUE(read(800'000, 50));
  EXPECT_EQ(requests(), 3U);
}

TEST_F(ReadAheadTest, DirectoriesAreAlwaysReadAhead) {
  for (std::uint64_t at = 1000; at < 500'000; at += 1000) EXPECT_TRUE(read(at, 900, BlobType::kTree));
  EXPECT_EQ(requests(), 1U);
}

TEST_F(ReadAheadTest, DamageInWhatWasReadAheadIsAnotherCopysMatterToo) {
  Bytes damaged = content;
  damaged[160] ^= 1;
  ASSERT_TRUE(memories[0]->overwrite(name, damaged));
  ahead.expect({blob(100, 50), blob(150, 50)});
  EXPECT_TRUE(read(100, 50));
  EXPECT_TRUE(read(150, 50));
}

TEST_F(ReadAheadTest, AnEndThatIsMissingDoesNotFailTheBeginning) {
  const Bytes half(content.begin(), content.begin() + 120);
  for (const auto& memory : memories) ASSERT_TRUE(memory->overwrite(name, half));
  ahead.expect({blob(0, 100), blob(100, 50)});
  EXPECT_TRUE(read(0, 100));
  EXPECT_FALSE(read(100, 50));
}

TEST_F(ReadAheadTest, ThreadsThatNeedTheSameRequestShareIt) {
  std::vector<BlobLocation> blobs;
  for (std::uint32_t at = 0; at < 100'000; at += 100) blobs.push_back(blob(at, 100));
  ahead.expect(blobs);
  Fault slow;
  slow.kind = FaultKind::kDelay;
  slow.method = StoreMethod::kGetRange;
  slow.last_call = kEveryCall;
  slow.delay = std::chrono::milliseconds(20);
  faults[0]->add(slow);
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (std::uint64_t at = 0; at < 100'000; at += 100) EXPECT_TRUE(read(at, 100));
      });
    }
  }
  EXPECT_EQ(requests(), 1U);
}

}  // namespace
}  // namespace skyhold
