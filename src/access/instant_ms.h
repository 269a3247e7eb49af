// Times as the tables hold them: milliseconds since 1970, UTC.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "db/sql_database.h"

namespace skyhold {

inline std::int64_t to_ms(Instant instant) {
  return std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
}
inline Instant from_ms(std::int64_t milliseconds) {
  return Instant{std::chrono::milliseconds{milliseconds}};
}
inline SqlValue to_ms_or_null(const std::optional<Instant>& instant) {
  return instant ? SqlValue{to_ms(*instant)} : SqlValue{nullptr};
}
inline std::optional<Instant> from_ms_or_null(const std::optional<std::int64_t>& milliseconds) {
  return milliseconds ? std::optional(from_ms(*milliseconds)) : std::nullopt;
}

}  // namespace skyhold
