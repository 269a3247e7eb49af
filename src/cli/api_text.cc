#include "cli/api_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/human.h"
#include "cli/format.h"

namespace skyhold {
namespace {

Table fact_table() {
  return Table({{""}, {""}});
}

std::string error_text(const ApiJson& error) {
  const std::string hint = error.text("hint");
  return hint.empty() ? error.text("message") : fmt::format("{} ({})", error.text("message"), hint);
}

std::string progress_text(const ApiJson& progress) {
  const std::uint64_t total = progress.count("total_bytes");
  const std::string amount =
      total == 0 ? human_bytes(progress.count("done_bytes")) : percent(progress.count("done_bytes"), total);
  return fmt::format("{}, {}", progress.text("phase"), amount);
}

void add_result(Table& facts, const ApiJson& result) {
  add_fact(facts, "database", result.text("database"));
  if (!result.text("database").empty()) add_fact(facts, "from", result.text("backup"));
  if (result.count("rows") > 0) {
    add_fact(facts, "restored",
             fmt::format("{} in {}, {}", counted(result.count("rows"), "row", "rows"),
                         counted(result.count("tables"), "table", "tables"),
                         counted(result.count("files"), "file", "files")));
  }
  add_fact(facts, "checked", result.text("check"));
  const ApiJson neutralization = result["neutralization"];
  if (!neutralization.is_null() && !neutralization.flag("odoo")) {
    add_fact(facts, "neutralized", "no: this is no Odoo, so that nothing was to be switched off");
  }
  for (const ApiJson& off : neutralization["switched_off"].items()) {
    add_fact(facts, "switched off",
             fmt::format("{}: {} of {}", off.text("kind"), off.count("before") - off.count("after"),
                         off.count("before")));
  }
  for (const std::string& module : neutralization.texts("foreign_modules_without_rule")) {
    add_fact(facts, "not known", fmt::format("what module {} does outside stays as it was", module));
  }
  add_fact(facts, "safety backup", result.text("safety_backup"));
  add_fact(facts, "kept for undo", result.text("replaced_database"));
  for (const ApiJson& copy : result["copies"].items()) {
    const std::string found = counted(copy.count("findings"), "fault", "faults");
    add_fact(facts, "copy", fmt::format("{}: {}", copy.text("store"), copy.flag("good") ? "whole" : found));
  }
  for (const std::string& notice : result.texts("notices")) add_fact(facts, "note", notice);
}

}  // namespace

std::string api_time(const ApiJson& json, std::string_view key) {
  const auto instant = parse_rfc3339(json.text(key));
  return instant ? utc_time(*instant) : "-";
}

std::string api_age(const ApiJson& json, std::string_view key, Instant now) {
  const auto instant = parse_rfc3339(json.text(key));
  return instant ? age(*instant, now) : "-";
}

std::string api_bytes(const ApiJson& json, std::string_view key) {
  return json[key].is_null() ? "-" : human_bytes(json.count(key));
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string api_words(std::string_view name) {
  std::string words(name);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string more_text(const ApiJson& list) {
  const std::string next = list.text("next");
  return next.empty() ? "" : fmt::format("\nThere are more: add --after {}\n", printable(next));
}

void add_fact(Table& facts, const std::string& name, const std::string& value) {
  if (!value.empty() && value != "-") facts.add({name, value});
}

std::string copies_text(const ApiJson& copies) {
  std::size_t good = 0;
  std::vector<std::string> others;
  for (const ApiJson& copy : copies.items()) {
    const std::string state = copy.text("state");
    if (state == "stored" || state == "verified") {
      ++good;
    } else {
      others.push_back(fmt::format("{} {}", copy.text("store"), state));
    }
  }
  const std::string text = fmt::format("{} of {}", good, copies.items().size());
  return others.empty() ? text : fmt::format("{}: {}", text, joined(others, ", "));
}

std::string backup_text(const ApiJson& backup) {
  Table facts = fact_table();
  add_fact(facts, "backup", backup.text("id"));
  add_fact(facts, "of", fmt::format("{}/{}", backup.text("project"), backup.text("branch")));
  add_fact(facts, "state", fmt::format("{}, {}", backup.text("state"), backup.text("kind")));
  add_fact(facts, "note", backup.text("note"));
  add_fact(facts, "made by", backup.text("created_by"));
  add_fact(facts, "point in time", api_time(backup, "point_in_time"));
  add_fact(facts, "began", api_time(backup, "started_at"));
  add_fact(facts, "ended", api_time(backup, "finished_at"));
  if (backup.count("table_count") > 0) {
    add_fact(facts, "database",
             fmt::format("{} in {}", counted(backup.count("row_count"), "row", "rows"),
                         counted(backup.count("table_count"), "table", "tables")));
    add_fact(facts, "filestore",
             fmt::format("{}, {}", counted(backup.count("file_count"), "file", "files"),
                         human_bytes(backup.count("file_bytes"))));
  }
  if (backup.count("missing_file_count") > 0) {
    add_fact(facts, "missing",
             counted(backup.count("missing_file_count"), "file that the source lacked",
                     "files that the source lacked"));
  }
  add_fact(facts, "source", api_bytes(backup, "source_bytes"));
  add_fact(facts, "added", api_bytes(backup, "added_bytes"));
  add_fact(facts, "Odoo", backup.text("odoo_version"));
  add_fact(facts, "PostgreSQL", backup.text("postgresql_version"));
  add_fact(facts, "pinned", backup["pin"].text("reason"));
  add_fact(facts, "kept as", joined(backup.texts("tiers"), ", "));
  if (backup.text("state") != "deleted") add_fact(facts, "kept until", api_time(backup, "kept_until"));
  add_fact(facts, "deleted", api_time(backup, "deleted_at"));
  add_fact(facts, "error", error_text(backup["error"]));
  for (const ApiJson& copy : backup["copies"].items()) {
    const std::string problem = copy.text("problem");
    add_fact(facts, "copy",
             fmt::format("{}: {}{}{}", copy.text("store"), copy.text("state"), problem.empty() ? "" : ", ",
                         problem));
  }
  return facts.text();
}

std::string job_text(const ApiJson& job) {
  Table facts = fact_table();
  add_fact(facts, "job", job.text("id"));
  add_fact(facts, "what",
           fmt::format("{} of {}{}{}", job.text("kind"), job.text("project"),
                       job.text("branch").empty() ? "" : "/", job.text("branch")));
  add_fact(facts, "state", job.text("state"));
  add_fact(facts, "backup", job.text("backup"));
  add_fact(facts, "asked for by", job.text("created_by"));
  add_fact(facts, "asked for", api_time(job, "created_at"));
  add_fact(facts, "began", api_time(job, "started_at"));
  add_fact(facts, "ended", api_time(job, "finished_at"));
  if (job.text("state") == "running") add_fact(facts, "progress", progress_text(job["progress"]));
  add_result(facts, job["result"]);
  add_fact(facts, "error", error_text(job["error"]));
  return facts.text();
}

}  // namespace skyhold
