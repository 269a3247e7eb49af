#include "cli/transfer_patience.h"

#include <algorithm>
#include <thread>

namespace skyhold {
namespace {

constexpr std::chrono::milliseconds kNap{100};
constexpr std::chrono::milliseconds kLongestPause{16'000};
constexpr std::chrono::milliseconds kLongestWish{60'000};  // of a Retry-After

}  // namespace

bool may_pass(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kBusy;
}

void TransferPatience::moved() {
  failures_ = 0;
  pause_ = pace_.pause;
}

Status TransferPatience::wait_after(const Error& error) {
  TRY(cancel_.check());
  if (!may_pass(error) || ++failures_ >= pace_.most_failures) return fail(error);
  const auto wait = std::max(pause_, std::min(error.retry_after, kLongestWish));
  for (std::chrono::milliseconds waited{0}; waited < wait; waited += kNap) {
    TRY(cancel_.check());
    std::this_thread::sleep_for(std::min(kNap, wait - waited));
  }
  pause_ = std::min(pause_ * 2, kLongestPause);
  return {};
}

}  // namespace skyhold
