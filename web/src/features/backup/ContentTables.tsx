import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Contents } from '@/api/types';
import { formatBytes, formatCount } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { IconSearch } from '@/ui/icons';
import { SearchInput } from '@/ui/SearchInput';
import classes from './Backup.module.css';
import { LocalPager } from './LocalPager';

type Sort = 'name' | 'bytes' | 'rows';
type Table = Contents['tables'][number];

// The tables of a backup, a page at a time, sorted and searched by the server.
export function ContentTables({ project, id }: { project: string; id: string }) {
  const { t, locale } = useLocale();
  const [search, setSearch] = useState('');
  const [sort, setSort] = useState<Sort>('bytes');
  const [trail, setTrail] = useState<string[]>([]);
  const after = trail.at(-1);
  const query = {
    limit: 50,
    sort,
    ...(search === '' ? {} : { search }),
    ...(after === undefined ? {} : { after }),
  };
  const contents = useQuery({
    queryKey: keys.of(project, 'contents', id, query),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/backups/{id}/contents', {
          params: { path: { project, id }, query },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    // What a backup holds never changes.
    staleTime: Infinity,
  });
  const restart = (change: () => void) => {
    setTrail([]);
    change();
  };
  return (
    <Loaded query={contents} rows={8}>
      {(data) => (
        <>
          <div className={classes.tools}>
            <SearchInput
              label={t('contents.search')}
              value={search}
              onChange={(value) => restart(() => setSearch(value))}
            />
            <p className="dimmed small">
              {t('contents.sum', {
                count: data.table_count,
                rows: formatCount(data.row_count, locale),
                bytes: formatBytes(data.table_bytes, locale),
              })}
            </p>
          </div>
          {data.tables.length === 0 ? (
            <Empty icon={IconSearch} title={t('contents.noTable')} />
          ) : (
            <DataTable<Table, Sort>
              label={t('contents.tables')}
              rows={data.tables}
              rowKey={(table) => `${table.schema}.${table.name}`}
              busy={contents.isPlaceholderData}
              sort={{ by: sort, descending: sort !== 'name', onChange: (by) => restart(() => setSort(by)) }}
              columns={[
                {
                  id: 'name',
                  header: t('contents.table'),
                  sort: 'name',
                  card: 'title',
                  cell: (table) => (
                    <code>{table.schema === 'public' ? table.name : `${table.schema}.${table.name}`}</code>
                  ),
                },
                {
                  id: 'rows',
                  header: t('contents.rows'),
                  sort: 'rows',
                  align: 'end',
                  cell: (table) => formatCount(table.rows, locale),
                },
                {
                  id: 'bytes',
                  header: t('contents.bytes'),
                  sort: 'bytes',
                  align: 'end',
                  cell: (table) => formatBytes(table.bytes, locale),
                },
              ]}
            />
          )}
          <LocalPager trail={trail} next={data.next} onChange={setTrail} />
        </>
      )}
    </Loaded>
  );
}
