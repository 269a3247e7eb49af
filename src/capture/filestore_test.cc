#include "capture/filestore.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace skyhold {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kSha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

class FilestoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "skyhold-filestore-XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  void put(const std::string& name, const std::string& content = "content") const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << content;
  }

  fs::path root_;
};

using Filestore = FilestoreTest;

TEST_F(Filestore, IsWalkedByNameWithoutTheChecklist) {
  put("da/" + kSha1, "");
  put("da/notes.txt", "1234");
  put("0a/sub/file");
  put("checklist/da/" + kSha1);
  put("z checklist/kept");
  std::vector<MissingFile> skipped;
  const auto files = walk_filestore(root_, skipped).value();
  std::vector<std::string> names;
  for (const RequiredFile& file : files) names.push_back(file.name);
  EXPECT_THAT(names, ElementsAre("0a/sub/file", "da/" + kSha1, "da/notes.txt", "z checklist/kept"));
  EXPECT_TRUE(files[1].named_by_sha1);
  EXPECT_FALSE(files[2].named_by_sha1);
  EXPECT_EQ(files[2].size_bytes, 4U);
  EXPECT_TRUE(skipped.empty());
}

TEST_F(Filestore, NeverFollowsLinksInside) {
  put("aa/real");
  fs::create_symlink("/etc/passwd", root_ / "aa/link");
  fs::create_directory_symlink("/etc", root_ / "bb");
  ASSERT_EQ(::mkfifo((root_ / "aa/pipe").c_str(), 0600), 0);
  std::vector<MissingFile> skipped;
  const auto files = walk_filestore(root_, skipped).value();
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].name, "aa/real");
  ASSERT_EQ(skipped.size(), 3U);
  EXPECT_EQ(skipped[0].name, "aa/link");
  EXPECT_THAT(skipped[0].reason, HasSubstr("symbolic link"));
  EXPECT_EQ(skipped[1].name, "aa/pipe");
  EXPECT_EQ(skipped[2].name, "bb");
}

TEST_F(Filestore, MayItselfBeReachedThroughALink) {
  put("store/aa/file");
  fs::create_directory_symlink(root_ / "store", root_ / "link");
  std::vector<MissingFile> skipped;
  EXPECT_EQ(walk_filestore(root_ / "link", skipped)->size(), 1U);
}

TEST_F(Filestore, MayBeEmptyOrHoldOnlyAChecklist) {
  EXPECT_TRUE(check_filestore(root_));
  put("checklist/aa/x");
  EXPECT_TRUE(check_filestore(root_));
}

TEST_F(Filestore, IsRefusedWhenItIsSomethingElse) {
  const Error missing = check_filestore(root_ / "nowhere").error();
  EXPECT_EQ(missing.code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.message, HasSubstr("nowhere"));
  put("file");
  EXPECT_EQ(check_filestore(root_ / "file").error().code, ErrorCode::kInvalidArgument);
  const Error other = check_filestore(root_).error();
  EXPECT_EQ(other.code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(other.hint, HasSubstr("<data_dir>/filestore/<database>"));
  std::vector<MissingFile> skipped;
  EXPECT_EQ(walk_filestore(root_, skipped).error().code, ErrorCode::kInvalidArgument);
}

TEST(FilestoreNames, KnowOdoosForm) {
  EXPECT_TRUE(is_sha1_name("da/" + kSha1));
  EXPECT_FALSE(is_sha1_name("db/" + kSha1));
  EXPECT_FALSE(is_sha1_name("da/" + kSha1 + "0"));
  EXPECT_FALSE(is_sha1_name("DA/DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"));
  EXPECT_FALSE(is_sha1_name(kSha1));
  EXPECT_FALSE(is_sha1_name(""));
}

TEST(FilestoreNames, CannotLeadOut) {
  for (const std::string_view name : {"a", "a/b", "..a/b..", "a b/c\nd", "...", "\\", "a/.b"}) {
    EXPECT_TRUE(is_safe_relative_name(name)) << name;
  }
  for (const std::string_view name :
       {std::string_view(""), std::string_view("/"), std::string_view("/a"), std::string_view("a/"),
        std::string_view("a//b"), std::string_view("."), std::string_view(".."), std::string_view("a/../b"),
        std::string_view("./a"), std::string_view("a/.."), std::string_view("a\0b", 3)}) {
    EXPECT_FALSE(is_safe_relative_name(name)) << name;
  }
}

}  // namespace
}  // namespace skyhold
