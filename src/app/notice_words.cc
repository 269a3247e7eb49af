#include "app/notice_words.h"

#include <fmt/format.h>

#include "api/json_parse.h"
#include "policy/words.h"

namespace skyhold {
namespace {

// "2026-11-23 01:00 (Europe/Brussels)"
std::string when(const TimeZone& zone, Instant at) {
  std::string local = local_date_time(zone, at);
  if (const std::size_t t = local.find('T'); t != std::string::npos) local[t] = ' ';
  return fmt::format("{} ({})", local, zone.name());
}

// As a sentence: errors are lines without a full stop.
std::string sentence(std::string text) {
  if (text.empty()) return text;
  if (text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 'a' + 'A');
  const char last = text.back();
  if (last != '.' && last != '!' && last != '?') text += '.';
  return text;
}

std::string reason_of(const Job& job) {
  if (!job.error) return "No reason was written down.";
  std::string words = sentence(job.error->message);
  if (!job.error->hint.empty()) words += " " + sentence(job.error->hint);
  return words;
}

Notice notice_of_job(NoticeKind kind, const Job& job) {
  Notice notice;
  notice.kind = kind;
  notice.project = job.project;
  notice.branch = job.branch;
  notice.backup = job.backup_id;
  notice.job = job.id;
  notice.at = job.finished_at.value_or(job.created_at);
  return notice;
}

std::string page_of_backup(const std::string& project, const std::string& backup) {
  return backup.empty() ? fmt::format("/projects/{}", project)
                        : fmt::format("/projects/{}/backups/{}", project, backup);
}

// Of the good one that ends a failure or a delay, whichever is seen first: it is told once.
std::string recovered_key(const std::string& backup) {
  return fmt::format("recovered:{}", backup);
}

std::string asked_by(const Job& job) {
  return job.created_by == "schedule" ? "a schedule" : job.created_by;
}

}  // namespace

// ---- backups ----------------------------------------------------------------------------------

Notice backup_failed_notice(const Job& job, const std::optional<BackupRecord>& last_good, const Turn& turn,
                            const TimeZone& zone) {
  Notice notice = notice_of_job(NoticeKind::kBackupFailed, job);
  notice.since = turn.since;
  notice.subject = turn.reminder ? fmt::format("{}: backups of {} still fail", job.project, job.branch)
                                 : fmt::format("{}: the backup of {} failed", job.project, job.branch);
  const std::string safety =
      last_good ? fmt::format(
                      "The last good backup is of {}. It is not touched and can be restored; what "
                      "has changed since then has no backup.",
                      when(zone, last_good->point_in_time.value_or(last_good->started_at)))
                : fmt::format("There is no good backup of {} yet: nothing could be restored.", job.branch);
  const std::string lasting =
      turn.reminder ? fmt::format(" Backups of this branch have failed since {}.", when(zone, turn.since))
                    : "";
  notice.text = fmt::format(
      "The backup of the branch {} of the project {} failed on {} (begun by {}).{}\n\n"
      "{}\n\n"
      "{}\n\n"
      "What to do: see to the reason above, then create a backup by hand. A scheduled backup is tried "
      "again by itself a few times. You hear again when a backup is good, and once a day while they fail.",
      job.branch, job.project, when(zone, notice.at), asked_by(job), lasting, reason_of(job), safety);
  notice.page = page_of_backup(job.project, job.backup_id);
  return notice;
}

Notice backup_good_again_notice(const Job& job, const Turn& turn, const TimeZone& zone) {
  Notice notice = notice_of_job(NoticeKind::kRecovered, job);
  notice.key = recovered_key(job.backup_id);
  notice.since = turn.since;
  notice.subject = fmt::format("{}: backups of {} are good again", job.project, job.branch);
  notice.text = fmt::format(
      "The branch {} of the project {} has a good backup again, of {}. Backups of it had failed since {}.\n\n"
      "It can be restored from now on. There is nothing to do.",
      job.branch, job.project, when(zone, notice.at), when(zone, turn.since));
  notice.page = page_of_backup(job.project, job.backup_id);
  return notice;
}

Notice backup_late_notice(const Lateness& lateness, const Turn& turn, const TimeZone& zone) {
  Notice notice;
  notice.kind = NoticeKind::kBackupLate;
  notice.project = lateness.project;
  notice.branch = lateness.branch;
  notice.backup = lateness.backup;
  notice.at = lateness.at;
  notice.since = turn.since;
  notice.subject = turn.reminder ? fmt::format("{}: still no recent backup", lateness.project)
                                 : fmt::format("{}: at risk, no recent backup", lateness.project);
  notice.text = fmt::format(
      "{}\n\n"
      "The project {} wants a good backup every {}; it has been without one since {}. If its data were "
      "lost now, everything after the last good backup would be lost.\n\n"
      "What to do: look at the project's page for what keeps its backups from succeeding, or create one "
      "by hand. You hear again when it is well, and once a day until then.",
      lateness.sentence, lateness.project, counted(lateness.objective_hours, "hour"), when(zone, turn.since));
  notice.page = fmt::format("/projects/{}", lateness.project);
  return notice;
}

Notice backup_in_time_again_notice(const Lateness& lateness, const Turn& turn, const TimeZone& zone) {
  Notice notice;
  notice.kind = NoticeKind::kRecovered;
  if (!lateness.backup.empty()) notice.key = recovered_key(lateness.backup);
  notice.project = lateness.project;
  notice.branch = lateness.branch;
  notice.backup = lateness.backup;
  notice.at = lateness.at;
  notice.since = turn.since;
  notice.subject = fmt::format("{}: a recent backup again", lateness.project);
  notice.text = fmt::format(
      "The project {} has a recent good backup again. It had been without one since {}.\n\nThere is nothing "
      "to do.",
      lateness.project, when(zone, turn.since));
  notice.page = page_of_backup(lateness.project, lateness.backup);
  return notice;
}

// ---- copies -----------------------------------------------------------------------------------

Notice copy_damaged_notice(const Job& job, const CopyDamage& damage, const Turn& turn, const TimeZone& zone) {
  Notice notice = notice_of_job(NoticeKind::kCopyDamaged, job);
  notice.since = turn.since;
  notice.backup.clear();
  notice.subject = turn.reminder
                       ? fmt::format("{}: the copy in {} is still damaged", job.project, damage.store)
                       : fmt::format("{}: the copy in {} is damaged", job.project, damage.store);
  notice.text = fmt::format(
      "Something that the project {} needs is missing or corrupt in the store {}: found on {}, in the "
      "copy of {}.{}\n\n"
      "{}\n\n"
      "The other copies are looked at by themselves: a restore reads from one that is whole. Until this "
      "one is mended the project has one copy less.\n\n"
      "What to do: usually nothing, Skyhold mends a copy from the others by itself and says when it has. "
      "If it does not within a day, look at the store: whether it answers, and who deletes or changes "
      "objects in it.",
      job.project, damage.store, when(zone, notice.at), counted(damage.damaged_backups, "backup"),
      turn.reminder ? fmt::format(" It has been so since {}.", when(zone, turn.since)) : "",
      sentence(damage.problem));
  notice.page = fmt::format("/projects/{}", job.project);
  return notice;
}

Notice copy_mended_notice(const Job& job, const CopyDamage& damage, const Turn& turn, const TimeZone& zone) {
  Notice notice = notice_of_job(NoticeKind::kCopyMended, job);
  notice.since = turn.since;
  notice.backup.clear();
  notice.subject = fmt::format("{}: the copy in {} is whole again", job.project, damage.store);
  notice.text = fmt::format(
      "The copy of the project {} in the store {} is whole again since {}. It had been damaged since {}.\n\n"
      "There is nothing to do.",
      job.project, damage.store, when(zone, notice.at), when(zone, turn.since));
  notice.page = fmt::format("/projects/{}", job.project);
  return notice;
}

// ---- restores and imports ---------------------------------------------------------------------

Notice restore_notice(const Job& job, const TimeZone& zone) {
  const bool done = job.state == JobState::kSucceeded;
  Notice notice = notice_of_job(done ? NoticeKind::kRestoreFinished : NoticeKind::kRestoreFailed, job);
  notice.key = fmt::format("{}:{}", to_string(notice.kind), job.id);
  const std::string what = job.kind == JobKind::kUndo      ? "undo of the last restore"
                           : job.kind == JobKind::kRefresh ? "refresh"
                                                           : "restore";
  const std::string backup = job.backup_id.empty() ? "" : fmt::format(" from backup {}", job.backup_id);
  notice.subject =
      fmt::format("{}: the {} on {} {}", job.project, what, job.branch, done ? "is done" : "failed");
  notice.text = fmt::format("The {} on the branch {} of the project {}{}, asked for by {}, {} on {}.\n\n",
                            what, job.branch, job.project, backup, asked_by(job),
                            done ? "was finished" : "failed", when(zone, notice.at));
  if (done) {
    notice.text +=
        job.kind == JobKind::kUndo
            ? "What the restore had replaced is in its place again."
            : "Everything was checked against the backup before it took its place. If it is not what was "
              "wanted, the page of the restore offers to undo it.";
  } else {
    notice.text += fmt::format(
        "{}\n\nData is replaced only at the very end, in one step: what fails before leaves the branch as it "
        "was.\n\nWhat to do: see to the reason above and begin it again.",
        reason_of(job));
  }
  notice.page = fmt::format("/projects/{}/jobs/{}", job.project, job.id);
  return notice;
}

Notice import_notice(const Job& job, const TimeZone& zone) {
  Notice notice = notice_of_job(NoticeKind::kImportFinished, job);
  notice.key = fmt::format("import_finished:{}", job.id);
  const auto result = parse_json(job.result, {.depth = 64, .values = 1'000'000});
  const std::string decision = result ? result->text("decision") : "";
  std::string outcome = "failed";
  std::string more = reason_of(job) + "\n\nNothing was kept of it.";
  if (job.state == JobState::kSucceeded && decision == "kept") {
    notice.backup = result->text("backup");
    outcome = "is done";
    more = fmt::format("It is backup {} now, with copies in every store, and can be restored like any other.",
                       notice.backup);
  } else if (job.state == JobState::kSucceeded && decision == "refused") {
    outcome = "was refused";
    more = "Nothing was kept of it. Its page shows what was found, and what can be done about it.";
  } else if (job.state == JobState::kSucceeded) {
    outcome = "waits for a decision";
    more = "It was looked at, and nothing is kept yet. Its page shows what was found: decide there.";
  }
  notice.subject = fmt::format("{}: an import for {} {}", job.project, job.branch, outcome);
  notice.text = fmt::format("An import for the branch {} of the project {}, asked for by {}, {} ({}).\n\n{}",
                            job.branch, job.project, asked_by(job), outcome, when(zone, notice.at), more);
  notice.page = fmt::format("/projects/{}/import/{}", job.project, job.id);
  return notice;
}

}  // namespace skyhold
