#include "policy/retention.h"

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "policy/retention_buckets.h"

namespace skyhold {
namespace {

// Keeps the newest of each of the `left` newest buckets. Fed newest first.
class Rule {
 public:
  Rule(TierKind kind, int count) : kind_(kind), left_(count) {}

  void apply(LocalDay day, RetentionDecision& decision) {
    if (left_ == 0) return;
    const int bucket = bucket_of(kind_, day);
    if (bucket == last_bucket_) return;
    decision.reasons.push_back(fmt::format("{} {}", to_string(kind_), bucket_text(kind_, bucket)));
    last_bucket_ = bucket;
    --left_;
  }

 private:
  TierKind kind_;
  int left_;
  std::optional<int> last_bucket_;
};

// `group` is one group's candidates, newest first.
void decide_group(const RetentionPolicy& policy, std::span<const RetentionCandidate> group,
                  const TimeZone& zone, std::vector<RetentionDecision>& decisions) {
  std::vector<Rule> rules{{TierKind::kDaily, policy.keep_daily},
                          {TierKind::kWeekly, policy.keep_weekly},
                          {TierKind::kMonthly, policy.keep_monthly}};
  bool seen_good = false;
  for (const RetentionCandidate& candidate : group) {
    RetentionDecision decision{candidate.id, false, {}};
    if (candidate.good) {
      const LocalDay day = local_day(zone, candidate.time);
      for (Rule& rule : rules) rule.apply(day, decision);
      if (!seen_good) decision.reasons.emplace_back("newest good backup");
      seen_good = true;
    } else if (&candidate == &group.front()) {
      decision.reasons.emplace_back("newest backup, though not good");
    }
    decision.keep = !decision.reasons.empty();
    decisions.push_back(std::move(decision));
  }
}

}  // namespace

Result<std::vector<RetentionDecision>> decide_retention(const RetentionPolicy& policy,
                                                        std::vector<RetentionCandidate> candidates,
                                                        const std::string& time_zone) {
  if (policy.keep_daily < 0 || policy.keep_weekly < 0 || policy.keep_monthly < 0) {
    return fail(ErrorCode::kInvalidArgument, "a retention rule cannot keep a negative number of backups",
                "use 0 to switch a rule off");
  }
  const TimeZone zone = TRY(TimeZone::find(time_zone));
  // Ids break ties, so that the same candidates always give the same answer.
  std::sort(candidates.begin(), candidates.end(),
            [](const RetentionCandidate& a, const RetentionCandidate& b) {
              return std::tie(a.group, b.time, a.id) < std::tie(b.group, a.time, b.id);
            });
  std::vector<RetentionDecision> decisions;
  decisions.reserve(candidates.size());
  for (auto begin = candidates.cbegin(); begin != candidates.cend();) {
    const auto end = std::find_if(begin, candidates.cend(), [&](const RetentionCandidate& other) {
      return other.group != begin->group;
    });
    decide_group(policy, {begin, end}, zone, decisions);
    begin = end;
  }
  return decisions;
}

}  // namespace skyhold
