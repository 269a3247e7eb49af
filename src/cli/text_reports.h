// What commands say to people. Pure: values in, text out.
#pragma once

#include <string>

#include "cli/listing.h"
#include "cli/reports.h"
#include "operations/backup/backup.h"
#include "operations/mirror/mend.h"
#include "operations/prune/forget.h"
#include "operations/prune/prune.h"
#include "operations/restore/restore.h"
#include "operations/verify/verify.h"

namespace skyhold {

std::string recovery_kit_text(const RecoveryKit& kit);
std::string init_text(const InitReport& report);
std::string backup_text(const BackupResult& result, std::size_t copies);
std::string list_text(const SnapshotListing& listing, Instant now);
// `all`: every table, module and missing file; otherwise the first of each.
std::string show_text(const Snapshot& snapshot, const Manifest& manifest, bool all, Instant now);
std::string restore_text(const RestoreResult& result, const Snapshot& snapshot, const std::string& target);
std::string undo_text(const UndoReport& report);
std::string verify_text(const VerifyResult& result, const VerifyOptions& options);
std::string mend_text(const MendResult& result, const MendOptions& options);
std::string forget_text(const std::vector<ForgetDecision>& decisions, bool dry_run, Instant now);
std::string prune_text(const PruneResult& result, std::chrono::seconds grace);
std::string stores_check_text(const std::vector<CheckedStore>& stores);
std::string unforget_text(const UnforgetReport& report);

}  // namespace skyhold
