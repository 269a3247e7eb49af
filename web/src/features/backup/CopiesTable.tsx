import { sentence } from '@/api/problem';
import type { Copy } from '@/api/types';
import { CopyStatus } from '@/features/status/Copies';
import { useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Time } from '@/ui/Time';
import { providerName } from '@/features/status/provider';

export function CopiesTable({ copies }: { copies: Copy[] }) {
  const t = useTranslate();
  return (
    <DataTable<Copy>
      label={t('backups.copies')}
      rows={copies}
      rowKey={(copy) => copy.store}
      columns={[
        {
          id: 'store',
          header: t('copies.store'),
          card: 'title',
          cell: (copy) => <strong className="nowrap">{copy.store}</strong>,
        },
        {
          id: 'state',
          header: t('backups.state'),
          card: 'plain',
          cell: (copy) => (
            <>
              <CopyStatus copy={copy} />
              {copy.problem && <div className="small dimmed">{sentence(copy.problem)}</div>}
            </>
          ),
        },
        {
          id: 'location',
          header: t('copies.location'),
          cell: (copy) => [providerName(copy.provider), copy.location].filter(Boolean).join(' · ') || '–',
        },
        {
          id: 'checked',
          header: t('copies.checked'),
          cell: (copy) => <Time at={copy.checked_at} style="relative" missing={t('copies.notYet')} />,
        },
      ]}
    />
  );
}
