// What the rules say of each backup of a project, kept while nothing changes: lists of backups
// show it on every row.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.h"
#include "policy/backup_retention.h"

namespace skyhold {

struct ProjectRetention {
  std::vector<BackupRecord> backups;  // live ones, oldest first
  std::vector<RetentionBackup> inputs;
  std::vector<BackupRetention> decisions;  // one for each of both
  std::map<std::string, std::size_t, std::less<>> by_id;

  [[nodiscard]] const BackupRetention* find(std::string_view backup_id) const;
};

// The platform's time zone, the time, and when backups of `branch` are expected.
Result<RetentionSetting> retention_setting(const ApiServices& services, const Project& project,
                                           const Branch& branch, const std::vector<Schedule>& schedules);

// Decides by `rules`, each branch by its own schedules.
Result<std::shared_ptr<const ProjectRetention>> decide_project_retention(const ApiServices& services,
                                                                         const Project& project,
                                                                         const RetentionRules& rules);

// By the project's own rules. Thread-safe; bounded.
class RetentionCache {
 public:
  Result<std::shared_ptr<const ProjectRetention>> of(const ApiServices& services, const Project& project);

 private:
  struct Entry {
    std::int64_t revision = 0;
    Instant decided_at;
    std::shared_ptr<const ProjectRetention> retention;
  };
  std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace skyhold
