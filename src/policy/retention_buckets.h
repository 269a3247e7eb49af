// Days, ISO weeks and months as numbers that follow each other, and as text.
#pragma once

#include <string>

#include "policy/local_time.h"
#include "policy/tier.h"

namespace skyhold {

// Greater is later; neighbours differ by one.
int bucket_of(TierKind kind, LocalDay day);
LocalDay first_day_of(TierKind kind, int bucket);
// "2026-11-22", "2026-W47", "2026-11".
std::string bucket_text(TierKind kind, int bucket);

}  // namespace skyhold
