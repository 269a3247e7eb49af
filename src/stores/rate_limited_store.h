// A decorator that keeps the bytes a second of a store below limits, each hour of the day
// having its own.
//
// All threads share one allowance a direction, first come first served. Objects are moved
// whole and at full speed; what is spread out is when they begin. So over a time much longer
// than one object takes, the rate is the limit; within it, an object may burst.
#pragma once

#include <memory>
#include <mutex>

#include "base/cancel.h"
#include "base/clock.h"
#include "stores/store_decorator.h"
#include "stores/store_settings.h"
#include "stores/waiting.h"

namespace skyhold {

// Tells the hour of the day, 0 to 23.
using HourOfDay = std::function<int()>;

// In the time zone of an IANA name. kInvalidArgument when there is no such zone.
Result<HourOfDay> hour_of_day(const std::string& time_zone, std::shared_ptr<const Clock> clock);

struct RateLimitOptions {
  HourOfDay hour{};
  std::shared_ptr<Waiting> waiting{};   // null: the system's
  const CancelToken* cancel = nullptr;  // ends waits with kCancelled; may be null, else outlives us
};

// Thread-safe.
class RateLimitedStore final : public StoreDecorator {
 public:
  RateLimitedStore(ObjectStorePtr inner, const RateLimits& limits, RateLimitOptions options);

  Status put(std::string_view name, ByteView bytes) override;
  Result<Bytes> get(std::string_view name) override;
  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
  // These move no content, and are not limited.
  Result<ObjectInfo> stat(std::string_view name) override { return inner_->stat(name); }
  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override {
    return inner_->list(prefix, visit);
  }
  Status remove(std::string_view name) override { return inner_->remove(name); }
  Status protect(std::string_view name) override { return inner_->protect(name); }

 private:
  // One direction. Bytes are taken by a ticket: the count of all that was taken before. Its
  // holder may begin once the allowance, which grows with time, has reached it.
  struct Allowance {
    const std::array<std::uint64_t, 24>* limits = nullptr;
    double taken_bytes = 0;
    double allowed_bytes = 0;
    std::chrono::nanoseconds counted_until{0};
  };
  Status take(Allowance& allowance, std::uint64_t bytes);
  void take_afterwards(Allowance& allowance, std::uint64_t bytes);
  std::uint64_t count(Allowance& allowance);
  [[nodiscard]] std::uint64_t limit_now(const Allowance& allowance) const;

  const RateLimits limits_;
  const RateLimitOptions options_;
  const std::shared_ptr<Waiting> waiting_;
  std::mutex mutex_;
  Allowance upload_;
  Allowance download_;
};

}  // namespace skyhold
