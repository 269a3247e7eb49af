// Forget: remove snapshots, by retention or by name. Their data stays until prune.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/retention.h"
#include "repository/repository.h"

namespace skyhold {

struct ForgetOptions {
  std::optional<RetentionPolicy> policy{};  // this, or
  std::vector<std::string> snapshots{};     // these: ids or unique prefixes
  bool dry_run = false;
  std::string time_zone = "UTC";  // platform time, an IANA name
};

struct ForgetDecision {
  Snapshot snapshot;
  bool keep = false;
  std::vector<std::string> reasons;
};

// Takes the exclusive lock (not for a dry run). No rule deletes a branch's newest good
// backup; naming it outright is refused too (kInvalidArgument) unless it is not the last.
Result<std::vector<ForgetDecision>> run_forget(Repository& repository, const ForgetOptions& options);

}  // namespace skyhold
