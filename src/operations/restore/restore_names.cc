#include "operations/restore/restore_names.h"

#include <algorithm>
#include <array>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/encoding.h"
#include "base/random.h"
#include "crypto/hash.h"

namespace skyhold {
namespace {

constexpr std::string_view kNewDatabase = "_skyhold_new_";
constexpr std::string_view kOldDatabase = "_skyhold_old_";
constexpr std::string_view kNewDirectory = ".skyhold-new-";
constexpr std::string_view kOldDirectory = ".skyhold-old-";
constexpr std::string_view kSwapRecord = ".skyhold-swap-";

constexpr std::size_t kTokenDigits = 8;
constexpr std::size_t kTimeDigits = 14;
constexpr std::size_t kMostNameBytes = 63;  // NAMEDATALEN - 1
constexpr std::size_t kMostTargetBytes =
    kMostNameBytes - kOldDatabase.size() - kTimeDigits - 1 - kTokenDigits;
constexpr std::size_t kDigestDigits = 8;

std::string fitted(std::string_view target) {
  if (target.size() <= kMostTargetBytes) return std::string(target);
  std::size_t cut = kMostTargetBytes - 1 - kDigestDigits;
  // Not in the middle of a character: the server refuses half of one.
  while (cut > 0 && (static_cast<unsigned char>(target[cut]) & 0xC0U) == 0x80U) --cut;
  return fmt::format("{}~{}", target.substr(0, cut), sha256(as_bytes(target)).short_hex());
}

bool is_token(std::string_view text) {
  return text.size() == kTokenDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_suffix(std::string_view text) {
  return text.size() == kTimeDigits + 1 + kTokenDigits &&
         text.substr(0, kTimeDigits).find_first_not_of("0123456789") == std::string_view::npos &&
         text[kTimeDigits] == '_' && is_token(text.substr(kTimeDigits + 1));
}

// What follows `base` and `mark`, when `name` begins with them and `good` accepts it.
std::optional<std::string> rest_of(std::string_view name, const std::string& base, std::string_view mark,
                                   bool (*good)(std::string_view)) {
  if (!name.starts_with(base + std::string(mark))) return std::nullopt;
  const std::string_view rest = name.substr(base.size() + mark.size());
  if (!good(rest)) return std::nullopt;
  return std::string(rest);
}

std::filesystem::path sibling(const std::filesystem::path& filestore, std::string_view mark,
                              std::string_view rest) {
  return filestore.parent_path() / (filestore.filename().string() + std::string(mark) + std::string(rest));
}

}  // namespace

std::string new_restore_token() {
  std::array<std::uint8_t, kTokenDigits / 2> bytes{};
  random_bytes(bytes);
  return hex_encode(bytes);
}

std::string hidden_database_name(std::string_view target, std::string_view token) {
  return fmt::format("{}{}{}", fitted(target), kNewDatabase, token);
}

std::string replaced_suffix(Instant now, std::string_view token) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  return fmt::format("{:%Y%m%d%H%M%S}_{}", fmt::gmtime(seconds.time_since_epoch().count()), token);
}

std::string replaced_database_name(std::string_view target, std::string_view suffix) {
  return fmt::format("{}{}{}", fitted(target), kOldDatabase, suffix);
}

std::optional<std::string> token_of_hidden_database(std::string_view target, std::string_view name) {
  return rest_of(name, fitted(target), kNewDatabase, is_token);
}

std::optional<std::string> suffix_of_replaced_database(std::string_view target, std::string_view name) {
  return rest_of(name, fitted(target), kOldDatabase, is_suffix);
}

std::filesystem::path hidden_directory(const std::filesystem::path& filestore, std::string_view token) {
  return sibling(filestore, kNewDirectory, token);
}

std::filesystem::path replaced_directory(const std::filesystem::path& filestore, std::string_view suffix) {
  return sibling(filestore, kOldDirectory, suffix);
}

std::filesystem::path swap_record_path(const std::filesystem::path& filestore, std::string_view token) {
  return sibling(filestore, kSwapRecord, token);
}

std::optional<std::string> token_of_hidden_directory(const std::filesystem::path& filestore,
                                                     std::string_view name) {
  return rest_of(name, filestore.filename().string(), kNewDirectory, is_token);
}

std::optional<std::string> suffix_of_replaced_directory(const std::filesystem::path& filestore,
                                                        std::string_view name) {
  return rest_of(name, filestore.filename().string(), kOldDirectory, is_suffix);
}

std::optional<std::string> token_of_swap_record(const std::filesystem::path& filestore,
                                                std::string_view name) {
  return rest_of(name, filestore.filename().string(), kSwapRecord, is_token);
}

Status check_restore_target(std::string_view database) {
  constexpr std::array<std::string_view, 3> kServersOwn = {"postgres", "template0", "template1"};
  if (std::find(kServersOwn.begin(), kServersOwn.end(), database) != kServersOwn.end()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("cannot restore onto the server's own database \"{}\"", database),
                "name the branch's database in the URL");
  }
  const auto hidden = database.rfind(kNewDatabase);
  const auto replaced = database.rfind(kOldDatabase);
  const bool ours =
      (hidden != std::string_view::npos && is_token(database.substr(hidden + kNewDatabase.size()))) ||
      (replaced != std::string_view::npos && is_suffix(database.substr(replaced + kOldDatabase.size())));
  if (ours) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}\" is a name that restores use themselves", database),
                "restore onto the branch's own database; `undo-restore` puts a replaced one back");
  }
  return {};
}

}  // namespace skyhold
