#include "repository/handle_table.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace skyhold {
namespace {

struct Numbered {
  BlobHandle handle;
  int number = 0;
};

BlobHandle handle_of(int number, BlobType type = BlobType::kData) {
  return {type, sha256(as_bytes(std::to_string(number)))};
}

TEST(HandleTable, FindsEveryEntryHoweverMuchItGrows) {
  constexpr int kEntries = 10'000;
  HandleTable<Numbered> table;
  EXPECT_EQ(table.find(handle_of(0)), nullptr);
  for (int number = 0; number < kEntries; ++number) ASSERT_TRUE(table.insert({handle_of(number), number}));
  EXPECT_EQ(table.size(), kEntries);
  for (int number = 0; number < kEntries; ++number) {
    const Numbered* const found = table.find(handle_of(number));
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->number, number);
    EXPECT_EQ(table.find(handle_of(kEntries + number)), nullptr);
    EXPECT_EQ(table.find(handle_of(number, BlobType::kTree)), nullptr) << "another type is another blob";
  }
}

TEST(HandleTable, TheFirstEntryOfAHandleStays) {
  HandleTable<Numbered> table;
  EXPECT_TRUE(table.insert({handle_of(1), 1}));
  EXPECT_FALSE(table.insert({handle_of(1), 2}));
  EXPECT_EQ(table.find(handle_of(1))->number, 1);
  EXPECT_EQ(table.size(), 1U);
}

TEST(HandleTable, IdsThatBeginAlikeAreToldApart) {
  HandleTable<Numbered> table;
  BlobHandle handle = handle_of(1);
  for (int number = 0; number < 200; ++number) {
    handle.id.bytes.back() = static_cast<std::uint8_t>(number);
    ASSERT_TRUE(table.insert({handle, number}));
  }
  for (int number = 0; number < 200; ++number) {
    handle.id.bytes.back() = static_cast<std::uint8_t>(number);
    EXPECT_EQ(table.find(handle)->number, number);
  }
}

}  // namespace
}  // namespace skyhold
