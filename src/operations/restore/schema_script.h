// A pg_dump archive turned into SQL text, without a connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capture/client_program.h"
#include "io/byte_stream.h"
#include "operations/restore/database_facts.h"

namespace skyhold {

// Of one section's SQL. Real databases have a few megabytes.
inline constexpr std::size_t kMostScriptBytes = std::size_t{256} << 20;

// The "pre-data" or "post-data" section of `archive` as pg_restore writes it: kNoSpace when
// it is larger than kMostScriptBytes, kSource when pg_restore does not take the archive.
Result<std::string> archive_script(const ClientProgram& pg_restore, ByteSource& archive, std::string_view section,
                                   const OwnershipPlan& ownership);

// pg_restore's options for the ownership.
std::vector<std::string> ownership_arguments(const OwnershipPlan& ownership);

// Feeds all of `source` to the child's standard input and waits for its end. When the
// source fails the child is killed and the source's error returned.
Status feed_child(ChildProcess& child, ByteSource& source);

}  // namespace skyhold
