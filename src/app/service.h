// The running service: what `skyhold serve` and `skyhold worker` start, and end in order.
//
//   settings ─► catalog, people, queue (one SQL database)
//                 ▲        ▲          ▲
//        API ─────┴────────┴──────────┤      serve
//        scheduler, catalog saver ────┤      serve
//        worker ──────────────────────┘      serve, worker
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/service_settings.h"
#include "base/clock.h"
#include "crypto/master_key.h"
#include "db/sql_database.h"

namespace skyhold {

struct ServiceParts {
  bool api = true;        // and the dashboard
  bool scheduler = true;  // and the catalog saver
  bool worker = true;
};

// What the first start has made.
struct FirstStart {
  bool made_master_key = false;
  std::string operator_name;  // empty: there were accounts
  std::string one_time_password;
};

// A new catalog for `skyhold recover` to fill, and the master key where the service will look for it.
Result<std::unique_ptr<SqlDatabase>> open_recovered_catalog(const ServiceSettings& settings,
                                                            const MasterKey& key);

class Service {
 public:
  // Opens, migrates and starts everything, and listens when it returns. `clock` must outlive it. Errors
  // name the setting or place that is wrong.
  static Result<std::unique_ptr<Service>> start(ServiceSettings settings, const ServiceParts& parts,
                                                const Clock& clock);
  virtual ~Service() = default;

  [[nodiscard]] virtual const FirstStart& first_start() const = 0;
  // "http://127.0.0.1:8470"; empty without an API.
  [[nodiscard]] virtual std::string url() const = 0;
  virtual Status reload_certificates() = 0;
  // Takes no new work and waits for what runs; the API answers meanwhile that it is leaving.
  virtual void drain() = 0;
};

}  // namespace skyhold
