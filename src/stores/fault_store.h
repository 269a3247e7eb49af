// A store that misbehaves as it is told to: the decorator by which tests learn what
// happens when a store fails, lies, hangs or dies under an operation.
#pragma once

#include <array>
#include <chrono>
#include <limits>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "stores/store_decorator.h"
#include "stores/store_method.h"

namespace skyhold {

enum class FaultKind {
  kErrorBefore,  // answers with the fault's error, without doing anything
  kErrorAfter,   // does it, then answers with the error: the answer was lost
  kShortRead,    // get() returns half of the object; get_range() notices (kCorrupt)
  kFlippedBit,   // a read returns the bytes with one bit changed
  kDelay,        // waits first
  kKillBefore,   // ends this process as kill -9 does, before doing anything
  kKillAfter,    // the same, after it was done
};

inline constexpr std::uint64_t kEveryCall = std::numeric_limits<std::uint64_t>::max();

// One thing that goes wrong, at the calls first_call to last_call (counted from 1) among
// those of `method` (any, if none is given) whose name or prefix starts with `name_prefix`.
struct Fault {
  FaultKind kind = FaultKind::kErrorBefore;
  std::optional<StoreMethod> method;
  std::string name_prefix;
  std::uint64_t first_call = 1;
  std::uint64_t last_call = 1;
  Error error{ErrorCode::kUnavailable, "injected fault", "this store was told to fail"};
  std::chrono::milliseconds delay{0};

  static Fault fail_call(StoreMethod method, std::uint64_t call, ErrorCode code = ErrorCode::kUnavailable);
  static Fault no_space_from(std::uint64_t put_call);  // put() answers kNoSpace
  static Fault vanish_from(std::uint64_t call);        // every method answers kUnavailable
  static Fault short_read(std::string name_prefix);    // each time
  static Fault flipped_bit(std::string name_prefix);   // each time
};

// put(), remove() and protect() answer kPermissionDenied, each time.
std::vector<Fault> read_only_faults();

// Faults by chance: each is the probability that a call meets it. The same seed and the
// same order of calls give the same faults.
struct RandomFaults {
  std::uint64_t seed = 1;
  double error_before = 0;
  double error_after = 0;
  double short_read = 0;
  double flipped_bit = 0;
};

class FaultStore final : public StoreDecorator {
 public:
  explicit FaultStore(ObjectStorePtr inner, std::vector<Fault> faults = {}, RandomFaults random = {});

  Status put(std::string_view name, ByteView bytes) override;
  Result<Bytes> get(std::string_view name) override;
  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
  Result<ObjectInfo> stat(std::string_view name) override;
  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override;
  Status remove(std::string_view name) override;
  Status protect(std::string_view name) override;

  void add(Fault fault);
  void clear();  // from now on nothing goes wrong
  [[nodiscard]] std::uint64_t calls(StoreMethod method) const;
  [[nodiscard]] std::uint64_t faults_met() const;

 private:
  struct Script {
    Fault fault;
    std::uint64_t calls = 0;
  };
  struct Verdict {  // what is to happen to one call
    std::optional<Error> error_before;
    std::optional<Error> error_after;
    bool short_read = false;
    bool flipped_bit = false;
    bool kill_before = false;
    bool kill_after = false;
    std::chrono::milliseconds delay{0};
    std::uint64_t flipped_at = 0;
  };
  Verdict judge(StoreMethod method, std::string_view name);
  void apply_script(const Fault& fault, Verdict& verdict);
  void apply_chance(StoreMethod method, Verdict& verdict);
  template <typename Answer, typename Call>
  Answer meet(const Verdict& verdict, Call call);

  mutable std::mutex mutex_;
  std::vector<Script> scripts_;
  RandomFaults chances_;
  std::mt19937_64 random_;
  std::array<std::uint64_t, kStoreMethods> calls_{};
  std::uint64_t faults_met_ = 0;
};

}  // namespace skyhold
