#include "base/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace skyhold {
namespace {

constexpr std::int64_t kMostDurationSeconds = 10LL * 365 * 24 * 3600;
constexpr double kMostBytesPerSecond = 1e12;

constexpr std::array<std::pair<std::string_view, double>, 7> kRateUnits{{{"B/s", 1},
                                                                         {"kB/s", 1e3},
                                                                         {"MB/s", 1e6},
                                                                         {"GB/s", 1e9},
                                                                         {"KiB/s", 1024},
                                                                         {"MiB/s", 1024.0 * 1024},
                                                                         {"GiB/s", 1024.0 * 1024 * 1024}}};

// What was written, for a message: short, and without what could steer a terminal.
std::string quoted(std::string_view text) {
  constexpr std::size_t kMostShown = 40;
  std::string shown(text.substr(0, kMostShown));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; },
      '?');
  return fmt::format("\"{}\"", shown);
}

// Digits with at most one point among them; from_chars alone would take "nan" and "1e3".
bool is_plain_decimal(std::string_view text) {
  return !text.empty() && text.size() <= 15 &&
         text.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::count(text.begin(), text.end(), '.') <= 1 && text.front() != '.' && text.back() != '.';
}

}  // namespace

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  std::int64_t scale = 0;
  if (unit == "s") scale = 1;
  if (unit == "m") scale = 60;
  if (unit == "h") scale = 3600;
  if (unit == "d") scale = 24 * 3600;
  if (unit.empty() && number == 0) scale = 1;
  if (problem != std::errc{} || scale == 0 || number < 0 || number > kMostDurationSeconds / scale) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not a duration", quoted(text)),
                "write a whole number and a unit: 90s, 30m, 24h or 7d");
  }
  return std::chrono::seconds{number * scale};
}

Result<std::uint64_t> parse_byte_rate(std::string_view text) {
  const auto refuse = [&] {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not a rate", quoted(text)),
                "write a number and a unit of bytes a second: 50 MB/s, 1.5 GB/s, 512 KiB/s");
  };
  const std::size_t number_end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view digits = text.substr(0, number_end);
  std::string_view unit = text.substr(number_end);
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  const auto known =
      std::find_if(kRateUnits.begin(), kRateUnits.end(), [&](const auto& row) { return row.first == unit; });
  if (!is_plain_decimal(digits) || known == kRateUnits.end()) return refuse();
  double number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const double rate = number * known->second;
  if (rate < 1 || rate > kMostBytesPerSecond) return refuse();
  return static_cast<std::uint64_t>(rate);
}

}  // namespace skyhold
