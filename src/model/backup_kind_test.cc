#include "model/backup_kind.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(BackupKind, EveryKindComesBackFromItsName) {
  for (const BackupKind kind :
       {BackupKind::kAutomatic, BackupKind::kManual, BackupKind::kImported, BackupKind::kSafety}) {
    const auto parsed = parse_backup_kind(to_string(kind));
    ASSERT_TRUE(parsed) << to_string(kind);
    EXPECT_EQ(*parsed, kind);
  }
}

TEST(BackupKind, AnythingElseIsRefusedWithTheNamesThatExist) {
  for (const std::string_view text : {"", "Manual", "manual ", "nightly"}) {
    const auto parsed = parse_backup_kind(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(parsed.error().hint.find("automatic, manual"), std::string::npos);
  }
}

}  // namespace
}  // namespace skyhold
