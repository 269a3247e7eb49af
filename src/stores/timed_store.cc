#include "stores/timed_store.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace skyhold {
namespace {

// Below it a read is all waiting for the answer, above it mostly content. Between 64 KiB and
// a megabyte it is both, and teaches neither.
constexpr std::uint64_t kSmallReadBytes = 64 << 10;
constexpr std::uint64_t kLargeReadBytes = 1 << 20;
constexpr double kShareOfNewest = 0.2;
constexpr double kHalfLifeSeconds = 300;
constexpr double kFailureFloorSeconds = 1;
constexpr std::uint64_t kMostDoublings = 16;
constexpr double kLeastSeconds = 1e-6;

bool is_read(StoreMethod method) {
  return method == StoreMethod::kGet || method == StoreMethod::kGetRange;
}

// Says something of the store, and not only of the name.
bool is_failure(const Error& error) {
  return error.code != ErrorCode::kNotFound && error.code != ErrorCode::kAlreadyExists &&
         error.code != ErrorCode::kInvalidArgument && error.code != ErrorCode::kCancelled;
}

void average_in(double& average, double newest) {
  average = average == 0 ? newest : average + kShareOfNewest * (newest - average);
}

}  // namespace

// One call that is being measured.
class TimedStore::Call {
 public:
  Call(TimedStore& store, StoreMethod method) : store_(store), method_(method), began_(store.seconds_()) {}

  template <typename Answer>
  Answer end(Answer answer, std::uint64_t bytes) {
    const double seconds = std::max(store_.seconds_() - began_ - not_counted_, 0.0);
    store_.record(method_, seconds, answer ? bytes : 0, answer ? nullptr : &answer.error());
    return answer;
  }
  void leave_out(double seconds) { not_counted_ += seconds; }

 private:
  TimedStore& store_;
  const StoreMethod method_;
  const double began_;
  double not_counted_ = 0;
};

TimedStore::TimedStore(ObjectStorePtr inner, std::function<double()> seconds)
    : StoreDecorator(std::move(inner)), seconds_(std::move(seconds)) {}

void TimedStore::record(StoreMethod method, double seconds, std::uint64_t bytes, const Error* error) {
  const auto bucket = std::lower_bound(kLatencyBuckets.begin(), kLatencyBuckets.end(), seconds);
  const bool failed = error != nullptr && is_failure(*error);
  const std::scoped_lock lock(mutex_);
  MethodTimings& timings = timings_.methods[static_cast<std::size_t>(method)];
  ++timings.calls;
  timings.errors += failed ? 1 : 0;
  timings.bytes += bytes;
  timings.seconds += seconds;
  ++timings.histogram[static_cast<std::size_t>(bucket - kLatencyBuckets.begin())];
  timings_.failures_in_a_row = failed ? timings_.failures_in_a_row + 1 : 0;
  if (failed) last_read_at_ = seconds_();
  if (error == nullptr && is_read(method)) learn_from_read(seconds, bytes);
}

void TimedStore::learn_from_read(double seconds, std::uint64_t bytes) {
  last_read_at_ = seconds_();
  if (bytes <= kSmallReadBytes) {
    average_in(timings_.answer_seconds, std::max(seconds, kLeastSeconds));
  } else if (bytes >= kLargeReadBytes) {
    // A store that is slow to answer is not also slow to send.
    const double sending = std::max(seconds - timings_.answer_seconds, seconds / 10);
    average_in(timings_.read_bytes_per_second, static_cast<double>(bytes) / std::max(sending, kLeastSeconds));
  }
}

StoreTimings TimedStore::timings() const {
  const std::scoped_lock lock(mutex_);
  return timings_;
}

double TimedStore::expected_read_seconds(std::uint64_t bytes) const {
  const std::scoped_lock lock(mutex_);
  double expected = timings_.answer_seconds;
  if (timings_.read_bytes_per_second > 0) {
    expected += static_cast<double>(bytes) / timings_.read_bytes_per_second;
  }
  if (timings_.failures_in_a_row > 0) {
    const auto doublings = static_cast<int>(std::min(timings_.failures_in_a_row, kMostDoublings));
    expected = std::ldexp(std::max(expected, kFailureFloorSeconds), doublings);
  }
  return expected * std::exp2(-std::max(seconds_() - last_read_at_, 0.0) / kHalfLifeSeconds);
}

Status TimedStore::put(std::string_view name, ByteView bytes) {
  Call call(*this, StoreMethod::kPut);
  return call.end(inner_->put(name, bytes), bytes.size());
}

Result<Bytes> TimedStore::get(std::string_view name) {
  Call call(*this, StoreMethod::kGet);
  Result<Bytes> content = inner_->get(name);
  const std::uint64_t bytes = content ? content->size() : 0;
  return call.end(std::move(content), bytes);
}

Result<Bytes> TimedStore::get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) {
  Call call(*this, StoreMethod::kGetRange);
  return call.end(inner_->get_range(name, offset, length), length);
}

Result<ObjectInfo> TimedStore::stat(std::string_view name) {
  Call call(*this, StoreMethod::kStat);
  return call.end(inner_->stat(name), 0);
}

Status TimedStore::list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) {
  Call call(*this, StoreMethod::kList);
  std::optional<Error> of_visitor;
  const Status listed = inner_->list(prefix, [&](const ObjectInfo& info) -> Status {
    const double began = seconds_();
    Status visited = visit(info);
    call.leave_out(seconds_() - began);
    if (!visited) of_visitor = visited.error();
    return visited;
  });
  if (!of_visitor) return call.end(listed, 0);
  // The store has done its part.
  TRY(call.end(Status(), 0));
  return fail(*of_visitor);
}

Status TimedStore::remove(std::string_view name) {
  Call call(*this, StoreMethod::kRemove);
  return call.end(inner_->remove(name), 0);
}

Status TimedStore::protect(std::string_view name) {
  Call call(*this, StoreMethod::kProtect);
  return call.end(inner_->protect(name), 0);
}

}  // namespace skyhold
