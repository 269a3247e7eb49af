// What a change of rules would do to the backups that are there, before it is made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/backup_retention.h"

namespace skyhold {

enum class RetentionEffect { kDeletedNow, kShorter, kSame, kLonger };

struct RetentionChange {
  std::string id{};
  RetentionEffect effect = RetentionEffect::kSame;
  BackupRetention before{};
  BackupRetention after{};
};

struct RetentionPreview {
  std::vector<RetentionChange> changes{};  // one for each backup, in the order given
  int deleted_now = 0;                     // kept by the rules of today, let go by the new ones
  int shorter = 0;
  int longer = 0;  // also: to be deleted by the rules of today, kept by the new ones
};

Result<RetentionPreview> preview_retention(const RetentionRules& current, const RetentionRules& next,
                                           const std::vector<RetentionBackup>& backups,
                                           const RetentionSetting& setting);

}  // namespace skyhold
