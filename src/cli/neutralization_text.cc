#include "cli/neutralization_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/human.h"
#include "cli/format.h"

namespace skyhold {
namespace {

constexpr std::size_t kNamesShown = 5;
constexpr std::size_t kModulesShown = 20;

// "a, b and 3 more" of `count` in all.
std::string first_of(const std::vector<std::string>& names, std::size_t shown, std::uint64_t count) {
  std::vector<std::string> first;
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) first.push_back(printable(names[i]));
  const std::string text = joined(first, ", ");
  return count > first.size() ? fmt::format("{} and {} more", text, human_count(count - first.size())) : text;
}

std::string switched_off_text(const SwitchedOff& each) {
  std::string kind = each.kind;
  std::replace(kind.begin(), kind.end(), '_', ' ');
  std::string text = fmt::format("{}: {} → {}", kind, human_count(each.before), human_count(each.after));
  const std::uint64_t count = each.before > each.after ? each.before - each.after : 0;
  if (!each.names.empty() && count > 0)
    text += fmt::format(" ({})", first_of(each.names, kNamesShown, count));
  return text;
}

std::string sources_text(const NeutralizationReport& report) {
  const auto built_in = std::count_if(report.scripts.begin(), report.scripts.end(),
                                      [](const NeutralizationScript& script) { return script.built_in; });
  const auto own = static_cast<std::ptrdiff_t>(report.scripts.size()) - built_in;
  return fmt::format("by the SQL of {}, and built-in rules for {}",
                     counted(static_cast<std::uint64_t>(own), "module", "modules"),
                     counted(static_cast<std::uint64_t>(built_in), "module", "modules"));
}

}  // namespace

void add_neutralization(Table& facts, const NeutralizationReport& report) {
  if (report.new_identity) facts.add({"identity", "new: a copy, with a database.uuid of its own"});
  if (!report.neutralized) return;
  facts.add({"neutralized", sources_text(report)});
  for (const SwitchedOff& each : report.switched_off) {
    if (each.before != each.after) facts.add({"switched off", switched_off_text(each)});
  }
  for (const SwitchedOff& each : report.switched_off) {
    const bool only_vacuum = each.kind == "scheduled_actions" && each.after == 1;
    if (each.after > 0 && !only_vacuum) facts.add({"STILL LIVE", switched_off_text(each)});
  }
  const auto& foreign = report.foreign_modules_without_rule;
  if (!foreign.empty()) {
    facts.add({"NO RULE", fmt::format("{} by others than Odoo S.A., unchanged: {}",
                                      counted(foreign.size(), "module", "modules"),
                                      first_of(foreign, kModulesShown, foreign.size()))});
  }
  const std::size_t odoos = report.modules_without_rule.size() - foreign.size();
  if (odoos > 0) {
    facts.add({"no rule", counted(odoos, "module", "modules") + " of Odoo's own (--json names them)"});
  }
}

}  // namespace skyhold
