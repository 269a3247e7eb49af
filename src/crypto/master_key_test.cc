#include "crypto/master_key.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/encoding.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

class MasterKeyTest : public testing::Test {
 protected:
  void write(std::string_view text) const {
    std::ofstream(file_) << text;
    ASSERT_EQ(::chmod(file_.c_str(), 0600), 0);
  }

  ScratchDirectory scratch_;
  std::filesystem::path file_ = scratch_ / "key";
};

TEST_F(MasterKeyTest, IsOneLineThatOnlyItsOwnerReads) {
  const MasterKey key = MasterKey::random();
  ASSERT_TRUE(key.save(file_));
  struct stat info {};
  ASSERT_EQ(::stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  std::string line;
  std::ifstream(file_) >> line;
  EXPECT_TRUE(line.starts_with("skyhold-master-key-v1:"));
  EXPECT_EQ(line.size(), 22U + 44U);
  EXPECT_EQ(MasterKey::load(file_)->to_text(), key.to_text());
  EXPECT_NE(MasterKey::random().to_text(), key.to_text());
}

TEST_F(MasterKeyTest, IsNeverOverwritten) {
  const MasterKey key = MasterKey::random();
  ASSERT_TRUE(key.save(file_));
  const Status refused = MasterKey::random().save(file_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(MasterKey::load(file_)->to_text(), key.to_text());
}

TEST_F(MasterKeyTest, IsRefusedWhenOthersCanReadIt) {
  ASSERT_TRUE(MasterKey::random().save(file_));
  for (const mode_t mode : {0640U, 0604U, 0660U, 0601U, 0777U}) {
    ASSERT_EQ(::chmod(file_.c_str(), mode), 0);
    const auto refused = MasterKey::load(file_);
    ASSERT_FALSE(refused) << std::oct << mode;
    EXPECT_EQ(refused.error().code, ErrorCode::kPermissionDenied);
    EXPECT_THAT(refused.error().hint, HasSubstr("chmod 600 '" + file_.string() + "'"));
  }
  ASSERT_EQ(::chmod(file_.c_str(), 0400), 0);
  EXPECT_TRUE(MasterKey::load(file_));
}

TEST_F(MasterKeyTest, AMissingFileSaysHowToMakeOne) {
  const auto missing = MasterKey::load(file_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().hint, HasSubstr("skyhold key new"));
  EXPECT_EQ(MasterKey::random().save(scratch_ / "none/key").error().code, ErrorCode::kNotFound);
}

TEST_F(MasterKeyTest, OtherFilesAreNotKeysAndTheirContentIsNotRepeated) {
  const std::string text = MasterKey::random().to_text();
  for (const std::string& wrong :
       {std::string(), std::string("\n"), std::string("-----BEGIN PRIVATE KEY-----\nsecret"),
        text.substr(0, 60), text + text, "x" + text, std::string("skyhold-master-key-v2:") + text.substr(22),
        std::string("skyhold-master-key-v1:"), std::string("skyhold-master-key-v1:c2VjcmV0\n"),
        std::string(1'000'000, 'x')}) {
    write(wrong);
    const auto refused = MasterKey::load(file_);
    ASSERT_FALSE(refused) << wrong.substr(0, 100);
    EXPECT_EQ(refused.error().code, ErrorCode::kWrongKey);
    EXPECT_THAT(to_string(refused.error()), testing::Not(HasSubstr("secret")));
    EXPECT_THAT(refused.error().message, HasSubstr(file_.string()));
  }
}

TEST_F(MasterKeyTest, WhiteSpaceAroundATypedKeyDoesNotMatter) {
  const std::string text = MasterKey::random().to_text();
  write("  " + text + "\r\n\n");
  EXPECT_EQ(MasterKey::load(file_)->to_text(), text);
}

TEST(MasterKeyWrap, OpensWithTheSameKeyAndContextOnly) {
  const MasterKey key = MasterKey::random();
  for (const std::string& secret : {std::string(), std::string("password"), std::string(10'000, '\0')}) {
    const std::string wrapped = key.wrap(secret, "repository 1");
    EXPECT_EQ(key.unwrap(wrapped, "repository 1").value(), secret);
    EXPECT_EQ(key.unwrap(wrapped, "repository 2").error().code, ErrorCode::kWrongKey);
    EXPECT_EQ(key.unwrap(wrapped, "").error().code, ErrorCode::kWrongKey);
    EXPECT_EQ(MasterKey::random().unwrap(wrapped, "repository 1").error().code, ErrorCode::kWrongKey);
    EXPECT_NE(key.wrap(secret, "repository 1"), wrapped) << "a nonce must not be used twice";
  }
}

TEST(MasterKeyWrap, AChangeOfAnyByteIsNoticed) {
  const MasterKey key = MasterKey::random();
  const Bytes wrapped = base64_decode(key.wrap("password", "repository")).value();
  for (std::size_t i = 0; i < wrapped.size(); ++i) {
    Bytes changed = wrapped;
    changed[i] ^= 0x40;
    EXPECT_FALSE(key.unwrap(base64_encode(changed), "repository")) << i;
    EXPECT_FALSE(key.unwrap(base64_encode(ByteView(wrapped).first(i)), "repository")) << i;
  }
  EXPECT_EQ(key.unwrap("not base64", "repository").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(key.unwrap("", "repository").error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace skyhold
