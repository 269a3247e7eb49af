// A place that retention keeps a backup in: one day, week or month.
#pragma once

#include <string>
#include <string_view>

namespace skyhold {

enum class TierKind { kDaily, kWeekly, kMonthly };
std::string_view to_string(TierKind kind);  // "daily", "weekly", "monthly"

struct Tier {
  TierKind kind = TierKind::kDaily;
  std::string bucket{};  // "2026-11-22", "2026-W47", "2026-11"
  friend bool operator==(const Tier&, const Tier&) = default;
};

}  // namespace skyhold
