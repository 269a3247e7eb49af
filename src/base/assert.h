// Assertions for bugs: on in every build, because a backup that goes on after a
// broken invariant is worse than one that stops. Expected failures are Results.
#pragma once

namespace skyhold::detail {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}  // namespace skyhold::detail

#define SKYHOLD_ASSERT(expression)                      \
  (static_cast<bool>(expression) ? static_cast<void>(0) \
                                 : ::skyhold::detail::assertion_failed(#expression, __FILE__, __LINE__))

#define SKYHOLD_UNREACHABLE() ::skyhold::detail::assertion_failed("unreachable", __FILE__, __LINE__)
