// What commands say to programs: one JSON object, keys in snake_case, stable (docs/command-line.md).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "cli/listing.h"
#include "cli/progress.h"
#include "cli/reports.h"
#include "operations/backup/backup.h"
#include "operations/export/export.h"
#include "operations/mirror/mend.h"
#include "operations/prune/forget.h"
#include "operations/prune/prune.h"
#include "operations/restore/restore.h"
#include "operations/verify/verify.h"

namespace skyhold {

std::string error_json(const Error& error);
std::string progress_json(const ProgressView& view);
std::string warning_json(const std::string& message);
std::string strings_json(std::initializer_list<std::pair<std::string_view, std::string_view>> members);

std::string init_json(const InitReport& report);
std::string backup_json(const BackupResult& result);
std::string list_json(const SnapshotListing& listing);
// {"snapshot": {…}, "manifest": manifest.json as it lies in the backup}
std::string show_json(const Snapshot& snapshot, const Manifest& manifest);
std::string restore_json(const RestoreResult& result, const Snapshot& snapshot);
std::string export_json(const ExportResult& result, const Snapshot& snapshot, const std::string& file);
std::string undo_json(const UndoReport& report);
std::string verify_json(const VerifyResult& result, const VerifyOptions& options);
std::string mend_json(const MendResult& result, const MendOptions& options);
std::string forget_json(const std::vector<ForgetDecision>& decisions, bool dry_run);
std::string prune_json(const PruneResult& result, std::chrono::seconds grace);
std::string stores_check_json(const std::vector<CheckedStore>& stores);
std::string unforget_json(const UnforgetReport& report);

}  // namespace skyhold
