import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Job } from '@/api/types';
import { mayAdminister, useProject } from '@/features/project/useProject';
import { JobStatus } from '@/features/status/JobStatus';
import { formatSeconds } from '@/format/quantity';
import { secondsBetween } from '@/format/time';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Pager, useCursor } from '@/ui/Pager';
import { Page, Section } from '@/ui/Page';
import { Time } from '@/ui/Time';
import { IconRestore } from '@/ui/icons';
import { requestOf } from './outcome';

export function RestoresPage() {
  const { t, locale } = useLocale();
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
        <Loaded query={restores}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty icon={IconRestore} title={t('restores.empty')}>
                {t('restores.emptyWhy')}
              </Empty>
            ) : (
              <>
                <DataTable<Job>
                  label={t('tab.restores')}
                  rows={items}
                  rowKey={(job) => job.id}
                  busy={restores.isPlaceholderData}
                  columns={[
                    {
                      id: 'when',
                      header: t('restores.when'),
                      card: 'title',
                      cell: (job) => (
                        <Link to={`/projects/${project.name}/jobs/${job.id}`}>
                          <Time at={job.created_at} />
                        </Link>
                      ),
                    },
                    {
                      id: 'state',
                      header: t('backups.state'),
                      cell: (job) => <JobStatus state={job.state} />,
                    },
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
                    { id: 'by', header: t('backups.who'), cell: (job) => job.created_by },
                    {
                      id: 'duration',
                      header: t('backups.duration'),
                      align: 'end',
                      cell: (job) =>
                        job.started_at && job.finished_at
                          ? formatSeconds(secondsBetween(job.started_at, job.finished_at), locale)
                          : '–',
                    },
                  ]}
                />
                <Pager cursor={cursor} next={next} />
              </>
            )
          }
        </Loaded>
      </Section>
    </Page>
  );
}
