// Backups and their copies as the contract shows them.
#pragma once

#include <map>
#include <string>

#include "api/call.h"
#include "api/retention_view.h"

namespace skyhold {

// The stores by name: where copies lie.
using StoresByName = std::map<std::string, StoreView, std::less<>>;
StoresByName stores_by_name(const Platform& platform);

// Members who are no admins see that a backup exists and whether it is good; what people wrote
// about it is not for them.
enum class BackupDetail { kStatus, kWhole };
inline BackupDetail backup_detail(Role role) {
  return role >= Role::kAdmin ? BackupDetail::kWhole : BackupDetail::kStatus;
}

JsonValue to_json(const BackupRecord& backup, const StoresByName& stores, BackupDetail detail,
                  const BackupRetention* retention = nullptr);
JsonValue to_json(const std::vector<CopyRecord>& copies, const StoresByName& stores);
JsonValue tier_names(const BackupRetention& retention);

// The same, for a call: as much as its caller may see, with what the rules say of it.
Outcome<JsonValue> show_backup(ApiCall& call, const BackupRecord& backup);

}  // namespace skyhold
