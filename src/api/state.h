// What this process remembers between requests. Thread-safe.
#pragma once

#include <memory>
#include <mutex>

#include "api/idempotency.h"
#include "api/job_events.h"
#include "api/retention_view.h"

namespace skyhold {

class ApiState {
 public:
  explicit ApiState(std::unique_ptr<IdempotencyKeys> idempotency_keys)
      : idempotency(std::move(idempotency_keys)) {}

  const std::unique_ptr<IdempotencyKeys> idempotency;
  RetentionCache retention;
  EventStreamCap event_streams;
  // Held between the look for work of the same kind under way and the enqueueing of more.
  std::mutex one_job_at_a_time;
};

}  // namespace skyhold
