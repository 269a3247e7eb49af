// The names that say what a database or directory beside a branch's own is.
//
//   <target>_skyhold_new_<8 hex>                     being loaded; its restore is dead when nobody holds the
//   lock <target>_skyhold_old_<yyyymmddHHMMSS>_<8 hex>    replaced by a restore; undo puts it back
//   <filestore>.skyhold-new-<8 hex>                  the same two of the filestore
//   <filestore>.skyhold-old-<yyyymmddHHMMSS>_<8 hex>
//   <filestore>.skyhold-swap-<8 hex>                 a swap under way: swap_record.h
//
// PostgreSQL cuts names at 63 bytes, so a target of more than 27 is shortened to its first
// 18 bytes, "~" and 8 hex digits of its SHA-256. The 8 hex digits at the end are the
// restore's token, the same in the names of its database and its directory.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace skyhold {

std::string new_restore_token();  // 8 hex digits

std::string hidden_database_name(std::string_view target, std::string_view token);
// The suffix that a replaced database and its filestore share: "20261123010203_1a2b3c4d".
std::string replaced_suffix(Instant now, std::string_view token);
std::string replaced_database_name(std::string_view target, std::string_view suffix);

// The token or suffix when `name` is a hidden or replaced database of `target`.
std::optional<std::string> token_of_hidden_database(std::string_view target, std::string_view name);
std::optional<std::string> suffix_of_replaced_database(std::string_view target, std::string_view name);

std::filesystem::path hidden_directory(const std::filesystem::path& filestore, std::string_view token);
std::filesystem::path replaced_directory(const std::filesystem::path& filestore, std::string_view suffix);
std::filesystem::path swap_record_path(const std::filesystem::path& filestore, std::string_view token);

// The same for what lies beside `filestore`; `name` is a file name.
std::optional<std::string> token_of_hidden_directory(const std::filesystem::path& filestore,
                                                     std::string_view name);
std::optional<std::string> suffix_of_replaced_directory(const std::filesystem::path& filestore,
                                                        std::string_view name);
std::optional<std::string> token_of_swap_record(const std::filesystem::path& filestore,
                                                std::string_view name);

// kInvalidArgument for names that restore itself uses: a hidden or replaced database, and
// the databases that it connects to while it swaps.
Status check_restore_target(std::string_view database);

}  // namespace skyhold
