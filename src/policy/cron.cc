#include "policy/cron.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "policy/cron_fields.h"

namespace skyhold {
namespace {

constexpr std::size_t kLongestText = 512;

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find_first_of(separators);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return {};
  return value;
}

// Reads one field; its error names the field and says what it may hold.
class FieldParser {
 public:
  explicit FieldParser(const CronField& field) : field_(field) {}

  Result<std::uint64_t> parse(std::string_view text) const {
    std::uint64_t bits = 0;
    for (const std::string_view item : split(text, ",")) bits |= TRY(parse_item(item));
    return bits;
  }

 private:
  // Sunday is 0 and 7.
  [[nodiscard]] bool is_day_of_week() const { return field_.first == 0 && !field_.words.empty(); }

  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view item, std::string_view why) const {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("\"{}\" in the field \"{}\" of a cron expression {}", item, field_.name, why),
        fmt::format("this field takes {}, lists \"1,3\", ranges \"1-3\" and steps \"*/2\" or \"1-5/2\"",
                    field_.allowed));
  }

  [[nodiscard]] std::optional<int> value(std::string_view text) const {
    const auto word = std::find(field_.words.begin(), field_.words.end(), lower(text));
    if (word != field_.words.end()) return field_.first + static_cast<int>(word - field_.words.begin());
    const std::optional<int> found = number(text);
    if (!found || *found < field_.first || *found > field_.last + (is_day_of_week() ? 1 : 0)) return {};
    return found;
  }

  Result<std::uint64_t> parse_item(std::string_view item) const {
    const std::size_t slash = item.find('/');
    const std::string_view range = item.substr(0, slash);
    int step = 1;
    if (slash != std::string_view::npos) {
      const std::optional<int> given = number(item.substr(slash + 1));
      if (!given || *given < 1 || *given > field_.last) {
        return wrong(item, fmt::format("has a step that is not 1 to {}", field_.last));
      }
      step = *given;
    }
    if (range == "*") return field_.every(step);
    const std::size_t dash = range.find('-');
    const std::optional<int> first = value(range.substr(0, dash));
    if (!first) return wrong(item, "is not a value");
    if (dash == std::string_view::npos) {
      if (slash != std::string_view::npos) return wrong(item, "has a step without a range");
      return bits_between(*first, *first, 1);
    }
    std::optional<int> last = value(range.substr(dash + 1));
    if (!last) return wrong(item, "is not a range of values");
    if (is_day_of_week() && *last == 0 && *first > 0) last = 7;  // "fri-sun"
    if (*last < *first) return wrong(item, "is a range that runs backwards; write it as two");
    return bits_between(*first, *last, step);
  }

  [[nodiscard]] std::uint64_t bits_between(int first, int last, int step) const {
    std::uint64_t bits = 0;
    for (int at = first; at <= last; at += step) {
      bits |= std::uint64_t{1} << (is_day_of_week() ? at % 7 : at);
    }
    return bits;
  }

  const CronField& field_;
};

struct Shorthand {
  std::string_view name;
  std::string_view fields;
};
constexpr Shorthand kShorthands[] = {
    {"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"},
};

Result<std::vector<std::string_view>> fields_of(std::string_view text) {
  std::vector<std::string_view> fields = split(text, " \t");
  std::erase(fields, std::string_view{});
  if (fields.size() == 1 && fields.front().starts_with('@')) {
    for (const Shorthand& shorthand : kShorthands) {
      if (lower(fields.front()) == shorthand.name) return split(shorthand.fields, " ");
    }
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}\" is no cron expression that Skyhold knows", fields.front()),
                "use @hourly, @daily, @midnight, @weekly, @monthly, @yearly, or five fields");
  }
  if (fields.size() != 5) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("a cron expression has five fields, and \"{}\" has {}", text, fields.size()),
                "write minute, hour, day of the month, month and day of the week: \"0 1 * * *\" is every day "
                "at 01:00");
  }
  return fields;
}

// Whether one of the days of the month exists in one of the months.
bool some_date_exists(const CronExpression& cron) {
  constexpr int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int month = 1; month <= 12; ++month) {
    const std::uint64_t days_of_it = (std::uint64_t{1} << (kDays[month - 1] + 1)) - 1;
    if ((cron.months >> month & 1U) != 0 && (cron.days_of_month & days_of_it) != 0) return true;
  }
  return false;
}

}  // namespace

Result<CronExpression> parse_cron(std::string_view text) {
  if (text.size() > kLongestText) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("a cron expression of {} characters is too long", text.size()),
                fmt::format("{} are enough; use ranges and steps", kLongestText));
  }
  const std::vector<std::string_view> fields = TRY(fields_of(text));
  CronExpression cron;
  cron.minutes = TRY(FieldParser(kCronMinute).parse(fields[0]));
  cron.hours = static_cast<std::uint32_t>(TRY(FieldParser(kCronHour).parse(fields[1])));
  cron.days_of_month = static_cast<std::uint32_t>(TRY(FieldParser(kCronDayOfMonth).parse(fields[2])));
  cron.months = static_cast<std::uint32_t>(TRY(FieldParser(kCronMonth).parse(fields[3])));
  cron.days_of_week = static_cast<std::uint32_t>(TRY(FieldParser(kCronDayOfWeek).parse(fields[4])));
  cron.any_day_of_month = fields[2].starts_with('*');
  cron.any_day_of_week = fields[4].starts_with('*');
  // With a day of the week to fall back on, some day always comes.
  const bool either = !cron.any_day_of_month && !cron.any_day_of_week;
  if (!either && !some_date_exists(cron)) {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("the cron expression \"{}\" never comes: none of its months has such a day", text),
        "change the field \"day of the month\" or the field \"month\"");
  }
  return cron;
}

}  // namespace skyhold
