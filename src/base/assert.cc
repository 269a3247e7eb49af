#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace skyhold::detail {

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "skyhold: bug: assertion failed at %s:%d: %s\n", file, line, expression);
  std::abort();
}

}  // namespace skyhold::detail
