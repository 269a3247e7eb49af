import type { ImportOutcome, Job } from '@/api/types';
import { JobStatus } from '@/features/status/JobStatus';
import { useTranslate } from '@/i18n/locale';
import { IconAlert, IconCheck, IconSearch, IconX } from '@/ui/icons';
import { Status } from '@/ui/Status';
import classes from './Import.module.css';
import { countOf, importOutcome } from './outcome';

const looks = {
  kept: { tone: 'good', icon: IconCheck },
  wanted: { tone: 'info', icon: IconSearch },
  refused: { tone: 'bad', icon: IconX },
} as const;

// What came of an import; of one that is not over, or broke off, how it is.
export function DecisionStatus({ job }: { job: Job }) {
  const outcome = importOutcome(job);
  return outcome === undefined ? <JobStatus state={job.state} /> : <Decision outcome={outcome} />;
}

function Decision({ outcome: { decision, report } }: { outcome: ImportOutcome }) {
  const t = useTranslate();
  const warnings = countOf(report, 'warning');
  const look =
    decision === 'wanted' && warnings > 0 ? ({ tone: 'warn', icon: IconAlert } as const) : looks[decision];
  return (
    <span className={classes.pair}>
      <Status {...look} word={t(`decision.${decision}`)} />
      {decision !== 'refused' && warnings > 0 && (
        <span className="dimmed small">{t('decision.warnings', { count: warnings })}</span>
      )}
    </span>
  );
}
