// pg_dump's arguments for the parts of a database that Skyhold does not read itself.
#pragma once

#include <string>
#include <vector>

#include "capture/database_capture.h"

namespace skyhold {

// --exclude-table-data for exactly `tables`, which are sorted by schema. Not -T: that
// would lose the sequences of identity columns. Not a wildcard: that would lose all
// sequences.
std::vector<std::string> exclude_table_data_arguments(const std::vector<SourceTable>& tables);

// kUnsupported when the kernel would not take such a command line.
Status check_command_line_size(const std::vector<std::string>& arguments);

}  // namespace skyhold
