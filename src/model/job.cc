#include "model/job.h"

#include "model/enum_names.h"

namespace skyhold {
namespace {

constexpr EnumNames<JobKind, 11> kJobKinds{{
    {JobKind::kBackup, "backup"},
    {JobKind::kRestore, "restore"},
    {JobKind::kUndo, "undo"},
    {JobKind::kRefresh, "refresh"},
    {JobKind::kForget, "forget"},
    {JobKind::kPrune, "prune"},
    {JobKind::kVerify, "verify"},
    {JobKind::kMend, "mend"},
    {JobKind::kImport, "import"},
    {JobKind::kExport, "export"},
    {JobKind::kDrill, "drill"},
}};

constexpr EnumNames<JobState, 5> kJobStates{{
    {JobState::kQueued, "queued"},
    {JobState::kRunning, "running"},
    {JobState::kSucceeded, "succeeded"},
    {JobState::kFailed, "failed"},
    {JobState::kCancelled, "cancelled"},
}};

}  // namespace

std::string_view to_string(JobKind kind) {
  return enum_name(kJobKinds, kind);
}
Result<JobKind> parse_job_kind(std::string_view text) {
  return parse_enum(kJobKinds, "a kind of job", text);
}

std::string_view to_string(JobState state) {
  return enum_name(kJobStates, state);
}
Result<JobState> parse_job_state(std::string_view text) {
  return parse_enum(kJobStates, "a state of a job", text);
}

}  // namespace skyhold
