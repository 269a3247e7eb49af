#include "model/backup_record.h"

#include "model/enum_names.h"

namespace skyhold {
namespace {

constexpr EnumNames<BackupState, 5> kBackupStates{{
    {BackupState::kRunning, "running"},
    {BackupState::kGood, "good"},
    {BackupState::kDegraded, "degraded"},
    {BackupState::kFailed, "failed"},
    {BackupState::kDeleted, "deleted"},
}};

constexpr EnumNames<CopyState, 5> kCopyStates{{
    {CopyState::kPending, "pending"},
    {CopyState::kStored, "stored"},
    {CopyState::kVerified, "verified"},
    {CopyState::kMissing, "missing"},
    {CopyState::kCorrupt, "corrupt"},
}};

}  // namespace

std::string_view to_string(BackupState state) {
  return enum_name(kBackupStates, state);
}
Result<BackupState> parse_backup_state(std::string_view text) {
  return parse_enum(kBackupStates, "a state of a backup", text);
}

std::string_view to_string(CopyState state) {
  return enum_name(kCopyStates, state);
}
Result<CopyState> parse_copy_state(std::string_view text) {
  return parse_enum(kCopyStates, "a state of a copy", text);
}

}  // namespace skyhold
