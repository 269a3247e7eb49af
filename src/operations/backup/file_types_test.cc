#include "operations/backup/file_types.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

std::string text_of(const std::vector<FileType>& types) {
  std::string text;
  for (const FileType& type : types) text += fmt::format("{}:{}:{} ", type.name, type.files, type.bytes);
  return text;
}

TEST(FileTypes, AreCountedOverWhatIsHeldTheLargestFirst) {
  Mimetypes types;
  const auto pdf = types.number_of("application/pdf");
  const auto png = types.number_of("image/png");
  const auto css = types.number_of("text/css");
  const std::vector<RequiredFile> required{
      {"a/1", 0, false, png}, {"a/2", 0, false, pdf}, {"a/3", 0, false, png},
      {"a/4", 0, false, 0},   {"a/5", 0, false, css},  // a/5 was missing
  };
  const std::vector<FileEntry> held{{"a/1", 10}, {"a/2", 500}, {"a/3", 20}, {"a/4", 7}, {"b/extra", 1}};
  EXPECT_EQ(text_of(count_file_types(held, required, types)),
            "application/pdf:1:500 image/png:2:30 unknown:2:8 ");
}

TEST(FileTypes, OfAWalkAreUnknownAndOfNothingNone) {
  EXPECT_EQ(text_of(count_file_types({{"a", 3}, {"b", 4}}, {}, Mimetypes())), "unknown:2:7 ");
  EXPECT_EQ(text_of(count_file_types({}, {}, Mimetypes())), "");
}

TEST(FileTypes, BeyondFiftyAreOne) {
  Mimetypes types;
  std::vector<RequiredFile> required;
  std::vector<FileEntry> held;
  for (std::uint64_t i = 100; i < 200; ++i) {
    const std::string name = fmt::format("a/{}", i);
    required.push_back({name, i, false, types.number_of(fmt::format("x/{}", i))});
    held.push_back({name, i});
  }
  const std::vector<FileType> counted = count_file_types(held, required, types);
  ASSERT_EQ(counted.size(), FilestoreFacts::kMostTypes + 1);
  EXPECT_EQ(counted.front().name, "x/199");
  EXPECT_EQ(counted.back().name, "other");
  EXPECT_EQ(counted.back().files, 50U);
  EXPECT_EQ(counted.back().bytes, (100U + 149U) * 50U / 2U);
}

}  // namespace
}  // namespace skyhold
