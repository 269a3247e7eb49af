// The five fields of a cron expression: their names, bounds and words.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace skyhold {

struct CronField {
  std::string_view name;
  int first;
  int last;
  std::span<const std::string_view> words;  // words[0] stands for `first`; may be empty
  std::string_view allowed;

  // Every value: what "*" stands for.
  [[nodiscard]] std::uint64_t all() const { return every(1); }
  // What "*/step" stands for.
  [[nodiscard]] std::uint64_t every(int step) const {
    std::uint64_t bits = 0;
    for (int value = first; value <= last; value += step) bits |= std::uint64_t{1} << value;
    return bits;
  }
};

inline constexpr std::array<std::string_view, 12> kCronMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                              "jul", "aug", "sep", "oct", "nov", "dec"};
inline constexpr std::array<std::string_view, 7> kCronDays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

inline constexpr CronField kCronMinute{"minute", 0, 59, {}, "0 to 59"};
inline constexpr CronField kCronHour{"hour", 0, 23, {}, "0 to 23"};
inline constexpr CronField kCronDayOfMonth{"day of the month", 1, 31, {}, "1 to 31"};
inline constexpr CronField kCronMonth{"month", 1, 12, kCronMonths, "1 to 12 or jan to dec"};
inline constexpr CronField kCronDayOfWeek{"day of the week", 0, 6, kCronDays,
                                          "0 to 7 (0 and 7 are Sunday) or sun to sat"};

}  // namespace skyhold
