#include "policy/retention_preview.h"

namespace skyhold {
namespace {

Instant end_of(const BackupRetention& retention) {
  return retention.kept_until.value_or(Instant::max());
}

RetentionEffect effect_of(const BackupRetention& before, const BackupRetention& after) {
  if (before.keep && !after.keep) return RetentionEffect::kDeletedNow;
  if (!before.keep) return after.keep ? RetentionEffect::kLonger : RetentionEffect::kSame;
  if (end_of(before) == end_of(after)) return RetentionEffect::kSame;
  return end_of(after) < end_of(before) ? RetentionEffect::kShorter : RetentionEffect::kLonger;
}

}  // namespace

Result<RetentionPreview> preview_retention(const RetentionRules& current, const RetentionRules& next,
                                           const std::vector<RetentionBackup>& backups,
                                           const RetentionSetting& setting) {
  std::vector<BackupRetention> before = TRY(decide_backup_retention(current, backups, setting));
  std::vector<BackupRetention> after = TRY(decide_backup_retention(next, backups, setting));
  RetentionPreview preview;
  for (std::size_t i = 0; i < backups.size(); ++i) {
    const RetentionEffect effect = effect_of(before[i], after[i]);
    if (effect == RetentionEffect::kDeletedNow) ++preview.deleted_now;
    if (effect == RetentionEffect::kShorter) ++preview.shorter;
    if (effect == RetentionEffect::kLonger) ++preview.longer;
    preview.changes.push_back({backups[i].id, effect, std::move(before[i]), std::move(after[i])});
  }
  return preview;
}

}  // namespace skyhold
