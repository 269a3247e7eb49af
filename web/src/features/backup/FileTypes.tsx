import type { Contents } from '@/api/types';
import { formatBytes, formatCount } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Notice } from '@/ui/Notice';
import classes from './Backup.module.css';
import { families } from './file_families';

const mostNamed = 3;

// What kinds of files the backup holds. Older backups do not say.
export function FileTypes({ types, bytes }: { types: Contents['file_types']; bytes: number }) {
  const { t, locale } = useLocale();
  if (types === undefined || types === null) {
    return (
      <div className={classes.panel}>
        <Notice tone="info" title={t('fileTypes.notCounted')}>
          <p>{t('fileTypes.notCountedWhat')}</p>
        </Notice>
      </div>
    );
  }
  if (types.length === 0) return null;
  const share = (part: number) =>
    (bytes === 0 ? 0 : part / bytes).toLocaleString(locale, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <>
      <h3 className={classes.heading}>{t('fileTypes.title')}</h3>
      <DataTable
        label={t('fileTypes.title')}
        rows={families(types)}
        rowKey={({ family }) => family}
        columns={[
          {
            id: 'family',
            header: t('fileTypes.family'),
            card: 'title',
            cell: ({ family }) => t(`family.${family}`),
          },
          {
            id: 'types',
            header: t('fileTypes.types'),
            card: 'wide',
            cell: (row) => (
              <span className="dimmed small">
                {row.types.slice(0, mostNamed).join(', ') || '–'}
                {row.types.length > mostNamed && ' …'}
              </span>
            ),
          },
          {
            id: 'count',
            header: t('fileTypes.count'),
            align: 'end',
            cell: ({ count }) => formatCount(count, locale),
          },
          {
            id: 'bytes',
            header: t('contents.bytes'),
            align: 'end',
            cell: (row) => formatBytes(row.bytes, locale),
          },
          {
            id: 'share',
            header: t('fileTypes.share'),
            align: 'end',
            cell: (row) => share(row.bytes),
          },
        ]}
      />
    </>
  );
}
