#include "stores/rate_limited_store.h"

#include <algorithm>
#include <stdexcept>

#include <date/tz.h>
#include <fmt/format.h>

#include "base/assert.h"

namespace skyhold {
namespace {

using std::chrono::nanoseconds;

// The limit of the next hour counts from its beginning, give or take this.
constexpr nanoseconds kLongestWait = std::chrono::seconds{15};
constexpr nanoseconds kShortestWait = std::chrono::milliseconds{1};

}  // namespace

Result<HourOfDay> hour_of_day(const std::string& time_zone, std::shared_ptr<const Clock> clock) {
  try {
    const date::time_zone* zone = date::locate_zone(time_zone);
    return [zone, clock = std::move(clock)] {
      const auto local = zone->to_local(date::floor<std::chrono::seconds>(clock->now()));
      const auto since_midnight = local - date::floor<date::days>(local);
      return static_cast<int>(std::chrono::duration_cast<std::chrono::hours>(since_midnight).count());
    };
  } catch (const std::runtime_error&) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("there is no time zone \"{}\"", time_zone),
                "use an IANA name such as Europe/Brussels or UTC, and have the tzdata package installed");
  }
}

RateLimitedStore::RateLimitedStore(ObjectStorePtr inner, const RateLimits& limits, RateLimitOptions options)
    : StoreDecorator(std::move(inner)),
      limits_(limits),
      options_(std::move(options)),
      waiting_(options_.waiting ? options_.waiting : std::make_shared<SystemWaiting>()) {
  SKYHOLD_ASSERT(options_.hour != nullptr);
  upload_.limits = &limits_.upload_bytes_per_second;
  download_.limits = &limits_.download_bytes_per_second;
}

std::uint64_t RateLimitedStore::limit_now(const Allowance& allowance) const {
  const int hour = options_.hour();
  SKYHOLD_ASSERT(hour >= 0 && hour < 24);
  return (*allowance.limits)[static_cast<std::size_t>(hour)];
}

// Lets the allowance grow up to now; gives the limit that holds now. An idle hour is not
// saved up: what is not taken when its time comes is gone.
std::uint64_t RateLimitedStore::count(Allowance& allowance) {
  const std::uint64_t limit = limit_now(allowance);
  const nanoseconds now = waiting_->now();
  const double seconds = std::chrono::duration<double>(now - allowance.counted_until).count();
  allowance.counted_until = now;
  allowance.allowed_bytes += seconds * static_cast<double>(limit);
  if (limit == 0 || allowance.allowed_bytes > allowance.taken_bytes) {
    allowance.allowed_bytes = allowance.taken_bytes;
  }
  return limit;
}

Status RateLimitedStore::take(Allowance& allowance, std::uint64_t bytes) {
  std::unique_lock lock(mutex_);
  std::uint64_t limit = count(allowance);
  const double ticket = allowance.taken_bytes;
  if (limit > 0) allowance.taken_bytes += static_cast<double>(bytes);
  while (limit > 0 && allowance.allowed_bytes < ticket) {
    const std::chrono::duration<double> until_turn((ticket - allowance.allowed_bytes) /
                                                   static_cast<double>(limit));
    const nanoseconds wait =
        until_turn > kLongestWait
            ? kLongestWait
            : std::max(kShortestWait, std::chrono::duration_cast<nanoseconds>(until_turn));
    lock.unlock();
    const bool waited = waiting_->wait(wait, options_.cancel);
    lock.lock();
    if (!waited) {
      return fail(ErrorCode::kCancelled,
                  fmt::format("cancelled while waiting for the rate limit of {}", inner_->location()));
    }
    limit = count(allowance);
  }
  return {};
}

// For reads, whose bytes are known when they are there: the next callers wait for them.
void RateLimitedStore::take_afterwards(Allowance& allowance, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  if (count(allowance) > 0) allowance.taken_bytes += static_cast<double>(bytes);
}

Status RateLimitedStore::put(std::string_view name, ByteView bytes) {
  TRY(take(upload_, bytes.size()));
  return inner_->put(name, bytes);
}

Result<Bytes> RateLimitedStore::get(std::string_view name) {
  TRY(take(download_, 0));
  Bytes bytes = TRY(inner_->get(name));
  take_afterwards(download_, bytes.size());
  return bytes;
}

Result<Bytes> RateLimitedStore::get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) {
  TRY(take(download_, 0));
  Bytes bytes = TRY(inner_->get_range(name, offset, length));
  take_afterwards(download_, bytes.size());
  return bytes;
}

}  // namespace skyhold
