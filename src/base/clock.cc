#include "base/clock.h"

#include <cctype>

#include <date/date.h>
#include <fmt/format.h>

namespace skyhold {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// Reads exactly `digits` decimal digits at the front of `text` and drops them.
bool take_number(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool take_char(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

bool take_fraction(std::string_view& text, nanoseconds& fraction) {
  fraction = nanoseconds{0};
  if (!take_char(text, '.')) return true;
  std::int64_t scale = 100'000'000;
  std::size_t digits = 0;
  while (!text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0) {
    fraction += nanoseconds{(text.front() - '0') * scale};
    scale /= 10;
    text.remove_prefix(1);
    ++digits;
  }
  return digits >= 1 && digits <= 9;
}

bool take_offset(std::string_view& text, seconds& offset) {
  offset = seconds{0};
  if (take_char(text, 'Z')) return true;
  const bool negative = !text.empty() && text.front() == '-';
  if (!negative && (text.empty() || text.front() != '+')) return false;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take_number(text, 2, hours) || !take_char(text, ':') || !take_number(text, 2, minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  offset = seconds{hours * 3600 + minutes * 60};
  if (negative) offset = -offset;
  return true;
}

}  // namespace

Instant SystemClock::now() const {
  return std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now());
}

std::string format_rfc3339(Instant instant) {
  const auto whole = std::chrono::floor<seconds>(instant);
  const auto day = date::floor<date::days>(whole);
  const date::year_month_day ymd{day};
  const date::hh_mm_ss<seconds> time{whole - day};
  std::string fraction;
  if (const auto nanos = (instant - whole).count(); nanos != 0) {
    fraction = fmt::format(".{:09}", nanos);
    fraction.erase(fraction.find_last_not_of('0') + 1);
  }
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(), fraction);
}

Result<Instant> parse_rfc3339(std::string_view text) {
  const std::string_view whole = text;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  nanoseconds fraction{0};
  seconds offset{0};
  const bool parsed = take_number(text, 4, year) && take_char(text, '-') && take_number(text, 2, month) &&
                      take_char(text, '-') && take_number(text, 2, day) && take_char(text, 'T') &&
                      take_number(text, 2, hour) && take_char(text, ':') && take_number(text, 2, minute) &&
                      take_char(text, ':') && take_number(text, 2, second) && take_fraction(text, fraction) &&
                      take_offset(text, offset) && text.empty();
  const date::year_month_day ymd{date::year{year}, date::month{static_cast<unsigned>(month)},
                                 date::day{static_cast<unsigned>(day)}};
  // Outside these years nanoseconds since 1970 do not fit 64 bits.
  if (!parsed || !ymd.ok() || year < 1678 || year > 2261 || hour > 23 || minute > 59 || second > 59) {
    return fail(ErrorCode::kCorrupt, fmt::format("\"{}\" is not an RFC 3339 time", whole.substr(0, 80)));
  }
  const auto local =
      date::sys_days{ymd} + std::chrono::hours{hour} + std::chrono::minutes{minute} + seconds{second};
  return Instant{(local - offset).time_since_epoch() + fraction};
}

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace skyhold
