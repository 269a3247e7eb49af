import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Difference } from '@/api/types';
import { formatBytesChange, formatCountChange } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Empty } from '@/ui/Empty';
import { Facts } from '@/ui/Facts';
import { Loaded } from '@/ui/Loading';
import { IconArchive, IconDown, IconMinus, IconPlus, IconUp } from '@/ui/icons';
import { Status } from '@/ui/Status';
import classes from './Backup.module.css';

type Table = Difference['tables'][number];

export function DifferenceTables({ project, id }: { project: string; id: string }) {
  const { t, locale } = useLocale();
  const difference = useQuery({
    queryKey: keys.of(project, 'difference', id),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/backups/{id}/difference', { params: { path: { project, id } }, signal }),
      ),
    staleTime: Infinity,
  });
  return (
    <Loaded query={difference} rows={6}>
      {(data) =>
        (data.previous ?? '') === '' ? (
          <Empty icon={IconArchive} title={t('difference.first')}>
            {t('difference.firstWhy')}
          </Empty>
        ) : (
          <>
            <div className={classes.panel}>
              <Facts
                facts={[
                  {
                    label: t('difference.to'),
                    value: (
                      <Link to={`/projects/${project}/backups/${data.previous ?? ''}`}>
                        {t('difference.before')}
                      </Link>
                    ),
                  },
                  {
                    label: t('difference.tableBytes'),
                    value: formatBytesChange(data.table_bytes_change, locale),
                  },
                  {
                    label: t('contents.files'),
                    value: t('difference.files', { added: data.files_added, removed: data.files_removed }),
                  },
                  {
                    label: t('difference.fileBytes'),
                    value: formatBytesChange(data.file_bytes_change, locale),
                  },
                ]}
              />
            </div>
            {data.tables.length === 0 ? (
              <Empty icon={IconArchive} title={t('difference.same')} />
            ) : (
              <DataTable<Table>
                label={t('difference.title')}
                rows={data.tables}
                rowKey={(table) => `${table.schema}.${table.name}`}
                columns={[
                  {
                    id: 'name',
                    header: t('contents.table'),
                    card: 'title',
                    cell: (table) => (
                      <code>{table.schema === 'public' ? table.name : `${table.schema}.${table.name}`}</code>
                    ),
                  },
                  { id: 'state', header: t('difference.change'), cell: (table) => <Change table={table} /> },
                  {
                    id: 'rows',
                    header: t('contents.rows'),
                    align: 'end',
                    cell: (table) => formatCountChange(table.rows_change, locale),
                  },
                  {
                    id: 'bytes',
                    header: t('contents.bytes'),
                    align: 'end',
                    cell: (table) => formatBytesChange(table.bytes_change, locale),
                  },
                ]}
              />
            )}
          </>
        )
      }
    </Loaded>
  );
}

function Change({ table }: { table: Table }) {
  const { t } = useLocale();
  if (table.state === 'new') return <Status quiet tone="info" icon={IconPlus} word={t('difference.new')} />;
  if (table.state === 'gone')
    return <Status quiet tone="warn" icon={IconMinus} word={t('difference.gone')} />;
  const change = table.bytes_change === 0 ? table.rows_change : table.bytes_change;
  return change < 0 ? (
    <Status quiet tone="warn" icon={IconDown} word={t('difference.shrunk')} />
  ) : (
    <Status quiet tone="idle" icon={IconUp} word={t('difference.grown')} />
  );
}
