import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Storage } from '@/api/types';
import { formatBytes } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Loaded } from '@/ui/Loading';
import { Page, Section } from '@/ui/Page';
import classes from './Storage.module.css';
import { StorageView } from './StorageView';

export function PlatformStoragePage() {
  const { t } = useLocale();
  const [days, setDays] = useState(90);
  const storage = useQuery({
    queryKey: keys.platform('storage', days),
    queryFn: ({ signal }) => take(api.GET('/storage', { params: { query: { days } }, signal })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={t('nav.storage')} lead={t('storage.platformLead')}>
      <Loaded query={storage} rows={8}>
        {(data) => (
          <>
            <StorageView storage={data} days={days} onDays={setDays} />
            {data.projects && data.projects.length > 0 && <LargestProjects projects={data.projects} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function LargestProjects({ projects }: { projects: NonNullable<Storage['projects']> }) {
  const { t, locale } = useLocale();
  const largest = Math.max(1, ...projects.map(({ bytes }) => bytes));
  return (
    <Section title={t('storage.largest')} flush>
      <DataTable
        label={t('storage.largest')}
        rows={projects}
        rowKey={({ project }) => project}
        columns={[
          {
            id: 'project',
            header: t('fleet.project'),
            card: 'title',
            width: '30%',
            cell: ({ project }) => <Link to={`/projects/${project}/storage`}>{project}</Link>,
          },
          {
            id: 'bar',
            header: t('storage.share'),
            card: 'plain',
            cell: ({ bytes }) => (
              <span
                className={classes.bar}
                aria-hidden="true"
                style={{ width: `${(100 * bytes) / largest}%` }}
              />
            ),
          },
          {
            id: 'bytes',
            header: t('storage.bytes'),
            align: 'end',
            cell: ({ bytes }) => formatBytes(bytes, locale),
          },
        ]}
      />
    </Section>
  );
}
