#include "policy/retention.h"

#include <algorithm>
#include <functional>
#include <span>
#include <stdexcept>
#include <tuple>

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

namespace skyhold {
namespace {

using LocalDay = date::local_days;

std::string day_bucket(LocalDay day) {
  const date::year_month_day ymd{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                     static_cast<unsigned>(ymd.day()));
}

// ISO 8601: a week belongs to the year that its Thursday lies in.
std::string week_bucket(LocalDay day) {
  const unsigned weekday = date::weekday{day}.iso_encoding();
  const LocalDay thursday = day + date::days{4 - static_cast<int>(weekday)};
  const date::year year = date::year_month_day{thursday}.year();
  const auto days_into_year = (thursday - LocalDay{year / date::January / 1}).count();
  return fmt::format("{:04}-W{:02}", static_cast<int>(year), days_into_year / 7 + 1);
}

std::string month_bucket(LocalDay day) {
  const date::year_month_day ymd{day};
  return fmt::format("{:04}-{:02}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()));
}

// Keeps the newest of each of the `left` newest buckets. Fed newest first.
class Rule {
 public:
  Rule(std::string_view name, int count, std::function<std::string(LocalDay)> bucket_of)
      : name_(name), left_(count), bucket_of_(std::move(bucket_of)) {}

  void apply(LocalDay day, RetentionDecision& decision) {
    if (left_ == 0) return;
    std::string bucket = bucket_of_(day);
    if (bucket == last_bucket_) return;
    decision.reasons.push_back(fmt::format("{} {}", name_, bucket));
    last_bucket_ = std::move(bucket);
    --left_;
  }

 private:
  std::string_view name_;
  int left_;
  std::function<std::string(LocalDay)> bucket_of_;
  std::string last_bucket_;
};

// `group` is one group's candidates, newest first.
void decide_group(const RetentionPolicy& policy, std::span<const RetentionCandidate> group,
                  const date::time_zone& zone, std::vector<RetentionDecision>& decisions) {
  std::vector<Rule> rules{{"daily", policy.keep_daily, day_bucket},
                          {"weekly", policy.keep_weekly, week_bucket},
                          {"monthly", policy.keep_monthly, month_bucket}};
  bool seen_good = false;
  for (const RetentionCandidate& candidate : group) {
    RetentionDecision decision{candidate.id, false, {}};
    if (candidate.good) {
      const LocalDay day = date::floor<date::days>(zone.to_local(candidate.time));
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

Result<const date::time_zone*> find_zone(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error& error) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("there is no time zone \"{}\": {}", name, error.what()),
                "use an IANA name such as Europe/Brussels or UTC, and have the tzdata package installed");
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
  const date::time_zone* const zone = TRY(find_zone(time_zone));
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
    decide_group(policy, {begin, end}, *zone, decisions);
    begin = end;
  }
  return decisions;
}

}  // namespace skyhold
