#include "operations/prune/forget.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "repository/lock.h"

namespace skyhold {
namespace {

// A branch's backups are one group; what restic wrote is grouped as restic's forget does.
std::string group_of(const Snapshot& snapshot) {
  const std::string project = snapshot.tag("project");
  const std::string branch = snapshot.tag("branch");
  if (!project.empty() || !branch.empty()) return fmt::format("branch {} of project {}", branch, project);
  return fmt::format("{} on {}", fmt::join(snapshot.paths, ", "), snapshot.hostname);
}

Status every_copy_answers(const Copies& copies) {
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    const auto failure = copies.failure(copy);
    if (!failure) continue;
    return fail(
        ErrorCode::kUnavailable,
        fmt::format("forget needs every copy, and {} does not answer: {}", copies.store(copy).location(),
                    failure->message),
        "a snapshot that stays in one copy would come back; run forget again when every copy can be written");
  }
  return {};
}

class ForgetRun {
 public:
  ForgetRun(Repository& repository, const ForgetOptions& options)
      : repository_(repository), options_(options) {}

  Result<std::vector<ForgetDecision>> run() {
    if (options_.policy.has_value() == !options_.snapshots.empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  "forget needs either a retention policy or the names of snapshots",
                  "give --keep-daily, --keep-weekly and --keep-monthly, or snapshot ids");
    }
    std::unique_ptr<RepositoryLock> lock;
    if (!options_.dry_run) {
      TRY(every_copy_answers(repository_.copies()));
      lock = TRY(RepositoryLock::acquire(repository_.copies(), repository_.key(), LockMode::kExclusive));
    }
    // Snapshot files that cannot be read are left alone: nobody can tell what they are.
    std::vector<std::string> unreadable;
    snapshots_ = TRY(repository_.snapshots(&unreadable));
    std::vector<ForgetDecision> decisions = TRY(options_.policy ? decide_by_policy() : decide_by_name());
    if (options_.dry_run) return decisions;
    TRY(lock->confirm());
    TRY(every_copy_answers(repository_.copies()));
    TRY(remove(decisions));
    return decisions;
  }

 private:
  Result<std::vector<ForgetDecision>> decide_by_policy() const {
    std::map<std::string, const Snapshot*> by_id;
    std::vector<RetentionCandidate> candidates;
    for (const Snapshot& snapshot : snapshots_) {
      by_id[snapshot.id.hex()] = &snapshot;
      candidates.push_back({snapshot.id.hex(), group_of(snapshot), snapshot.time, true});
    }
    std::vector<ForgetDecision> decisions;
    for (RetentionDecision& decision :
         TRY(decide_retention(*options_.policy, std::move(candidates), options_.time_zone))) {
      decisions.push_back({*by_id.at(decision.id), decision.keep, std::move(decision.reasons)});
    }
    return decisions;
  }

  Result<std::vector<ForgetDecision>> decide_by_name() const {
    std::set<Id> named;
    for (const std::string& text : options_.snapshots) {
      const Snapshot found = TRY(repository_.find_snapshot(text));
      named.insert(found.id);
    }
    std::map<std::string, std::size_t> left;
    for (const Snapshot& snapshot : snapshots_)
      left[group_of(snapshot)] += named.contains(snapshot.id) ? 0 : 1;
    std::vector<ForgetDecision> decisions;
    for (const Snapshot& snapshot : snapshots_) {
      const bool goes = named.contains(snapshot.id);
      if (goes && left.at(group_of(snapshot)) == 0) return fail(last_of_its_group(snapshot));
      decisions.push_back({snapshot, !goes, {goes ? "named" : "not named"}});
    }
    return decisions;
  }

  static Error last_of_its_group(const Snapshot& snapshot) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("nothing was forgotten: without {}, no backup of {} would be left",
                             snapshot.id.short_hex(), group_of(snapshot)),
                 "take another backup first; when the data is really to go, delete the repository itself"};
  }

  Status remove(const std::vector<ForgetDecision>& decisions) {
    for (const ForgetDecision& decision : decisions) {
      if (decision.keep) continue;
      TRY(repository_.copies().remove_everywhere(object_name(FileKind::kSnapshot, decision.snapshot.id)));
    }
    return {};
  }

  Repository& repository_;
  const ForgetOptions& options_;
  std::vector<Snapshot> snapshots_;
};

}  // namespace

Result<std::vector<ForgetDecision>> run_forget(Repository& repository, const ForgetOptions& options) {
  return ForgetRun(repository, options).run();
}

}  // namespace skyhold
