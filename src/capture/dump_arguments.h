// pg_dump's arguments for the parts of a database that Skyhold does not read itself.
#pragma once

#include <string>
#include <vector>

#include "capture/database_capture.h"
#include "capture/source_tables.h"

namespace skyhold {

// --exclude-table-data for all of `tables`, which are sorted by schema, and none of `dumped`. Not
// -T: that would lose the sequences of identity columns. Not a plain wildcard: that would lose
// all sequences.
std::vector<std::string> exclude_table_data_arguments(const std::vector<SourceTable>& tables,
                                                      const std::vector<DumpedRelation>& dumped);

// kUnsupported when the kernel would not take such a command line.
Status check_command_line_size(const std::vector<std::string>& arguments);

}  // namespace skyhold
