import { Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { JobKind, JobState } from '@/api/types';
import { JobTable } from '@/features/jobs/JobTable';
import { useJobColumns } from '@/features/jobs/useJobColumns';
import { JobStatus } from '@/features/status/JobStatus';
import { useTranslate } from '@/i18n/locale';
import { Empty } from '@/ui/Empty';
import { useCursor } from '@/ui/Pager';
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
  const t = useTranslate();
  const columns = useJobColumns();
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
        <JobTable
          label={t('nav.jobs')}
          jobs={jobs}
          cursor={cursor}
          empty={<Empty icon={IconRefresh} title={t('jobs.empty')} />}
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
            columns.by,
            columns.duration,
          ]}
        />
      </Section>
    </Page>
  );
}
