import { sentence } from '@/api/problem';
import type { Backup } from '@/api/types';
import { Kept } from '@/features/backups/BackupTable';
import { madeBy } from '@/features/backups/words';
import { BackupStatus, KindLabel } from '@/features/status/BackupStatus';
import { formatBytes, formatCount, formatSeconds, formatShare, shortVersion } from '@/format/quantity';
import { secondsBetween } from '@/format/time';
import { useLocale } from '@/i18n/locale';
import { Facts } from '@/ui/Facts';
import type { Fact } from '@/ui/Facts';
import { Notice } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { Time } from '@/ui/Time';

export function BackupSummary({ backup }: { backup: Backup }) {
  const { t, locale } = useLocale();
  const bytes = (label: string, value: number | undefined): Fact | null =>
    value === undefined ? null : { label, value: formatBytes(value, locale) };
  const share = formatShare(backup.added_bytes ?? 0, backup.source_bytes ?? 0, locale);
  return (
    <>
      {backup.error && (
        <Notice tone="bad" title={sentence(backup.error.message)}>
          {backup.error.hint && <p>{sentence(backup.error.hint)}</p>}
        </Notice>
      )}
      {backup.state === 'degraded' && (
        <Notice tone="warn" title={t('backup.degradedTitle')}>
          <p>{t('backup.degradedWhat')}</p>
        </Notice>
      )}
      {(backup.missing_file_count ?? 0) > 0 && (
        <Notice tone="warn" title={t('backup.missingTitle', { count: backup.missing_file_count ?? 0 })}>
          <p>{t('backup.missingWhat')}</p>
        </Notice>
      )}
      {backup.pin && (
        <Notice tone="info" title={t('backup.pinnedBy', { name: backup.pin.by })}>
          <p>{backup.pin.reason}</p>
        </Notice>
      )}
      <Section>
        <Facts
          facts={[
            { label: t('backups.state'), value: <BackupStatus state={backup.state} /> },
            { label: t('backups.kind'), value: <KindLabel kind={backup.kind} /> },
            { label: t('backups.who'), value: madeBy(backup, t) },
            backup.note === '' ? null : { label: t('createBackup.note'), value: backup.note },
            { label: t('backup.instant'), value: <Time at={backup.point_in_time} style="full" /> },
            backup.finished_at
              ? {
                  label: t('backups.duration'),
                  value: formatSeconds(secondsBetween(backup.started_at, backup.finished_at), locale),
                }
              : null,
            bytes(t('backups.size'), backup.source_bytes),
            backup.added_bytes === undefined
              ? null
              : {
                  label: t('backups.added'),
                  value: `${formatBytes(backup.added_bytes, locale)}${share === '' ? '' : ` (${t('backup.share', { share })})`}`,
                },
            backup.table_count === undefined
              ? null
              : {
                  label: t('contents.tables'),
                  value: t('backup.tablesRows', {
                    tables: formatCount(backup.table_count, locale),
                    rows: formatCount(backup.row_count ?? 0, locale),
                  }),
                },
            backup.file_count === undefined
              ? null
              : {
                  label: t('contents.files'),
                  value: `${formatCount(backup.file_count, locale)} · ${formatBytes(backup.file_bytes ?? 0, locale)}`,
                },
            backup.odoo_version ? { label: 'Odoo', value: backup.odoo_version } : null,
            backup.postgresql_version
              ? { label: 'PostgreSQL', value: shortVersion(backup.postgresql_version) }
              : null,
            { label: t('backups.kept'), value: <Kept backup={backup} /> },
            { label: t('backup.id'), value: <code>{backup.id}</code> },
          ]}
        />
      </Section>
    </>
  );
}
