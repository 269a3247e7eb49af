// Is a project safe: the facts that policy/health.h judges, from the catalog.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/api.h"
#include "api/json_value.h"
#include "policy/health.h"

namespace skyhold {

// What the health of any number of projects is judged with, asked for once.
struct HealthSetting {
  TimeZone zone;
  Instant now;
  std::map<std::string, int, std::less<>> stores_of_region;
  std::map<std::string, std::vector<Schedule>, std::less<>> schedules_of_project;  // enabled ones
};
Result<HealthSetting> health_setting(Catalog& catalog, const Platform& platform, Instant now);
inline Result<HealthSetting> health_setting(const ApiServices& services) {
  return health_setting(services.catalog, services.platform, services.clock.now());
}

struct ShownHealth {
  ProjectHealthFacts facts;
  ProjectHealth health;
};
ShownHealth project_health(const ProjectSummary& summary, const HealthSetting& setting);
JsonValue to_json(const ProjectSummary& summary, const ShownHealth& shown);

}  // namespace skyhold
