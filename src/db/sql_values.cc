#include "db/sql_values.h"

namespace skyhold {
namespace {

using std::chrono::milliseconds;

Instant from_milliseconds(std::int64_t value) {
  return Instant(milliseconds(value));
}

}  // namespace

SqlValue sql_time(Instant at) {
  return std::int64_t{std::chrono::floor<milliseconds>(at.time_since_epoch()).count()};
}

SqlValue sql_time(const std::optional<Instant>& at) {
  return at ? sql_time(*at) : SqlValue(nullptr);
}

Instant time_at(const SqlRow& row, std::size_t column) {
  return from_milliseconds(row.integer(column));
}

std::optional<Instant> optional_time_at(const SqlRow& row, std::size_t column) {
  const auto value = row.optional_integer(column);
  if (!value) return std::nullopt;
  return from_milliseconds(*value);
}

std::string like_containing(std::string_view part) {
  std::string pattern = "%";
  for (const char each : part) {
    if (each == '%' || each == '_' || each == '\\') pattern.push_back('\\');
    pattern.push_back(each);
  }
  pattern.push_back('%');
  return pattern;
}

}  // namespace skyhold
