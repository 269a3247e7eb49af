#include "stores/fault_store.h"

#include <algorithm>
#include <csignal>
#include <thread>

#include <fmt/format.h>

namespace skyhold {
namespace {

bool is_read(StoreMethod method) {
  return method == StoreMethod::kGet || method == StoreMethod::kGetRange;
}

void flip_bit(Bytes& bytes, std::uint64_t where) {
  if (bytes.empty()) return;
  bytes[where / 8 % bytes.size()] ^= static_cast<std::uint8_t>(1U << (where % 8));
}

}  // namespace

Fault Fault::fail_call(StoreMethod method, std::uint64_t call, ErrorCode code) {
  Fault fault;
  fault.method = method;
  fault.first_call = fault.last_call = call;
  fault.error.code = code;
  return fault;
}

Fault Fault::no_space_from(std::uint64_t put_call) {
  Fault fault = fail_call(StoreMethod::kPut, put_call, ErrorCode::kNoSpace);
  fault.last_call = kEveryCall;
  fault.error = {ErrorCode::kNoSpace, "injected fault: the disk is full", "free space on that file system"};
  return fault;
}

Fault Fault::vanish_from(std::uint64_t call) {
  Fault fault;
  fault.first_call = call;
  fault.last_call = kEveryCall;
  fault.error = {ErrorCode::kUnavailable, "injected fault: the store has vanished", "is the disk mounted?"};
  return fault;
}

Fault Fault::short_read(std::string name_prefix) {
  Fault fault;
  fault.kind = FaultKind::kShortRead;
  fault.name_prefix = std::move(name_prefix);
  fault.last_call = kEveryCall;
  return fault;
}

Fault Fault::flipped_bit(std::string name_prefix) {
  Fault fault = short_read(std::move(name_prefix));
  fault.kind = FaultKind::kFlippedBit;
  return fault;
}

std::vector<Fault> read_only_faults() {
  Fault put = Fault::fail_call(StoreMethod::kPut, 1, ErrorCode::kPermissionDenied);
  put.last_call = kEveryCall;
  put.error = {ErrorCode::kPermissionDenied, "injected fault: the store is read-only", "remount it writable"};
  Fault remove = put;
  remove.method = StoreMethod::kRemove;
  Fault protect = put;
  protect.method = StoreMethod::kProtect;
  return {put, remove, protect};
}

FaultStore::FaultStore(ObjectStorePtr inner, std::vector<Fault> faults, RandomFaults random)
    : StoreDecorator(std::move(inner)), chances_(random), random_(random.seed) {
  for (Fault& fault : faults) add(std::move(fault));
}

void FaultStore::add(Fault fault) {
  const std::scoped_lock lock(mutex_);
  scripts_.push_back({std::move(fault)});
}

void FaultStore::clear() {
  const std::scoped_lock lock(mutex_);
  scripts_.clear();
  chances_ = {};
}

std::uint64_t FaultStore::calls(StoreMethod method) const {
  const std::scoped_lock lock(mutex_);
  return calls_[static_cast<std::size_t>(method)];
}

std::uint64_t FaultStore::faults_met() const {
  const std::scoped_lock lock(mutex_);
  return faults_met_;
}

void FaultStore::apply_script(const Fault& fault, Verdict& verdict) {
  switch (fault.kind) {
    case FaultKind::kErrorBefore: verdict.error_before = fault.error; return;
    case FaultKind::kErrorAfter: verdict.error_after = fault.error; return;
    case FaultKind::kShortRead: verdict.short_read = true; return;
    case FaultKind::kFlippedBit: verdict.flipped_bit = true; return;
    case FaultKind::kDelay: verdict.delay += fault.delay; return;
    case FaultKind::kKillBefore: verdict.kill_before = true; return;
    case FaultKind::kKillAfter: verdict.kill_after = true; return;
  }
}

void FaultStore::apply_chance(StoreMethod method, Verdict& verdict) {
  std::uniform_real_distribution<double> chance(0, 1);
  const auto met = [&](double probability) {
    const bool happens = chance(random_) < probability;
    faults_met_ += happens ? 1 : 0;
    return happens;
  };
  const Error error{ErrorCode::kUnavailable, "injected fault (by chance)", "this store was told to fail"};
  if (met(chances_.error_before)) verdict.error_before = error;
  if (met(chances_.error_after)) verdict.error_after = error;
  if (!is_read(method)) return;
  if (met(chances_.short_read)) verdict.short_read = true;
  if (met(chances_.flipped_bit)) verdict.flipped_bit = true;
}

FaultStore::Verdict FaultStore::judge(StoreMethod method, std::string_view name) {
  const std::scoped_lock lock(mutex_);
  ++calls_[static_cast<std::size_t>(method)];
  Verdict verdict;
  verdict.flipped_at = random_();
  for (Script& script : scripts_) {
    const Fault& fault = script.fault;
    if (fault.method && *fault.method != method) continue;
    const bool reads_only = fault.kind == FaultKind::kShortRead || fault.kind == FaultKind::kFlippedBit;
    if (reads_only && !is_read(method)) continue;
    if (!name.starts_with(fault.name_prefix)) continue;
    ++script.calls;
    if (script.calls < fault.first_call || script.calls > fault.last_call) continue;
    ++faults_met_;
    apply_script(fault, verdict);
  }
  apply_chance(method, verdict);
  return verdict;
}

template <typename Answer, typename Call>
Answer FaultStore::meet(const Verdict& verdict, Call call) {
  std::this_thread::sleep_for(verdict.delay);
  if (verdict.kill_before) std::raise(SIGKILL);
  if (verdict.error_before) return fail(*verdict.error_before);
  Answer answer = call();
  if (verdict.kill_after) std::raise(SIGKILL);
  if (verdict.error_after) return fail(*verdict.error_after);
  return answer;
}

Status FaultStore::put(std::string_view name, ByteView bytes) {
  return meet<Status>(judge(StoreMethod::kPut, name), [&] { return inner_->put(name, bytes); });
}

Result<Bytes> FaultStore::get(std::string_view name) {
  const Verdict verdict = judge(StoreMethod::kGet, name);
  Bytes bytes = TRY(meet<Result<Bytes>>(verdict, [&] { return inner_->get(name); }));
  if (verdict.short_read) bytes.resize(bytes.size() / 2);
  if (verdict.flipped_bit) flip_bit(bytes, verdict.flipped_at);
  return bytes;
}

Result<Bytes> FaultStore::get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) {
  const Verdict verdict = judge(StoreMethod::kGetRange, name);
  Bytes bytes = TRY(meet<Result<Bytes>>(verdict, [&] { return inner_->get_range(name, offset, length); }));
  if (verdict.short_read) {
    return fail(ErrorCode::kCorrupt, fmt::format("injected fault: object {} ends before the {} bytes from {}",
                                                 name, length, offset));
  }
  if (verdict.flipped_bit) flip_bit(bytes, verdict.flipped_at);
  return bytes;
}

Result<ObjectInfo> FaultStore::stat(std::string_view name) {
  return meet<Result<ObjectInfo>>(judge(StoreMethod::kStat, name), [&] { return inner_->stat(name); });
}

Status FaultStore::list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) {
  return meet<Status>(judge(StoreMethod::kList, prefix), [&] { return inner_->list(prefix, visit); });
}

Status FaultStore::remove(std::string_view name) {
  return meet<Status>(judge(StoreMethod::kRemove, name), [&] { return inner_->remove(name); });
}

Status FaultStore::protect(std::string_view name) {
  return meet<Status>(judge(StoreMethod::kProtect, name), [&] { return inner_->protect(name); });
}

}  // namespace skyhold
