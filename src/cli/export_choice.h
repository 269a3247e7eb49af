// What `repo export` and `download` let one choose: a form, and for whom it is closed.
#pragma once

#include <string>

#include "cli/parameters.h"

namespace skyhold {

// Whether the flags go together.
Status check_export_choice(const Parameters& parameters, const std::string& format);

// The first line of a file. kInvalidArgument when it is empty.
Result<std::string> read_passphrase(const std::string& file);

}  // namespace skyhold
