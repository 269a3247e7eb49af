// Plain values that both the text and the JSON reports show.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "operations/restore/hooks.h"
#include "stores/store_probe.h"
#include "stores/store_settings.h"

namespace skyhold {

// What an operator prints and keeps, to open the repository when all else is gone.
struct RecoveryKit {
  std::string project;
  std::string repository_id;
  std::string password;
  std::vector<std::string> locations;
  Instant made_at;
};

struct InitReport {
  RecoveryKit kit;
  std::string kit_file;  // empty: the kit is part of the report
};

struct UndoReport {
  std::string target;  // PgTarget::describe()
  std::string database;
  std::string replaced_database;  // kept; empty when it was dropped
  std::string replaced_filestore;
  bool discarded = false;
  std::vector<HookOutcome> hooks{};
};

// The work is done, but a hook after it failed.
std::optional<Error> hook_shortfall(const std::vector<HookOutcome>& hooks);

struct CheckedStore {
  StoreSettings settings;
  std::vector<ProbeStep> steps;

  [[nodiscard]] const ProbeStep* first_problem() const {  // nullptr: none
    for (const ProbeStep& step : steps) {
      if (step.error) return &step;
    }
    return nullptr;
  }
};

struct UnforgetReport {
  struct Copy {
    std::string location;
    std::uint64_t objects = 0;  // brought back
  };
  std::vector<Copy> copies;  // those that let go late
};

}  // namespace skyhold
