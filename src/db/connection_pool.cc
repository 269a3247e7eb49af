#include "db/connection_pool.h"

#include <fmt/format.h>

namespace skyhold {

ConnectionPool::ConnectionPool(int most, std::chrono::seconds longest_wait, SqlConnect connect)
    : most_(most), longest_wait_(longest_wait), connect_(std::move(connect)) {}

ConnectionPool::Lease::~Lease() {
  connection_.reset();
  if (pool_ != nullptr) pool_->put_back(nullptr);
}

void ConnectionPool::Lease::give_back() {
  std::exchange(pool_, nullptr)->put_back(std::move(connection_));
}

SqlAttempt<ConnectionPool::Lease> ConnectionPool::take() {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_for(lock, longest_wait_, [&] { return taken_ < most_; })) {
    return tl::unexpected(SqlFailure{
        Error{ErrorCode::kBusy,
              fmt::format("the catalog is busy: no connection became free in {} s", longest_wait_.count()),
              "try again; if it lasts, look for what keeps it busy"}});
  }
  ++taken_;
  Lease lease(*this);  // gives the place back, whatever comes
  if (!idle_.empty()) {
    lease.connection_ = std::move(idle_.back());
    idle_.pop_back();
    return lease;
  }
  lock.unlock();  // connecting takes its time, and others need not wait for it
  auto connected = connect_();
  if (!connected) return tl::unexpected(std::move(connected).error());
  lease.connection_ = std::move(*connected);
  return lease;
}

void ConnectionPool::close_idle() {
  std::vector<std::unique_ptr<SqlConnection>> closing;
  const std::lock_guard lock(mutex_);
  closing.swap(idle_);
}

void ConnectionPool::put_back(std::unique_ptr<SqlConnection> connection) {
  {
    const std::lock_guard lock(mutex_);
    --taken_;
    if (connection) idle_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

}  // namespace skyhold
