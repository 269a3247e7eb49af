#include "model/project.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace skyhold {
namespace {

TEST(ProjectWords, EveryNameComesBack) {
  for (const BranchType type : {BranchType::kProduction, BranchType::kStaging, BranchType::kDevelopment}) {
    const auto parsed = parse_branch_type(to_string(type));
    ASSERT_TRUE(parsed) << to_string(type);
    EXPECT_EQ(*parsed, type);
  }
  for (const Role role : {Role::kUser, Role::kAdmin}) {
    const auto parsed = parse_member_role(to_string(role));
    ASSERT_TRUE(parsed) << to_string(role);
    EXPECT_EQ(*parsed, role);
  }
}

TEST(ProjectWords, NobodyBecomesAnOperatorByBeingMadeAMember) {
  for (const std::string_view text : {"operator", "none", "Admin", ""}) {
    const auto parsed = parse_member_role(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(parsed.error().hint, "use one of user, admin");
  }
}

TEST(Slug, IsWhatIsSafeInUrlsPathsAndDatabaseNames) {
  for (const std::string_view name : {"a", "7", "acme", "acme-prod-2", "a--b"}) {
    EXPECT_TRUE(check_slug("the name", name)) << name;
  }
  EXPECT_TRUE(check_slug("the name", std::string(63, 'x')));
}

TEST(Slug, AnythingElseIsRefusedInWords) {
  for (const std::string_view name :
       {"", "-a", "a-", "Acme", "a b", "a.b", "..", "a/b", "a_b", "*production", "é", "a\n", "%2e", "a;b"}) {
    const Status checked = check_slug("the name of a project", name);
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().code, ErrorCode::kInvalidArgument);
    EXPECT_TRUE(checked.error().message.starts_with("the name of a project ")) << checked.error().message;
  }
  EXPECT_FALSE(check_slug("the name", std::string(64, 'x')));
  EXPECT_FALSE(check_slug("the name", std::string_view("a\0b", 3)));
}

TEST(Slug, ARefusedNameCannotDisturbATerminal) {
  const Status checked = check_slug("the name", "\x1b[2J\xff");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message.find('\x1b'), std::string::npos);
  EXPECT_TRUE(is_utf8(checked.error().message));
}

TEST(TextForPeople, IsOneLineOfUtf8OfABoundedLength) {
  EXPECT_TRUE(check_text("the note", "", 10));
  EXPECT_TRUE(check_text("the note", "Café 🙂", 10));
  EXPECT_FALSE(check_text("the note", "Café 🙂", 9));
  for (const std::string_view text : {"two\nlines", "a\tb", "\x1b[31m", "\x7f", "\xc2\x85", "caf\xe9"}) {
    EXPECT_FALSE(check_text("the note", text, 100)) << testing::PrintToString(std::string(text));
  }
  EXPECT_FALSE(check_text("the note", std::string_view("\0", 1), 100));
}

TEST(MachineText, IsMadeFitInsteadOfLost) {
  EXPECT_EQ(clean_text("ERROR:\n\tcaf\xe9 is full", 100), "ERROR:  caf\xef\xbf\xbd is full");
  EXPECT_EQ(clean_text("fits", 4), "fits");
  EXPECT_EQ(clean_text("", 0), "");
}

TEST(MachineText, IsCutBetweenCharacters) {
  EXPECT_EQ(clean_text("abcdefgh", 7), "abcd…");
  EXPECT_EQ(clean_text("ab€€€", 9), "ab€…");
  EXPECT_EQ(clean_text("abc", 2), "");
  for (std::size_t most = 0; most < 30; ++most) {
    const std::string cut = clean_text("é€🙂é€🙂é€🙂", most);
    EXPECT_LE(cut.size(), most);
    EXPECT_TRUE(is_utf8(cut)) << most;
  }
}

}  // namespace
}  // namespace skyhold
