// Something a coroutine waits for until others on the I/O thread say that things have changed.
#pragma once

#include <chrono>
#include <utility>

#include "http/server_transport.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace skyhold {

// One waits, anybody notifies; a notification that comes early is kept. For the I/O thread only.
class Wakeup {
 public:
  explicit Wakeup(const asio::any_io_executor& executor) : timer_(executor) {}

  void notify() {
    notified_ = true;
    timer_.cancel();
  }
  // May return early: callers look again at what they wait for.
  asio::awaitable<void> wait() {
    if (!notified_) {
      timer_.expires_at(asio::steady_timer::time_point::max());
      co_await wait_on_timer();
    }
    notified_ = false;
  }
  asio::awaitable<void> wait_for(std::chrono::milliseconds duration) {
    if (!notified_) {
      timer_.expires_after(duration);
      co_await wait_on_timer();
    }
    notified_ = false;
  }

 private:
  asio::awaitable<void> wait_on_timer() {
    boost::system::error_code cancelled;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }

  asio::steady_timer timer_;
  bool notified_ = false;
};

}  // namespace skyhold
