// One connection to a database, without pool and retries: what pooled_database.h stands on.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <tl/expected.hpp>

#include "base/error.h"
#include "db/sql_database.h"

namespace skyhold {

struct SqlFailure {
  Error error;
  bool try_again = false;  // nothing was done, for no fault of the transaction: run it anew
  bool broken = false;     // the connection cannot be used any more
};
template <typename T>
using SqlAttempt = tl::expected<T, SqlFailure>;

struct SqlOutcome {
  SqlRows rows;
  std::int64_t changed_rows = 0;
};

// Closing one in the middle of a transaction rolls it back.
class SqlConnection {
 public:
  virtual ~SqlConnection() = default;
  virtual SqlAttempt<void> begin(SqlAccess access) = 0;
  virtual SqlAttempt<SqlOutcome> run(std::string_view sql, const SqlParameters& parameters) = 0;
  virtual SqlAttempt<void> commit() = 0;
  // False: the connection is broken.
  virtual bool rollback() = 0;
};

using SqlConnect = std::function<SqlAttempt<std::unique_ptr<SqlConnection>>()>;

}  // namespace skyhold
