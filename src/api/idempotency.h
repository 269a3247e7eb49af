// A creation that is sent again, because its answer was lost on the way, is done once: under its
// Idempotency-Key the first answer is kept for a day and given again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"

namespace skyhold {

// Thread-safe.
class IdempotencyKeys {
 public:
  // Applies migrations. All must outlive it.
  static Result<std::unique_ptr<IdempotencyKeys>> open(SqlDatabase& database, const MasterKey& master_key,
                                                       const Clock& clock);

  struct Request {
    std::string account;
    std::string key;
    std::string digest;  // of everything that makes it the same request
  };
  struct KeptAnswer {
    int status = 0;
    std::string body;
  };
  // Claims the key: nothing when this is the first, or what the first was answered. 422
  // idempotency_conflict when it was another request, 409 while the first is still at work.
  Outcome<std::optional<KeptAnswer>> begin(const Request& request);
  // Keeps the answer, wrapped by the master key: it may hold what is shown once.
  Status keep(const Request& request, const KeptAnswer& answer);
  // Nothing was done: the key is free again.
  Status release(const Request& request);

 private:
  IdempotencyKeys(SqlDatabase& database, const MasterKey& master_key, const Clock& clock)
      : database_(database), master_key_(master_key), clock_(clock) {}

  SqlDatabase& database_;
  const MasterKey& master_key_;
  const Clock& clock_;
};

}  // namespace skyhold
