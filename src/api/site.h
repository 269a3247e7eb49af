// Everything beside the routes of the API: the dashboard's files, the reference page, and what
// a load balancer asks.
#pragma once

#include <atomic>
#include <optional>

#include "db/sql_database.h"
#include "http/server.h"

namespace skyhold {

class Site {
 public:
  explicit Site(SqlDatabase& database) : database_(database) {}

  // Nothing for paths of the API's routes.
  std::optional<ServerResponse> serve(const ServerRequest& request);
  // Whether serve() would answer from memory alone.
  [[nodiscard]] bool never_blocks(const ServerRequest& request) const;
  void begin_drain() { draining_ = true; }

 private:
  ServerResponse ready();

  SqlDatabase& database_;
  std::atomic<bool> draining_{false};
};

}  // namespace skyhold
