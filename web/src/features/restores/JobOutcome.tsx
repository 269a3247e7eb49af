import { Link } from 'react-router-dom';
import { sentence } from '@/api/problem';
import type { Job } from '@/api/types';
import { formatCount } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { Notice } from '@/ui/Notice';
import { NeutralizationReport } from './NeutralizationReport';
import { outcomeOf } from './outcome';

// What came of a job: its result, or what went wrong and what that means for the branch.
export function JobOutcome({ job, project }: { job: Job; project: string }) {
  const { t, locale } = useLocale();
  const replaces = job.kind === 'restore' || job.kind === 'refresh';
  if (job.state === 'failed') {
    return (
      <Notice tone="bad" title={job.error ? sentence(job.error.message) : t('outcome.failed')} role="alert">
        {job.error?.hint && <p>{sentence(job.error.hint)}</p>}
        {replaces && <p>{t('outcome.branchUntouched', { branch: job.branch })}</p>}
      </Notice>
    );
  }
  if (job.state === 'cancelled') {
    return (
      <Notice tone="info" title={t('outcome.cancelled')}>
        {replaces && <p>{t('outcome.branchUntouched', { branch: job.branch })}</p>}
      </Notice>
    );
  }
  if (job.state !== 'succeeded' || !(replaces || job.kind === 'undo')) return null;
  const outcome = outcomeOf(job);
  return (
    <>
      <Notice
        tone="good"
        title={
          job.kind === 'undo'
            ? t('outcome.undone', { branch: job.branch })
            : t('outcome.restored', { branch: job.branch })
        }
        role="status"
      >
        {outcome.rows !== undefined && (
          <p>
            {t('outcome.checked', {
              rows: formatCount(outcome.rows, locale),
              files: formatCount(outcome.files ?? 0, locale),
            })}
          </p>
        )}
        {outcome.check !== '' && <p>{sentence(outcome.check)}</p>}
        {outcome.safetyBackup !== '' && (
          <p>
            <Link to={`/projects/${project}/backups/${outcome.safetyBackup}`}>{t('outcome.safety')}</Link>
          </p>
        )}
      </Notice>
      {outcome.notices.map((notice) => (
        <Notice key={notice} tone="warn" title={sentence(notice)} />
      ))}
      {outcome.neutralization && <NeutralizationReport report={outcome.neutralization} />}
    </>
  );
}
