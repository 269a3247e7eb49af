// What this process remembers between requests. Thread-safe.
#pragma once

#include <memory>

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
};

}  // namespace skyhold
