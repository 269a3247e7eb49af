import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import { useProject } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { StorageView } from './StorageView';

export function ProjectStoragePage() {
  const t = useTranslate();
  const project = useProject();
  const [days, setDays] = useState(90);
  const storage = useQuery({
    queryKey: keys.of(project.name, 'storage', days),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/storage', {
          params: { path: { project: project.name }, query: { days } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={t('tab.storage')} lead={t('storage.lead')} level={2}>
      <Loaded query={storage} rows={8}>
        {(data) => <StorageView storage={data} days={days} onDays={setDays} />}
      </Loaded>
    </Page>
  );
}
