#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/file_url.h"
#include "stores/object_store.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

TEST(OpenStore, TakesAbsolutePathsAndSaysThemBack) {
  const std::vector<std::pair<std::string, std::string>> urls{
      {"file:///backup/a", "file:///backup/a"},
      {"file:///backup/a/", "file:///backup/a"},
      {"file:///backup//a/./b/..", "file:///backup/a"},
      {"file://localhost/backup/a", "file:///backup/a"},
      {"file:///with%20space/100%25", "file:///with%20space/100%25"},
      {"file:///caf%c3%a9", "file:///caf%C3%A9"},
      {"file:///a%3Fb%23c", "file:///a%3Fb%23c"},
  };
  for (const auto& [given, said] : urls) {
    const Result<ObjectStorePtr> store = open_store(given);
    ASSERT_TRUE(store) << given << ": " << to_string(store.error());
    EXPECT_EQ((*store)->location(), said);
  }
}

TEST(OpenStore, DecodesWhatItOpens) {
  EXPECT_EQ(parse_file_url("file:///with%20space/100%25").value(), "/with space/100%");
}

TEST(OpenStore, EveryRefusalSaysHowToWriteItRight) {
  for (const std::string url :
       {"", "backup", "/backup/a", "file:", "file:/backup", "file://", "file://backup/a", "file:///",
        "file:///a/..", "file:///a?b", "file:///a#b", "file:///%", "file:///%4", "file:///%zz",
        "file:///a%00b", "http://host/a", "FTP://host"}) {
    SCOPED_TRACE(url);
    const Result<ObjectStorePtr> store = open_store(url);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(store.error().hint.empty());
  }
  EXPECT_THAT(open_store("/backup/a").error().hint, HasSubstr("file:///backup/a"));
  EXPECT_THAT(open_store("file://backup/a").error().hint, HasSubstr("file:///backup/a"));
}

TEST(OpenStore, CloudsAreNotSupportedYetAndCredentialsAreNotRepeated) {
  for (const std::string url : {"s3://key:secret@bucket/prefix", "gs://secret-bucket"}) {
    const Result<ObjectStorePtr> store = open_store(url);
    ASSERT_FALSE(store);
    EXPECT_THAT(store.error().message, HasSubstr("not supported yet by this version"));
    EXPECT_THAT(to_string(store.error()), testing::Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace skyhold
