#include "capture/odoo/neutralize.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/random.h"
#include "capture/odoo/installed_modules.h"
#include "capture/odoo/neutralization_script.h"
#include "capture/odoo/neutralize_rules.h"
#include "capture/pg_text.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBuiltIn = "built-in";
constexpr std::string_view kOdooAuthor = "Odoo S.A.";
// Names are read of so many rows of a kind; beyond, only the count.
constexpr std::string_view kMostRowsNamed = "2000";

// Of version 4.
std::string new_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  random_bytes(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
  std::string hex;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) hex += '-';
    hex += fmt::format("{:02x}", bytes[i]);
  }
  return hex;
}

// "2026-11-23 01:00:00", as Odoo writes moments into parameters.
std::string odoo_time(Instant now) {
  std::string text = format_rfc3339(now).substr(0, 19);
  text[10] = ' ';
  return text;
}

std::vector<std::string> new_identity_sql(const PublicColumns& columns, Instant now) {
  const std::vector<std::pair<std::string_view, std::string>> values{
      {"database.uuid", new_uuid()},
      {"database.secret", new_uuid()},
      {"database.create_date", odoo_time(now)},
      {"database.expiration_reason", "copy"},
      {"web.base.url", "http://localhost:8069"},  // until an administrator signs in, as in a new database
      {"base.login_cooldown_after", "10"},
      {"base.login_cooldown_duration", "60"}};
  std::vector<std::string> statements;
  for (const auto& [key, value] : values) statements.push_back(set_parameter_sql(columns, key, value));
  statements.emplace_back(
      "DELETE FROM ir_config_parameter WHERE key IN ('web.base.url.freeze', 'database.enterprise_code')");
  return statements;
}

// The rows of one kind that are live.
struct LiveRows {
  std::uint64_t count = 0;
  std::map<std::string, std::string> names;  // "table id" → what people call it
};
using LiveKinds = std::map<std::string, LiveRows>;

// Translated names are objects by language. `doc` is the whole row as JSON, so that a column
// which this version lacks is NULL and no error.
constexpr std::string_view kNameSql =
    "left(coalesce(doc ->> 'cron_name', CASE jsonb_typeof(doc -> 'name') WHEN 'object' THEN coalesce(doc #>> "
    "'{name,en_US}', (SELECT value FROM jsonb_each_text(doc -> 'name') LIMIT 1)) ELSE doc ->> 'name' END, "
    "doc ->> 'service_name', doc ->> 'key', doc ->> 'login', 'no. ' || (doc ->> 'id')), 100)";

class Neutralization {
 public:
  Neutralization(PgSession& session, const std::optional<NeutralizeOptions>& options, Identity identity,
                 Instant now)
      : session_(session), options_(options), identity_(identity), now_(now) {}

  Result<NeutralizationReport> run() {
    columns_ = TRY(public_columns(session_));
    if (!has_columns(columns_, "ir_module_module", "name state") ||
        !has_columns(columns_, "ir_config_parameter", "key value")) {
      report_.odoo = false;
      return std::move(report_);
    }
    NeutralizationTransaction transaction = TRY(NeutralizationTransaction::begin(session_));
    if (options_) TRY(switch_off(transaction));
    if (identity_ == Identity::kNew) TRY(renew(transaction));
    TRY(transaction.commit());
    return std::move(report_);
  }

 private:
  Status switch_off(NeutralizationTransaction& transaction) {
    rules_ = applicable_rules(columns_);
    modules_ = TRY(installed_modules(session_));
    const LiveKinds before = TRY(live_kinds());
    TRY(run_scripts(transaction));
    const LiveKinds after = TRY(live_kinds());
    note_switched_off(before, after);
    note_modules_without_rule();
    report_.neutralized = true;
    return {};
  }

  Status renew(NeutralizationTransaction& transaction) {
    for (const std::string& sql : new_identity_sql(columns_, now_)) TRY(transaction.run(sql));
    report_.new_identity = true;
    return {};
  }

  // Base first, as the one that all else leans on.
  Status run_scripts(NeutralizationTransaction& transaction) {
    std::stable_partition(modules_.begin(), modules_.end(),
                          [](const auto& each) { return each.name == "base"; });
    for (const InstalledModule& module : modules_) {
      const auto file = neutralize_file(options_->addons_paths, module.name);
      if (file) TRY(run_file(transaction, module.name, *file));
    }
    for (const NeutralizeRule& rule : rules_) {
      if (has_file_.contains(rule.module)) continue;
      const Status done = transaction.run(rule_sql(rule));
      if (!done)
        return fail(explained(done.error(), fmt::format("the built-in rule of module {}", rule.module)));
      note_built_in(rule.module);
    }
    for (const std::string& sql : base_additions_sql(columns_)) TRY(transaction.run(sql));
    return {};
  }

