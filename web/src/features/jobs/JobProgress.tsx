import { Progress } from '@mantine/core';
import type { Job } from '@/api/types';
import { formatBytes, formatRate, formatSeconds } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import classes from './JobProgress.module.css';

// How far a job is: stage, share, amount, rate and the time that is left.
export function JobProgress({ job, label }: { job: Job; label: string }) {
  const { locale, t } = useLocale();
  const { phase, done_bytes, total_bytes, bytes_per_second, seconds_left } = job.progress;
  const known = total_bytes > 0;
  // What is not over is not whole, however little is left.
  const share = known ? Math.min(99, (100 * done_bytes) / total_bytes) : 0;
  const facts = [
    known
      ? t('progress.of', { done: formatBytes(done_bytes, locale), total: formatBytes(total_bytes, locale) })
      : done_bytes > 0 && formatBytes(done_bytes, locale),
    bytes_per_second ? formatRate(bytes_per_second, locale) : false,
    typeof seconds_left === 'number' && t('progress.left', { time: formatSeconds(seconds_left, locale) }),
  ].filter((fact) => typeof fact === 'string');
  return (
    <div className={classes.progress}>
      <div className={classes.head}>
        <span className={classes.phase}>
          {job.state === 'queued' ? t('progress.queued') : phase || t('progress.starting')}
        </span>
        {known && <span className="numbers">{Math.floor(share)} %</span>}
      </div>
      <Progress.Root size="md" radius="xl">
        <Progress.Section
          value={known ? share : 100}
          animated={!known || job.state === 'running'}
          striped={!known}
          color="sky"
          aria-label={label}
          aria-valuetext={known ? `${Math.floor(share)} %` : t('progress.unknown')}
        />
      </Progress.Root>
      <p className={`${classes.facts ?? ''} numbers`}>{facts.join(' · ')}</p>
    </div>
  );
}
