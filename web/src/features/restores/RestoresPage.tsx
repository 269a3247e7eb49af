import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import { JobTable } from '@/features/jobs/JobTable';
import { useJobColumns } from '@/features/jobs/useJobColumns';
import { mayAdminister, useProject } from '@/features/project/useProject';
import { JobStatus } from '@/features/status/JobStatus';
import { useTranslate } from '@/i18n/locale';
import { Empty } from '@/ui/Empty';
import { useCursor } from '@/ui/Pager';
import { Page, Section } from '@/ui/Page';
import { IconRestore } from '@/ui/icons';
import { requestOf } from './outcome';

export function RestoresPage() {
  const t = useTranslate();
  const columns = useJobColumns();
  const project = useProject();
  const admin = mayAdminister(project);
  const cursor = useCursor();
  const query = { limit: 25, ...(cursor.after === undefined ? {} : { after: cursor.after }) };
  const restores = useQuery({
    queryKey: keys.of(project.name, 'restores', query),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/restores', {
          params: { path: { project: project.name }, query },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: project.active_jobs.length > 0 ? 5000 : false,
  });
  const begin = admin && project.backup_count > 0 && (
    <Button component={Link} to={`/projects/${project.name}/restore`} leftSection={<IconRestore size={18} />}>
      {t('restores.begin')}
    </Button>
  );
  return (
    <Page title={t('tab.restores')} lead={t('restores.lead')} level={2} actions={begin || undefined}>
      <Section flush>
        <JobTable
          label={t('tab.restores')}
          jobs={restores}
          cursor={cursor}
          empty={
            <Empty icon={IconRestore} title={t('restores.empty')}>
              {t('restores.emptyWhy')}
            </Empty>
          }
          columns={[
            columns.when((job) => `/projects/${project.name}/jobs/${job.id}`),
            { id: 'state', header: t('backups.state'), cell: (job) => <JobStatus state={job.state} /> },
            { id: 'kind', header: t('restores.what'), cell: (job) => t(`jobKind.${job.kind}`) },
            { id: 'branch', header: t('restores.onto'), cell: (job) => job.branch },
            {
              id: 'mode',
              header: t('restores.mode'),
              cell: (job) => {
                const { mode } = requestOf(job);
                return mode === undefined ? '–' : t(`mode.${mode}`);
              },
            },
            columns.by,
            columns.duration,
          ]}
        />
      </Section>
    </Page>
  );
}
