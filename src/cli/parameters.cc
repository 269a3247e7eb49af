#include "cli/parameters.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <sstream>

#include <fmt/format.h>

#include "cli/format.h"
#include "io/durable_file.h"

namespace skyhold {
namespace {

constexpr std::uint64_t kMaxDatabaseFileBytes = 64 * 1024;
constexpr std::size_t kMaxNameBytes = 200;

std::vector<std::string> split_at_spaces(const std::string& text) {
  std::istringstream words(text);
  std::vector<std::string> result;
  for (std::string word; words >> word;) result.push_back(word);
  return result;
}

// What stands in the file, which must not be open to every user of the machine.
Result<std::string> read_database_file(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    return fail(error_from_errno(errno, fmt::format("cannot read the database file {}", path)));
  }
  if ((facts.st_mode & S_IROTH) != 0) {
    return fail(ErrorCode::kPermissionDenied,
                fmt::format("every user of this machine can read the database file {}", path),
                fmt::format("run `chmod 600 {}`, and change the password that it holds", path));
  }
  const Bytes bytes = TRY(read_file(path, kMaxDatabaseFileBytes));
  std::string text(as_text(bytes));
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("the database file {} is empty", path),
                "write a PostgreSQL URL into it: postgresql://user:password@host:5432/database");
  }
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  if (text.find('\n') != std::string::npos) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("the database file {} has more than one line", path),
                "keep one PostgreSQL URL in it and nothing else");
  }
  return text;
}

}  // namespace

Parameters parameters_from(const Environment& environment) {
  Parameters parameters;
  parameters.environment = environment;
  parameters.settings_file = environment("SKYHOLD_SETTINGS");
  parameters.stores = split_at_spaces(environment("SKYHOLD_STORES").value_or(""));
  parameters.key_file = environment("SKYHOLD_KEY_FILE").value_or("");
  parameters.database_from_environment = environment("SKYHOLD_DATABASE").value_or("");
  parameters.api.project = environment("SKYHOLD_PROJECT").value_or("");
  return parameters;
}

Result<std::uint32_t> parse_share(std::string_view text) {
  constexpr std::uint32_t kMostParts = 1000;
  std::uint32_t parts = 0;
  const char* const end = text.data() + text.size();
  if (text.starts_with("1/")) {
    const auto [stop, error] = std::from_chars(text.data() + 2, end, parts);
    if (error == std::errc() && stop == end && parts >= 2 && parts <= kMostParts) return parts;
  }
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("--share: \"{}\" is not a share", truncated(printable(text), 64)),
              "write it like 1/30: each day another thirtieth is read");
}

Status check_snapshot_text(const std::string& text) {
  const bool hex = text.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (text == "latest" || (hex && text.size() >= 4 && text.size() <= 64)) return {};
  const bool may_show = text.size() <= 64 && text.find_first_of(":@/=") == std::string::npos;
  return fail(ErrorCode::kInvalidArgument,
              may_show ? fmt::format("\"{}\" does not name a snapshot", printable(text))
                       : "an argument that should name a snapshot does not",
              "give \"latest\", or the first 4 or more digits of an id that `skyhold repo list` shows");
}

Status check_name(std::string_view flag, const std::string& name) {
  if (!name.empty() && name.size() <= kMaxNameBytes && printable(name) == name) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not a name", flag),
              fmt::format("give 1 to {} bytes of text without control characters", kMaxNameBytes));
}

Status check_acceptance(const Parameters& parameters) {
  const std::string& accept = parameters.imported.accept;
  if (!parameters.dry_run || accept.empty() || accept == "nothing") return {};
  return fail(ErrorCode::kInvalidArgument, "--dry-run keeps nothing, --accept something", "give one of them");
}

std::string acceptance(const Parameters& parameters) {
  if (parameters.dry_run) return "nothing";
  return parameters.imported.accept.empty() ? "clean" : parameters.imported.accept;
}

Status check_database_is_named(const Parameters& parameters) {
  if (!parameters.database.empty() && !parameters.database_file.empty()) {
    return fail(ErrorCode::kInvalidArgument, "--database and --database-file were both given",
                "give one of them");
  }
  if (parameters.database.empty() && parameters.database_file.empty() &&
      parameters.database_from_environment.empty()) {
    return fail(ErrorCode::kInvalidArgument, "no database was named",
                "give --database PGURL or --database-file FILE, or set SKYHOLD_DATABASE");
  }
  return {};
}

Result<std::string> database_text(const Parameters& parameters) {
  TRY(check_database_is_named(parameters));
  if (!parameters.database_file.empty()) return read_database_file(parameters.database_file);
  return parameters.database.empty() ? parameters.database_from_environment : parameters.database;
}

Result<PgTarget> database_target(const Parameters& parameters) {
  return PgTarget::parse(TRY(database_text(parameters)));
}

void warn_of_password_in_flag(const Parameters& parameters, const PgTarget& target, ProgressSink& progress) {
  if (parameters.database.empty() || target.password().empty()) return;
  progress.warn(
      "--database holds a password, which every user of this machine can read while the command runs; "
      "use ~/.pgpass, --database-file or SKYHOLD_DATABASE");
}

RestoreHooks restore_hooks(const Parameters& parameters) {
  RestoreHooks hooks;
  if (!parameters.before_swap.empty()) hooks.before_swap = shell_hook(parameters.before_swap);
  if (!parameters.after_swap.empty()) hooks.after_swap = shell_hook(parameters.after_swap);
  return hooks;
}

std::optional<RetentionPolicy> retention_policy(const Parameters& parameters) {
  if (!parameters.snapshots.empty()) return std::nullopt;
  RetentionPolicy policy;
  policy.keep_daily = parameters.keep_daily.value_or(policy.keep_daily);
  policy.keep_weekly = parameters.keep_weekly.value_or(policy.keep_weekly);
  policy.keep_monthly = parameters.keep_monthly.value_or(policy.keep_monthly);
  return policy;
}

}  // namespace skyhold
