import { Link } from 'react-router-dom';
import type { Job } from '@/api/types';
import { JobStatus } from '@/features/status/JobStatus';
import { formatSeconds } from '@/format/quantity';
import { secondsBetween } from '@/format/time';
import { useLocale } from '@/i18n/locale';
import { Facts } from '@/ui/Facts';
import { Section } from '@/ui/Page';
import { Time } from '@/ui/Time';
import { requestOf } from './outcome';

export function JobFacts({ job, project }: { job: Job; project: string }) {
  const { t, locale } = useLocale();
  const request = requestOf(job);
  return (
    <Section>
      <Facts
        facts={[
          { label: t('backups.state'), value: <JobStatus state={job.state} /> },
          {
            label: t('backups.who'),
            value: job.created_by === 'schedule' ? t('backups.bySchedule') : job.created_by,
          },
          { label: t('job.created'), value: <Time at={job.created_at} /> },
          job.started_at && job.finished_at
            ? {
                label: t('backups.duration'),
                value: formatSeconds(secondsBetween(job.started_at, job.finished_at), locale),
              }
            : null,
          request.mode === undefined ? null : { label: t('restores.mode'), value: t(`mode.${request.mode}`) },
          request.source === '' ? null : { label: t('job.source'), value: request.source },
          request.backup === ''
            ? null
            : {
                label: t('jobKind.backup'),
                value: (
                  <Link to={`/projects/${project}/backups/${request.backup}`}>{t('job.openBackup')}</Link>
                ),
              },
          (job.attempt ?? 1) > 1 ? { label: t('job.attempt'), value: job.attempt } : null,
        ]}
      />
    </Section>
  );
}
