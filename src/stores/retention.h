// For how long the objects of a store are kept from deletion: what the drivers share.
//
//   written ├──────────────────────────── days ────────────────────────────┤
//   used again here: nothing to do ┤  or here: kept anew from then on ┤
//                                 half
//
// To keep all anew at every use would cost a write for each object and backup; by the half it
// is one in half the days.
#pragma once

#include <string_view>

#include "base/clock.h"

namespace skyhold {

// Locks of the repository live for minutes and protect no data: to keep them for days would
// block it, or leave thousands of old versions behind. Marks of what is to be removed later
// (delayed_removal_store.h) are there to be taken back.
constexpr bool may_be_retained(std::string_view name) {
  return !name.starts_with("locks/") && !name.starts_with("removed/");
}

// In whole seconds, as servers keep it.
inline Instant retain_until(Instant now, int days) {
  return std::chrono::floor<std::chrono::seconds>(now + std::chrono::hours(24) * days);
}

inline bool is_retained_long_enough(Instant until, Instant now, int days) {
  return until >= now + std::chrono::hours(12) * days;
}

}  // namespace skyhold
