import { Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Job, JobKind, JobState } from '@/api/types';
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
import { IconRefresh } from '@/ui/icons';
import { useFilters } from '@/ui/useFilters';
import classes from './Jobs.module.css';

const kinds: JobKind[] = [
  'backup',
  'restore',
  'undo',
  'refresh',
  'import',
  'forget',
  'prune',
  'verify',
  'mend',
];
const states: JobState[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled'];

export function JobsPage() {
  const { t, locale } = useLocale();
  const cursor = useCursor();
  const filters = useFilters(['kind', 'state']);
  const kind = kinds.find((each) => each === filters.values.kind);
  const state = states.find((each) => each === filters.values.state);
  const query = {
    limit: 50,
    ...(cursor.after === undefined ? {} : { after: cursor.after }),
    ...(kind === undefined ? {} : { kind }),
    ...(state === undefined ? {} : { state }),
  };
  const jobs = useQuery({
    queryKey: keys.jobs(query),
    queryFn: ({ signal }) => take(api.GET('/jobs', { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  const everything = { value: '', label: t('backups.all') };
  return (
    <Page title={t('nav.jobs')} lead={t('jobs.lead')}>
      <Section flush>
        <div className={classes.filters} role="group" aria-label={t('backups.filters')}>
          <Select
            label={t('restores.what')}
            data={[everything, ...kinds.map((value) => ({ value, label: t(`jobKind.${value}`) }))]}
            value={kind ?? ''}
            onChange={(value) => filters.set({ kind: value ?? '' })}
          />
          <Select
            label={t('backups.state')}
            data={[everything, ...states.map((value) => ({ value, label: t(`job.${value}`) }))]}
            value={state ?? ''}
            onChange={(value) => filters.set({ state: value ?? '' })}
          />
        </div>
        <Loaded query={jobs} rows={10}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty icon={IconRefresh} title={t('jobs.empty')} />
            ) : (
              <>
                <DataTable<Job>
                  label={t('nav.jobs')}
                  rows={items}
                  rowKey={(job) => job.id}
                  busy={jobs.isPlaceholderData}
                  columns={[
                    {
                      id: 'what',
                      header: t('restores.what'),
                      card: 'title',
                      cell: (job) => (
                        <Link to={`/projects/${job.project}/jobs/${job.id}`}>{t(`jobKind.${job.kind}`)}</Link>
                      ),
                    },
                    {
                      id: 'state',
                      header: t('backups.state'),
                      card: 'plain',
                      cell: (job) => (
                        <>
                          <JobStatus state={job.state} />
                          <div className="dimmed small">
                            {job.error?.message ?? (job.state === 'running' && job.progress.phase)}
                          </div>
                        </>
                      ),
                    },
                    {
                      id: 'project',
                      header: t('fleet.project'),
                      cell: (job) => (
                        <>
                          <Link to={`/projects/${job.project}`}>{job.project}</Link>{' '}
                          <span className="dimmed">{job.branch}</span>
                        </>
                      ),
                    },
                    { id: 'at', header: t('job.created'), cell: (job) => <Time at={job.created_at} /> },
                    {
                      id: 'by',
                      header: t('backups.who'),
                      cell: (job) =>
                        job.created_by === 'schedule' ? t('backups.bySchedule') : job.created_by,
                    },
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