  Status run_file(NeutralizationTransaction& transaction, const std::string& module, const fs::path& file) {
    const std::string sql = TRY(read_neutralize_file(file));
    const Status done = transaction.run(sql);
    if (!done) return fail(explained(done.error(), file.string()));
    has_file_.insert(module);
    report_.scripts.push_back({module, file.string(), false});
    return {};
  }

  // The server's words end with the whole text that it ran.
  static Error explained(Error error, const std::string& source) {
    constexpr std::size_t kMostBytes = 500;
    if (error.message.size() > kMostBytes) error.message = error.message.substr(0, kMostBytes) + "…";
    Error all = error.in(fmt::format("cannot neutralize by {}", source));
    if (all.hint.empty()) {
      all.hint =
          "nothing was put in place; check that the addons path fits the version of the backup, or "
          "leave it out for the built-in rules";
    }
    return all;
  }

  // Tables may be older than the list of modules: what is not installed is no line of the report.
  void note_built_in(const std::string& module) {
    const bool installed =
        module == "*" ||
        std::any_of(modules_.begin(), modules_.end(), [&](const auto& each) { return each.name == module; });
    const bool known = std::any_of(report_.scripts.begin(), report_.scripts.end(),
                                   [&](const auto& script) { return script.module == module; });
    if (installed && !known) report_.scripts.push_back({module, std::string(kBuiltIn), true});
  }

  Result<LiveKinds> live_kinds() {
    // Several rules may be about one row: it counts once.
    std::map<std::pair<std::string, std::string>, std::string> conditions;
    for (const NeutralizeRule& rule : rules_) {
      if (rule.kind.empty()) continue;
      std::string& condition = conditions[{rule.kind, rule.table}];
      condition += fmt::format("{}({})", condition.empty() ? "" : " OR ", rule.live);
    }
    LiveKinds kinds;
    for (const auto& [kind_and_table, condition] : conditions) {
      const auto& [kind, table] = kind_and_table;
      TRY(add_live_rows(table, condition, kinds[kind]));
    }
    return kinds;
  }

  Status add_live_rows(const std::string& table, const std::string& condition, LiveRows& rows) {
    const std::string from = fmt::format("FROM {} t WHERE {}", quote_identifier(table), condition);
    rows.count += number_of(TRY(session_.query_value("SELECT count(*) " + from)));
    if (!has_columns(columns_, table, "id")) return {};
    const PgRows named = TRY(session_.query(
        fmt::format("SELECT id, {} FROM (SELECT t.id, to_jsonb(t) AS doc {} ORDER BY t.id LIMIT {}) each",
                    kNameSql, from, kMostRowsNamed)));
    for (const PgRow& row : named) {
      rows.names[fmt::format("{} {:0>12}", table, text_of(row[0]))] = text_of(row[1]);
    }
    return {};
  }

  // In the order of the rules.
  void note_switched_off(const LiveKinds& before, const LiveKinds& after) {
    std::set<std::string> seen;
    for (const NeutralizeRule& rule : rules_) {
      if (rule.kind.empty() || !seen.insert(rule.kind).second) continue;
      const LiveRows& then = before.at(rule.kind);
      const LiveRows& now = after.at(rule.kind);
      SwitchedOff entry{rule.kind, then.count, now.count, {}};
      for (const auto& [row, name] : then.names) {
        if (entry.names.size() < SwitchedOff::kMostNames && !now.names.contains(row))
          entry.names.push_back(name);
      }
      report_.switched_off.push_back(std::move(entry));
    }
  }

  void note_modules_without_rule() {
    for (const InstalledModule& module : modules_) {
      if (has_file_.contains(module.name) || has_built_in_rule(module.name)) continue;
      report_.modules_without_rule.push_back(module.name);
      if (module.author != kOdooAuthor) report_.foreign_modules_without_rule.push_back(module.name);
    }
  }

  PgSession& session_;
  const std::optional<NeutralizeOptions>& options_;
  const Identity identity_;
  const Instant now_;
  PublicColumns columns_;
  std::vector<NeutralizeRule> rules_;
  std::vector<InstalledModule> modules_;
  std::set<std::string> has_file_;
  NeutralizationReport report_;
};

}  // namespace

Status check_addons_paths(const NeutralizeOptions& options) {
  for (const fs::path& path : options.addons_paths) {
    std::error_code error;
    if (fs::is_directory(path, error)) continue;
    return fail(fs::exists(path, error) ? ErrorCode::kInvalidArgument : ErrorCode::kNotFound,
                fmt::format("the addons path {} is no directory", path.string()),
                "name the directories that hold the target's modules, as addons_path in its odoo.conf does");
  }
  return {};
}

Result<NeutralizationReport> neutralize(PgSession& session, const std::optional<NeutralizeOptions>& options,
                                        Identity identity, Instant now) {
  if (options) TRY(check_addons_paths(*options));
  return Neutralization(session, options, identity, now).run();
}

}  // namespace skyhold
