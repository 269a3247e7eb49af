// What the execution of a job sees of the queue. A port, so that what executes can be tested alone.
#pragma once

#include <string_view>

#include "base/cancel.h"
#include "base/result.h"
#include "model/progress.h"

namespace skyhold {

class JobContext {
 public:
  virtual ~JobContext() = default;

  // Never waits for the database: what is reported is written once a second, by another thread. A
  // new phase and a warning become events.
  virtual ProgressSink& progress() = 0;
  // A line of the job's story; it does not wait either.
  virtual void event(std::string_view kind, std::string_view text) = 0;

  // Set when somebody asked to cancel, when this worker is shut down, and when the job is no longer
  // ours to do: its lease was lost to another worker, or could not be renewed for too long.
  [[nodiscard]] virtual const CancelToken& cancel() const = 0;
  // Asks the database whether the job is still ours, renews its lease, and writes what was
  // reported. To be called before each step that another worker must not do a second time, such as
  // a swap. kCancelled: somebody asked for that; kBusy: another worker may have it; kUnavailable:
  // the database cannot be asked, so nobody knows.
  virtual Status checkpoint() = 0;
};

}  // namespace skyhold
