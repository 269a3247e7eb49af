#include "model/backup_kind.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/assert.h"

namespace skyhold {
namespace {

constexpr std::array<std::pair<BackupKind, std::string_view>, 4> kNames{{
    {BackupKind::kAutomatic, "automatic"},
    {BackupKind::kManual, "manual"},
    {BackupKind::kImported, "imported"},
    {BackupKind::kSafety, "safety"},
}};

}  // namespace

std::string_view to_string(BackupKind kind) {
  for (const auto& [known, name] : kNames) {
    if (known == kind) return name;
  }
  SKYHOLD_UNREACHABLE();
}

Result<BackupKind> parse_backup_kind(std::string_view text) {
  for (const auto& [kind, name] : kNames) {
    if (name == text) return kind;
  }
  return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not a kind of backup", text),
              "use automatic, manual, imported or safety");
}

}  // namespace skyhold
