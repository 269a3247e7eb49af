// The names of states and kinds, as they stand in the catalog and in the API.
#include <gtest/gtest.h>

#include "model/backup_record.h"
#include "model/job.h"

namespace skyhold {
namespace {

template <typename Enum, typename Parse>
void expect_names(Parse parse, const std::vector<std::pair<Enum, std::string_view>>& names) {
  for (const auto& [value, name] : names) {
    EXPECT_EQ(to_string(value), name);
    const auto parsed = parse(name);
    ASSERT_TRUE(parsed) << name;
    EXPECT_EQ(*parsed, value);
  }
  for (const std::string_view text : {"", "Good", "good ", "unknown"}) {
    const auto parsed = parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(parsed.error().hint.find(names.front().second), std::string::npos) << parsed.error().hint;
  }
}

// The names are stored: a changed one would make every catalog unreadable.
TEST(StateNames, OfBackupsAreTheStoredOnes) {
  expect_names<BackupState>(parse_backup_state, {{BackupState::kRunning, "running"},
                                                 {BackupState::kGood, "good"},
                                                 {BackupState::kDegraded, "degraded"},
                                                 {BackupState::kFailed, "failed"},
                                                 {BackupState::kDeleted, "deleted"}});
}

TEST(StateNames, OfCopiesAreTheStoredOnes) {
  expect_names<CopyState>(parse_copy_state, {{CopyState::kPending, "pending"},
                                             {CopyState::kStored, "stored"},
                                             {CopyState::kVerified, "verified"},
                                             {CopyState::kMissing, "missing"},
                                             {CopyState::kCorrupt, "corrupt"}});
}

TEST(StateNames, OfJobsAreTheStoredOnes) {
  expect_names<JobState>(parse_job_state, {{JobState::kQueued, "queued"},
                                           {JobState::kRunning, "running"},
                                           {JobState::kSucceeded, "succeeded"},
                                           {JobState::kFailed, "failed"},
                                           {JobState::kCancelled, "cancelled"}});
  expect_names<JobKind>(parse_job_kind, {{JobKind::kBackup, "backup"},
                                         {JobKind::kRestore, "restore"},
                                         {JobKind::kUndo, "undo"},
                                         {JobKind::kRefresh, "refresh"},
                                         {JobKind::kForget, "forget"},
                                         {JobKind::kPrune, "prune"},
                                         {JobKind::kVerify, "verify"},
                                         {JobKind::kMend, "mend"},
                                         {JobKind::kImport, "import"},
                                         {JobKind::kExport, "export"},
                                         {JobKind::kDrill, "drill"}});
}

TEST(StateNames, OnlyWhatIsCompleteSomewhereCanBeRestored) {
  BackupRecord backup;
  for (const auto& [state, restorable] : {std::pair{BackupState::kRunning, false},
                                          {BackupState::kGood, true},
                                          {BackupState::kDegraded, true},
                                          {BackupState::kFailed, false},
                                          {BackupState::kDeleted, false}}) {
    backup.state = state;
    EXPECT_EQ(backup.restorable(), restorable) << to_string(state);
  }
}

}  // namespace
}  // namespace skyhold
