#include "api/project_list.h"

#include <algorithm>
#include <charconv>
#include <compare>
#include <limits>

#include <fmt/format.h>

#include "base/assert.h"
#include "catalog/cursor.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostSortedProjects = 10'000;

// Where a project stands in the order: the least comes first.
struct Place {
  std::int64_t value = 0;
  std::string name{};
  friend std::strong_ordering operator<=>(const Place&, const Place&) = default;
};

// The worst first. What is new or was paused on purpose is no trouble, but no safety either.
std::int64_t health_place(HealthState state) {
  switch (state) {
    case HealthState::kUnprotected: return 0;
    case HealthState::kAtRisk: return 1;
    case HealthState::kNew: return 2;
    case HealthState::kPaused: return 3;
    case HealthState::kSafe: return 4;
  }
  SKYHOLD_UNREACHABLE();
}

// The oldest first; one that has none at all before all.
std::int64_t last_good_place(const ListedProject& project) {
  const std::vector<BranchHealthFacts>& production = project.health.facts.production;
  if (production.empty() || !production.front().last_good_at) return std::numeric_limits<std::int64_t>::min();
  return production.front().last_good_at->time_since_epoch().count();
}

Place place_of(const ListedProject& project, std::string_view sort) {
  const std::string& name = project.summary.project.name;
  if (sort == "health") return {health_place(project.health.health.state), name};
  if (sort == "last_good") return {last_good_place(project), name};
  if (sort == "stored_bytes") return {-project.summary.stored_bytes, name};
  return {0, name};
}

// Each order has cursors of its own.
std::string cursor_list(std::string_view sort) {
  return fmt::format("projects by {}", sort);
}

Outcome<std::optional<Place>> read_cursor(std::string_view sort, const std::string& after) {
  if (after.empty()) return std::nullopt;
  const Result<std::vector<std::string>> key = decode_cursor(cursor_list(sort), after, 2);
  if (!key) return fail_at("after", key.error());
  Place place{.value = 0, .name = (*key)[1]};
  const std::string& digits = (*key)[0];
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), place.value);
  if (error == std::errc() && end == digits.data() + digits.size()) return place;
  return fail(Problem(400, "invalid_argument", "the cursor is not one that this list gave",
                      "begin at the first page, and hand on \"next\" as it came")
                  .at("after"));
}

using Names = std::optional<std::vector<std::string>>;

ListedProject listed(ProjectSummary summary, const HealthSetting& setting) {
  ShownHealth health = project_health(summary, setting);
  return {std::move(summary), std::move(health)};
}

Outcome<Page<ListedProject>> list_by_name(const ApiCall& call, const HealthSetting& setting,
                                          const Names& visible) {
  Page<ProjectSummary> found = TRY(call.services.catalog.project_summaries(
      call.page(), call.query.text("search"), visible ? &*visible : nullptr));
  Page<ListedProject> page{{}, std::move(found.next)};
  for (ProjectSummary& summary : found.items) page.items.push_back(listed(std::move(summary), setting));
  return page;
}

Problem too_many() {
  return Problem(400, "too_many_projects",
                 fmt::format("there are more than {} projects to put in order", kMostSortedProjects),
                 "search for a part of their names, or list them by name")
      .at("sort");
}

// Those that are let through, in no order.
Outcome<std::vector<ListedProject>> read_all(const ApiCall& call, const HealthSetting& setting,
                                             const Names& visible) {
  const std::string search = call.query.text("search");
  const std::string state = call.query.text("health");
  std::vector<ListedProject> all;
  std::size_t read = 0;
  PageRequest request{.limit = kMostPageItems, .after = {}};
  do {
    Page<ProjectSummary> found =
        TRY(call.services.catalog.project_summaries(request, search, visible ? &*visible : nullptr));
    read += found.items.size();
    if (read > kMostSortedProjects) return fail(too_many());
    for (ProjectSummary& summary : found.items) {
      ListedProject project = listed(std::move(summary), setting);
      if (state.empty() || to_string(project.health.health.state) == state) all.push_back(std::move(project));
    }
    request.after = std::move(found.next);
  } while (!request.after.empty());
  return all;
}

Outcome<Page<ListedProject>> list_in_order(const ApiCall& call, const HealthSetting& setting,
                                           const Names& visible, const std::string& sort) {
  const PageRequest request = call.page();
  const std::optional<Place> after = TRY(read_cursor(sort, request.after));
  std::vector<ListedProject> all = TRY(read_all(call, setting, visible));
  std::vector<std::pair<Place, ListedProject*>> rest;
  for (ListedProject& project : all) {
    Place place = place_of(project, sort);
    if (!after || place > *after) rest.emplace_back(std::move(place), &project);
  }
  std::sort(rest.begin(), rest.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Page<ListedProject> page;
  const std::size_t count = std::min(rest.size(), static_cast<std::size_t>(request.limit));
  for (std::size_t i = 0; i < count; ++i) page.items.push_back(std::move(*rest[i].second));
  if (count > 0 && count < rest.size()) {
    const Place& last = rest[count - 1].first;
    page.next = encode_cursor(cursor_list(sort), {fmt::format("{}", last.value), last.name});
  }
  return page;
}

}  // namespace

Outcome<Page<ListedProject>> project_list(const ApiCall& call, const HealthSetting& setting) {
  const Names visible = call.who.visible_projects();
  const std::string sort = call.query.optional_text("sort").value_or("name");
  if (sort == "name" && call.query.text("health").empty()) return list_by_name(call, setting, visible);
  return list_in_order(call, setting, visible, sort);
}

}  // namespace skyhold
