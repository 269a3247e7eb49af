#include "policy/retention_buckets.h"

#include <fmt/format.h>

#include "base/assert.h"

namespace skyhold {
namespace {

// 1970-01-01 was a Thursday; weeks begin on Monday, three days before.
constexpr date::days kMondayOffset{3};

date::year_month_day month_of(int bucket) {
  const int year = bucket >= 0 ? bucket / 12 : (bucket - 11) / 12;
  return date::year{year} / (bucket - year * 12 + 1) / 1;
}

// ISO 8601: a week belongs to the year that its Thursday lies in.
std::string week_text(int bucket) {
  const LocalDay thursday = first_day_of(TierKind::kWeekly, bucket) + date::days{3};
  const date::year year = date::year_month_day{thursday}.year();
  const auto days_into_year = (thursday - LocalDay{year / date::January / 1}).count();
  return fmt::format("{:04}-W{:02}", static_cast<int>(year), days_into_year / 7 + 1);
}

}  // namespace

std::string_view to_string(TierKind kind) {
  switch (kind) {
    case TierKind::kDaily: return "daily";
    case TierKind::kWeekly: return "weekly";
    case TierKind::kMonthly: return "monthly";
  }
  SKYHOLD_UNREACHABLE();
}

int bucket_of(TierKind kind, LocalDay day) {
  switch (kind) {
    case TierKind::kDaily: return static_cast<int>(day.time_since_epoch().count());
    case TierKind::kWeekly:
      return static_cast<int>(date::floor<date::weeks>(day.time_since_epoch() + kMondayOffset).count());
    case TierKind::kMonthly: {
      const date::year_month_day ymd{day};
      return static_cast<int>(ymd.year()) * 12 + static_cast<int>(static_cast<unsigned>(ymd.month())) - 1;
    }
  }
  SKYHOLD_UNREACHABLE();
}

LocalDay first_day_of(TierKind kind, int bucket) {
  switch (kind) {
    case TierKind::kDaily: return LocalDay{date::days{bucket}};
    case TierKind::kWeekly: return LocalDay{date::weeks{bucket} - kMondayOffset};
    case TierKind::kMonthly: return LocalDay{month_of(bucket)};
  }
  SKYHOLD_UNREACHABLE();
}

std::string bucket_text(TierKind kind, int bucket) {
  switch (kind) {
    case TierKind::kDaily: return to_text(first_day_of(kind, bucket));
    case TierKind::kWeekly: return week_text(bucket);
    case TierKind::kMonthly: return to_text(first_day_of(kind, bucket)).substr(0, 7);
  }
  SKYHOLD_UNREACHABLE();
}

}  // namespace skyhold
