// The report as JSON.
#include <nlohmann/json.hpp>

#include "capture/odoo/neutralize.h"

namespace skyhold {

std::string neutralization_json(const NeutralizationReport& report) {
  using Json = nlohmann::ordered_json;
  Json switched_off = Json::array();
  for (const SwitchedOff& each : report.switched_off) {
    switched_off.push_back(
        {{"kind", each.kind}, {"before", each.before}, {"after", each.after}, {"names", each.names}});
  }
  Json scripts = Json::array();
  for (const NeutralizationScript& each : report.scripts) {
    scripts.push_back({{"module", each.module}, {"source", each.source}, {"built_in", each.built_in}});
  }
  const Json object{{"odoo", report.odoo},
                    {"neutralized", report.neutralized},
                    {"new_identity", report.new_identity},
                    {"switched_off", std::move(switched_off)},
                    {"scripts", std::move(scripts)},
                    {"modules_without_rule", report.modules_without_rule},
                    {"foreign_modules_without_rule", report.foreign_modules_without_rule}};
  // Names come from a database in any encoding.
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace skyhold
