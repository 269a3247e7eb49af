// Transactions over pools of connections, alike for every kind of database: who gets which
// connection, what is tried again, what becomes of a failed statement.
#pragma once

#include <memory>
#include <string>

#include "db/connection_pool.h"

namespace skyhold {

class PooledDatabase final : public SqlDatabase {
 public:
  // Without `writers` reading and writing transactions share `readers`.
  PooledDatabase(SqlDialect dialect, std::string description, std::unique_ptr<ConnectionPool> readers,
                 std::unique_ptr<ConnectionPool> writers = nullptr);

  Status transact(SqlAccess access, const std::function<Status(SqlSession&)>& body) override;
  [[nodiscard]] SqlDialect dialect() const override { return dialect_; }
  [[nodiscard]] std::string describe() const override { return description_; }

 private:
  SqlAttempt<void> attempt(SqlAccess access, const std::function<Status(SqlSession&)>& body);

  const SqlDialect dialect_;
  const std::string description_;
  const std::unique_ptr<ConnectionPool> readers_;
  const std::unique_ptr<ConnectionPool> writers_;
};

}  // namespace skyhold
