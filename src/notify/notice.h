// Something that people of a project are told.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace skyhold {

enum class NoticeKind {
  kBackupFailed,
  kBackupLate,
  kCopyDamaged,
  kCopyMended,
  kRestoreFinished,
  kRestoreFailed,
  kImportFinished,
  kRecovered,
  kTest,
};
std::string_view to_string(NoticeKind kind);  // "backup_failed"
Result<NoticeKind> parse_notice_kind(std::string_view text);

// What a destination can ask for. Who asks for damaged copies hears of mended ones as well; a test goes to
// everybody.
const std::vector<NoticeKind>& notice_choices();
NoticeKind choice_of(NoticeKind kind);

struct Notice {
  NoticeKind kind = NoticeKind::kTest;
  std::string key;  // it happens once to each receiver: "restore_finished:jb_…"
  std::string project;
  std::string branch{};  // empty: of the whole project
  std::string backup{};
  std::string job{};
  Instant at{};                    // when it happened
  std::optional<Instant> since{};  // when what it speaks of began
  std::string subject;             // one line
  std::string text;                // paragraphs, with an empty line between two
  std::string page;                // of the dashboard: "/projects/acme"
};

// As JSON for the table that keeps it, and back. kCorrupt.
std::string to_json(const Notice& notice);
Result<Notice> parse_notice(std::string_view json);

}  // namespace skyhold
