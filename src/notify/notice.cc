#include "notify/notice.h"

#include <nlohmann/json.hpp>

#include "model/enum_names.h"

namespace skyhold {
namespace {

using Json = nlohmann::ordered_json;

constexpr EnumNames<NoticeKind, 9> kNames{{
    {NoticeKind::kBackupFailed, "backup_failed"},
    {NoticeKind::kBackupLate, "backup_late"},
    {NoticeKind::kCopyDamaged, "copy_damaged"},
    {NoticeKind::kCopyMended, "copy_mended"},
    {NoticeKind::kRestoreFinished, "restore_finished"},
    {NoticeKind::kRestoreFailed, "restore_failed"},
    {NoticeKind::kImportFinished, "import_finished"},
    {NoticeKind::kRecovered, "recovered"},
    {NoticeKind::kTest, "test"},
}};

}  // namespace

std::string_view to_string(NoticeKind kind) {
  return enum_name(kNames, kind);
}

Result<NoticeKind> parse_notice_kind(std::string_view text) {
  return parse_enum(kNames, "an event that people can be told of", text);
}

const std::vector<NoticeKind>& notice_choices() {
  static const std::vector<NoticeKind> kChoices{
      NoticeKind::kBackupFailed,    NoticeKind::kBackupLate,    NoticeKind::kCopyDamaged,
      NoticeKind::kRestoreFinished, NoticeKind::kRestoreFailed, NoticeKind::kImportFinished,
      NoticeKind::kRecovered,
  };
  return kChoices;
}

NoticeKind choice_of(NoticeKind kind) {
  return kind == NoticeKind::kCopyMended ? NoticeKind::kCopyDamaged : kind;
}

std::string to_json(const Notice& notice) {
  Json json{{"kind", to_string(notice.kind)},
            {"key", notice.key},
            {"project", notice.project},
            {"branch", notice.branch},
            {"backup", notice.backup},
            {"job", notice.job},
            {"at", format_rfc3339(notice.at)},
            {"since", nullptr},
            {"subject", notice.subject},
            {"text", notice.text},
            {"page", notice.page}};
  if (notice.since) json["since"] = format_rfc3339(*notice.since);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Notice> parse_notice(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  const auto part = [&json](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!json.is_object()) return fail(ErrorCode::kCorrupt, "a message in the outbox is no JSON object");
  Notice notice;
  notice.kind = TRY(parse_notice_kind(part("kind")));
  notice.key = part("key");
  notice.project = part("project");
  notice.branch = part("branch");
  notice.backup = part("backup");
  notice.job = part("job");
  notice.at = TRY(parse_rfc3339(part("at")));
  if (const std::string since = part("since"); !since.empty()) notice.since = TRY(parse_rfc3339(since));
  notice.subject = part("subject");
  notice.text = part("text");
  notice.page = part("page");
  return notice;
}

}  // namespace skyhold
