// The statements of an SQL script that pg_restore wrote.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"

namespace skyhold {

// The statements without their semicolons, in order, as views into `script`. Comments
// before a statement are left out. psql's meta-commands (\restrict, \connect, …) are
// dropped: nothing here would run them. Semicolons inside quotes, parentheses and the
// BEGIN ATOMIC bodies of SQL functions do not end a statement. kCorrupt when a quote,
// comment or statement does not end.
Result<std::vector<std::string_view>> split_sql_script(std::string_view script);

}  // namespace skyhold
