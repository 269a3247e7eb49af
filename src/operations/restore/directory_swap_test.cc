#include "operations/restore/directory_swap.h"

#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/restore/restore_names.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

const std::string kOld = "aa/aa00000000000000000000000000000000000001";
const std::string kBoth = "bb/bb00000000000000000000000000000000000002";
const std::string kNew = "cc/cc00000000000000000000000000000000000003";
const std::string kWritten = "dd/dd00000000000000000000000000000000000004";

class DirectorySwapTest : public testing::Test {
 protected:
  DirectorySwapTest() {
    write(swap_.live / kOld, "old");
    write(swap_.live / kBoth, "both");
    write(incoming_ / kBoth, "both");
    write(incoming_ / kNew, "new");
    // The clock by which files written during the swap are told from these ticks slowly.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  static void write(const fs::path& path, const std::string& content) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
  static std::vector<std::string> names(const fs::path& root) {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.is_regular_file()) found.push_back(fs::relative(entry.path(), root));
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  SwapRecord prepare() {
    auto record = prepare_directory_swap(swap_, incoming_, replaced_, 4711);
    EXPECT_TRUE(record) << to_string(record.error());
    return record.value_or(SwapRecord{});
  }
  static Result<std::set<std::string>> none_in_use(const std::vector<std::string>&) {
    return std::set<std::string>{};
  }
  void expect_swapped() {
    EXPECT_EQ(names(swap_.live), (std::vector<std::string>{kBoth, kNew}));
    EXPECT_EQ(names(replaced_), (std::vector<std::string>{kOld, kBoth}));
    EXPECT_FALSE(fs::exists(incoming_));
    EXPECT_FALSE(fs::exists(swap_.record));
    EXPECT_FALSE(fs::exists(replaced_ / "cc"));  // made for the extra file alone
  }

  ScratchDirectory directory_;
  const DirectorySwap swap_{directory_ / "files", directory_ / "files.skyhold-swap-1a2b3c4d"};
  const fs::path incoming_ = directory_ / "files.skyhold-new-1a2b3c4d";
  const fs::path replaced_ = directory_ / "files.skyhold-old-20261123010203_1a2b3c4d";
};

TEST_F(DirectorySwapTest, PreparationServesBothDatabases) {
  const SwapRecord record = prepare();
  EXPECT_EQ(names(swap_.live), (std::vector<std::string>{kOld, kBoth, kNew}));
  EXPECT_EQ(record.extras, std::vector<std::string>{kNew});
  EXPECT_EQ(read_swap_record(swap_.record).value(), record);
}

TEST_F(DirectorySwapTest, FinishExchangesAndTakesTheExtrasOut) {
  ASSERT_TRUE(finish_directory_swap(swap_, prepare(), none_in_use));
  expect_swapped();
}

TEST_F(DirectorySwapTest, FinishGoesOnAfterACrashAtEachStep) {
  const SwapRecord record = prepare();
  ASSERT_EQ(::renameat2(AT_FDCWD, incoming_.c_str(), AT_FDCWD, swap_.live.c_str(), RENAME_EXCHANGE), 0);
  const Bytes saved = encode_swap_record(record);
  ASSERT_TRUE(finish_directory_swap(swap_, record, none_in_use));
  expect_swapped();
  // And once more, as if only the removal of the record had been lost.
  write(swap_.record, std::string(as_text(saved)));
  ASSERT_TRUE(finish_directory_swap(swap_, record, none_in_use));
  expect_swapped();
}

TEST_F(DirectorySwapTest, FinishGoesOnWhereTheLiveDirectoryIsAway) {
  const SwapRecord record = prepare();
  fs::rename(swap_.live, replaced_);
  ASSERT_TRUE(finish_directory_swap(swap_, record, none_in_use));
  expect_swapped();
}

TEST_F(DirectorySwapTest, FilesWrittenInBetweenFollow) {
  const SwapRecord record = prepare();
  write(swap_.live / kWritten, "written by a client of the new database");
  ASSERT_TRUE(finish_directory_swap(swap_, record, none_in_use));
  EXPECT_THAT(names(swap_.live), testing::Contains(kWritten));
  EXPECT_THAT(names(swap_.live), testing::Contains("checklist/" + kWritten));
}

TEST_F(DirectorySwapTest, AnExtraThatTheReplacedDatabaseUsesStays) {
  const auto in_use = [](const std::vector<std::string>& extras) -> Result<std::set<std::string>> {
    return std::set<std::string>(extras.begin(), extras.end());
  };
  ASSERT_TRUE(finish_directory_swap(swap_, prepare(), in_use));
  EXPECT_THAT(names(replaced_), testing::IsSupersetOf({kOld, kBoth, kNew, "checklist/" + kNew}));
}

TEST_F(DirectorySwapTest, AbandonLeavesTheExtrasToOdoosCollector) {
  ASSERT_TRUE(abandon_directory_swap(swap_, prepare()));
  EXPECT_EQ(names(swap_.live), (std::vector<std::string>{kOld, kBoth, kNew, "checklist/" + kNew}));
  EXPECT_FALSE(fs::exists(swap_.record));
  EXPECT_TRUE(fs::exists(incoming_));
}

TEST_F(DirectorySwapTest, WithoutALiveDirectoryItIsARename) {
  fs::remove_all(swap_.live);
  ASSERT_TRUE(finish_directory_swap(swap_, prepare(), none_in_use));
  EXPECT_EQ(names(swap_.live), (std::vector<std::string>{kBoth, kNew}));
  EXPECT_FALSE(fs::exists(replaced_));
  EXPECT_FALSE(fs::exists(incoming_));
}

TEST_F(DirectorySwapTest, ALostIncomingDirectoryIsAnError) {
  const SwapRecord record = prepare();
  fs::remove_all(incoming_);
  const Status status = finish_directory_swap(swap_, record, none_in_use);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(names(swap_.live), (std::vector<std::string>{kOld, kBoth, kNew}));
}

TEST(SwapRecord, ComesBackAsItWasAndRefusesOtherPlaces) {
  SwapRecord record{4711, "files.skyhold-new-1", "files.skyhold-old-1", 1, 2, {"ab/x", "c"}};
  EXPECT_EQ(decode_swap_record(encode_swap_record(record)).value(), record);
  const Bytes whole = encode_swap_record(record);
  for (std::size_t length = 0; length + 8 < whole.size(); ++length) {
    const auto cut = decode_swap_record(ByteView(whole).first(length));
    EXPECT_TRUE(!cut || *cut != record) << length;
  }
  SwapRecord outside = record;
  outside.incoming_directory = "../files";
  EXPECT_FALSE(decode_swap_record(encode_swap_record(outside)));
  outside = record;
  outside.extras = {"ab/../../x"};
  EXPECT_FALSE(decode_swap_record(encode_swap_record(outside)));
}

}  // namespace
}  // namespace skyhold
