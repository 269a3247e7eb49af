import { useState } from 'react';
import { Button } from '@mantine/core';
import { Link } from 'react-router-dom';
import type { Kept } from '@/api/types';
import { shortTier } from '@/features/backups/words';
import { BackupStatus, KindLabel } from '@/features/status/BackupStatus';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Empty } from '@/ui/Empty';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { IconArchive, IconTrash } from '@/ui/icons';

// Of a change that deletes many, the list begins short.
const atFirst = 25;

// Backups, newest first, with the rule that keeps each, and until when.
export function KeptTable({ project, backups, empty }: { project: string; backups: Kept[]; empty: string }) {
  const { t, locale } = useLocale();
  const [all, setAll] = useState(false);
  if (backups.length === 0) return <Empty icon={IconArchive} title={empty} />;
  return (
    <>
      <DataTable<Kept>
        label={t('retention.backups')}
        rows={all ? backups : backups.slice(0, atFirst)}
        rowKey={(kept) => kept.backup}
        columns={[
          {
            id: 'at',
            header: t('backups.when'),
            card: 'title',
            cell: (kept) => (
              <Link to={`/projects/${project}/backups/${kept.backup}`}>
                <Time at={kept.at} />
              </Link>
            ),
          },
          { id: 'branch', header: t('backups.branch'), cell: (kept) => kept.branch },
          { id: 'kind', header: t('backups.kind'), cell: (kept) => <KindLabel kind={kept.kind} /> },
          {
            id: 'state',
            header: t('backups.state'),
            cell: (kept) => (kept.state ? <BackupStatus state={kept.state} /> : '–'),
          },
          {
            id: 'why',
            header: t('retention.why'),
            cell: (kept) => kept.tiers.map((tier) => shortTier(tier, t, locale)).join(', ') || '–',
          },
          {
            id: 'until',
            header: t('backups.kept'),
            cell: (kept) =>
              kept.keep ? (
                <Time at={kept.kept_until} style="date" missing={t('backups.keptForGood')} />
              ) : (
                <Status tone="warn" icon={IconTrash} word={t('retention.goes')} />
              ),
          },
        ]}
      />
      {!all && backups.length > atFirst && (
        <Button variant="subtle" m="sm" onClick={() => setAll(true)}>
          {t('retention.showAll', { count: backups.length })}
        </Button>
      )}
    </>
  );
}
