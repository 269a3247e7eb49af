// The HTTP API: from a request to an answer, with authorization and the audit log between.
// openapi.yaml is its contract.
#pragma once

#include <memory>

#include "access/access.h"
#include "access/oidc_provider.h"
#include "api/interchange.h"
#include "api/platform.h"
#include "catalog/catalog.h"
#include "http/server.h"
#include "jobs/job_queue.h"
#include "notify/courier.h"

namespace skyhold {

// All must outlive the Api.
struct ApiServices {
  SqlDatabase& database;  // of idempotency keys
  Catalog& catalog;
  Access& access;
  JobQueue& jobs;
  Platform& platform;
  Interchange& interchange;
  Notifications& notifications;
  Courier& courier;
  const MasterKey& master_key;
  const Clock& clock;
  OidcProvider* oidc = nullptr;  // nullptr: people sign in with passwords only
  std::string public_url{};      // "https://skyhold.example.com"; empty: as each request has it
};

// Thread-safe.
class Api {
 public:
  static Result<std::unique_ptr<Api>> open(const ApiServices& services);
  virtual ~Api() = default;

  // What the server is told once the headers are there.
  virtual ServerRoutePlan plan(const ServerRequest& head) = 0;
  virtual ServerResponse handle(ServerRequest& request) = 0;
  // From now on /readyz says that no more should come.
  virtual void begin_drain() = 0;
};

}  // namespace skyhold
