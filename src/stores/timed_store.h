// A decorator that measures: what a store was asked, how it answered, how fast it is.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "stores/store_decorator.h"
#include "stores/store_method.h"

namespace skyhold {

// Upper bounds of the histogram's buckets, in seconds; one more bucket holds what took longer.
inline constexpr std::array<double, 11> kLatencyBuckets{0.001, 0.003, 0.01, 0.03, 0.1, 0.3,
                                                        1,     3,     10,   30,   100};

struct MethodTimings {
  std::uint64_t calls = 0;
  // Of the store. That a name is taken or free is an answer, and what a listing's visitor
  // says is the visitor's.
  std::uint64_t errors = 0;
  std::uint64_t bytes = 0;  // content moved by calls that succeeded
  double seconds = 0;       // of all calls; a listing's visitor not counted
  std::array<std::uint64_t, kLatencyBuckets.size() + 1> histogram{};  // each call in one bucket
};

struct StoreTimings {
  std::array<MethodTimings, kStoreMethods> methods{};  // by StoreMethod
  double answer_seconds = 0;                           // moving average of small reads; 0: none so far
  double read_bytes_per_second = 0;                    // moving average of large reads; 0: none so far
  std::uint64_t failures_in_a_row = 0;

  [[nodiscard]] const MethodTimings& of(StoreMethod method) const {
    return methods[static_cast<std::size_t>(method)];
  }
};

// Thread-safe; nothing is held while the store works.
class TimedStore final : public StoreDecorator {
 public:
  // `seconds` tells the time since some fixed moment.
  explicit TimedStore(ObjectStorePtr inner, std::function<double()> seconds = monotonic_seconds);

  Status put(std::string_view name, ByteView bytes) override;
  Result<Bytes> get(std::string_view name) override;
  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
  Result<ObjectInfo> stat(std::string_view name) override;
  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override;
  Status remove(std::string_view name) override;
  Status protect(std::string_view name) override;

  [[nodiscard]] StoreTimings timings() const;

  // How long a read of so many bytes is likely to take, for choosing the nearest of several
  // stores. A store that was never read says 0, so that it is tried; so does, more and more,
  // one that was not read for long (half after 5 minutes), because a slow hour passes. Each
  // failure in a row doubles it, from a floor of a second, and is forgotten likewise.
  [[nodiscard]] double expected_read_seconds(std::uint64_t bytes) const override;

 private:
  class Call;
  void record(StoreMethod method, double seconds, std::uint64_t bytes, const Error* error);
  void learn_from_read(double seconds, std::uint64_t bytes);

  const std::function<double()> seconds_;
  mutable std::mutex mutex_;
  StoreTimings timings_;
  double last_read_at_ = 0;
};

}  // namespace skyhold
