// A bounded number of connections that transactions take and give back.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "db/sql_connection.h"

namespace skyhold {

class ConnectionPool {
 public:
  // Held by one transaction. A connection that is not given back is closed: nobody else may
  // find a transaction open in it.
  class Lease {
   public:
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    SqlConnection& operator*() { return *connection_; }
    SqlConnection* operator->() { return connection_.get(); }
    void give_back();

   private:
    friend class ConnectionPool;
    explicit Lease(ConnectionPool& pool) : pool_(&pool) {}

    ConnectionPool* pool_;  // null once it was given back, or moved from
    std::unique_ptr<SqlConnection> connection_;
  };

  // At most `most` connections at once; who finds none free waits so long.
  ConnectionPool(int most, std::chrono::seconds longest_wait, SqlConnect connect);

  // kBusy when none became free in time; what `connect` gives when a new one was needed.
  SqlAttempt<Lease> take();
  // Closes those that nobody uses: after one was lost the others are as old.
  void close_idle();

 private:
  void put_back(std::unique_ptr<SqlConnection> connection);

  const int most_;
  const std::chrono::seconds longest_wait_;
  const SqlConnect connect_;
  std::mutex mutex_;
  std::condition_variable freed_;
  int taken_ = 0;
  std::vector<std::unique_ptr<SqlConnection>> idle_;
};

}  // namespace skyhold
