// Why a backup was taken.
#pragma once

#include <string_view>

#include "base/result.h"

namespace skyhold {

enum class BackupKind { kAutomatic, kManual, kImported, kSafety };

std::string_view to_string(BackupKind kind);  // "automatic", "manual", "imported", "safety"
Result<BackupKind> parse_backup_kind(std::string_view text);

}  // namespace skyhold
