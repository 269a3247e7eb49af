// Trying again after what may pass: a connection that broke, a service that is away or busy.
#pragma once

#include <chrono>

#include "base/cancel.h"
#include "base/result.h"

namespace skyhold {

struct TransferPace {
  std::chrono::milliseconds pause{250};  // doubles while nothing gets through
  int most_failures = 10;                // in a row, before it is given up: about a minute
};

// Whether waiting may help.
bool may_pass(const Error& error);

class TransferPatience {
 public:
  TransferPatience(const TransferPace& pace, const CancelToken& cancel)
      : pace_(pace), cancel_(cancel), pause_(pace.pause) {}

  // Something got through.
  void moved();
  // Waits. Gives the error back when waiting does not help, or did not often enough; kCancelled when told
  // to end.
  Status wait_after(const Error& error);
  [[nodiscard]] int failures() const { return failures_; }  // in a row

 private:
  const TransferPace pace_;
  const CancelToken& cancel_;
  std::chrono::milliseconds pause_;
  int failures_ = 0;
};

}  // namespace skyhold
