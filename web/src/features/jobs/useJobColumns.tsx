import { Link } from 'react-router-dom';
import type { Job } from '@/api/types';
import { formatSeconds } from '@/format/quantity';
import { secondsBetween } from '@/format/time';
import { useLocale } from '@/i18n/locale';
import type { Column } from '@/ui/DataTable';
import { Time } from '@/ui/Time';

// Columns that every list of jobs has. `pageOf`: where a job is told of.
export function useJobColumns() {
  const { t, locale } = useLocale();
  return {
    when: (pageOf: (job: Job) => string): Column<Job> => ({
      id: 'when',
      header: t('restores.when'),
      card: 'title',
      cell: (job) => (
        <Link to={pageOf(job)}>
          <Time at={job.created_at} />
        </Link>
      ),
    }),
    by: {
      id: 'by',
      header: t('backups.who'),
      cell: (job) => (job.created_by === 'schedule' ? t('backups.bySchedule') : job.created_by),
    } satisfies Column<Job>,
    duration: {
      id: 'duration',
      header: t('backups.duration'),
      align: 'end',
      cell: (job) =>
        job.started_at && job.finished_at
          ? formatSeconds(secondsBetween(job.started_at, job.finished_at), locale)
          : '–',
    } satisfies Column<Job>,
  };
}
