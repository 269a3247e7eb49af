#include "operations/restore/file_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

constexpr uid_t kOdoo = 105;
constexpr gid_t kOdooGroup = 110;
constexpr uid_t kSkyhold = 106;
constexpr gid_t kSkyholdGroup = 111;
const PathOwner kFilestore{kOdoo, kOdooGroup, 040750};

TEST(FileAccess, RootGivesEverythingToTheFilestoresOwner) {
  const FileAccess access = plan_file_access(kFilestore, 0, {0}, "/f");
  EXPECT_EQ(access.user, kOdoo);
  EXPECT_EQ(access.group, kOdooGroup);
  EXPECT_EQ(access.root_mode, 0750U);
  EXPECT_EQ(access.directory_mode(0755), 0755U);
  EXPECT_EQ(access.file_mode(0440), 0640U);
  EXPECT_THAT(access.notices, testing::IsEmpty());
}

TEST(FileAccess, AMemberOfTheGroupSharesThroughIt) {
  const FileAccess access = plan_file_access(kFilestore, kSkyhold, {kSkyholdGroup, kOdooGroup}, "/f");
  EXPECT_EQ(access.user, FileAccess::kLeaveUser);
  EXPECT_EQ(access.group, kOdooGroup);
  EXPECT_EQ(access.directory_mode(access.root_mode), 02770U) << "what Odoo adds has the group as well";
  EXPECT_EQ(access.file_mode(0600), 0660U);
  EXPECT_THAT(access.notices, testing::IsEmpty());
}

TEST(FileAccess, OdoosOwnUserKeepsTheModes) {
  const FileAccess access = plan_file_access(kFilestore, kOdoo, {kOdooGroup}, "/f");
  EXPECT_EQ(access.user, FileAccess::kLeaveUser);
  EXPECT_FALSE(access.shared);
  EXPECT_EQ(access.file_mode(0644), 0644U);
}

TEST(FileAccess, AStrangerSaysWhatIsWrong) {
  const FileAccess access = plan_file_access(kFilestore, kSkyhold, {kSkyholdGroup}, "/f");
  EXPECT_FALSE(access.changes_owner());
  EXPECT_THAT(access.notices, testing::ElementsAre(testing::HasSubstr("group")));
}

}  // namespace
}  // namespace skyhold
