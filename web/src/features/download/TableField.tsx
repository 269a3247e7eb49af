import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import { useTranslate } from '@/i18n/locale';

interface Props {
  project: string;
  backup: string;
  value: string;
  onChange: (table: string) => void;
}

const most = 50;

// One of the backup's tables; the server searches, largest first.
export function TableField({ project, backup, value, onChange }: Props) {
  const t = useTranslate();
  const [typed, setTyped] = useState(value);
  const [search] = useDebouncedValue(typed.trim(), 250);
  const query = { limit: most, sort: 'bytes' as const, ...(search === '' ? {} : { search }) };
  const contents = useQuery({
    queryKey: keys.of(project, 'contents', backup, query),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/backups/{id}/contents', {
          params: { path: { project, id: backup }, query },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  const found = (contents.data?.tables ?? []).map(({ schema, name }) =>
    schema === 'public' ? name : `${schema}.${name}`,
  );
  const data = value === '' || found.includes(value) ? found : [value, ...found];
  return (
    <Select
      label={t('download.table')}
      description={t('download.tableHint')}
      placeholder="res_partner"
      searchable
      spellCheck={false}
      autoCapitalize="none"
      nothingFoundMessage={contents.isFetching ? t('state.loading') : t('download.noTable')}
      error={contents.error?.message}
      data={data}
      // The server has searched already.
      filter={({ options }) => options}
      value={value === '' ? null : value}
      onChange={(table) => onChange(table ?? '')}
      onSearchChange={setTyped}
    />
  );
}
