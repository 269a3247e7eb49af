// File names in trees: Go's strconv.Quote without the outer quotes, so that names of any
// bytes survive JSON. Source: restic, internal/restic/node.go.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace skyhold {

std::string go_quote(std::string_view name);
// The inverse. kCorrupt for an escape that Go does not write, a bare quote or a line break.
Result<std::string> go_unquote(std::string_view quoted);

}  // namespace skyhold
