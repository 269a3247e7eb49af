// What may be stored: names that are safe, texts that can be shown, numbers that make sense.
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/backup_record.h"
#include "model/project.h"

namespace skyhold {

inline constexpr std::size_t kMostReasonBytes = 500;
inline constexpr std::size_t kMostPersonBytes = 200;
inline constexpr std::size_t kMostStoreBytes = 100;
inline constexpr std::size_t kMostMachineTextBytes = 4000;
inline constexpr std::size_t kMostKeyBytes = 100;
inline constexpr std::size_t kMostValueBytes = 1'000'000;

// All of them: kInvalidArgument, in words that name the field.
Status check_project(const Project& project);
Status check_branch(const Branch& branch);
Status check_schedule(const Schedule& schedule);
// What machines wrote in it was made fit before: see made_fit().
Status check_backup(const BackupRecord& backup);
Status check_copies(const std::vector<CopyRecord>& copies);
Status check_repository(std::string_view repository_id, std::string_view wrapped_recovery);
Status check_value(std::string_view key, std::string_view value);

// An id: "bk_…", 1 to 64 of a-z, 0-9, '_' and '-'.
Status check_id(std::string_view what, std::string_view text);
// Like check_text(), and not empty.
Status check_given_text(std::string_view what, std::string_view text, std::size_t most_bytes);

// With errors, versions and problems as clean text.
BackupRecord made_fit(BackupRecord backup);
std::vector<CopyRecord> made_fit(std::vector<CopyRecord> copies);

}  // namespace skyhold
