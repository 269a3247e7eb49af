import { Button } from '@mantine/core';
import { Link } from 'react-router-dom';
import type { ImportOutcome, Job } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { IconRestore } from '@/ui/icons';
import { Notice } from '@/ui/Notice';
import classes from './Import.module.css';
import { countOf } from './outcome';

interface Props {
  job: Job;
  outcome: ImportOutcome;
}

// One sentence.
export function Verdict({ job, outcome }: Props) {
  const t = useTranslate();
  const { decision, report, backup } = outcome;
  const warnings = countOf(report, 'warning');
  if (decision === 'kept') {
    const base = `/projects/${job.project}`;
    return (
      <div className={classes.decision}>
        <Notice tone="good" title={t('report.kept')} role="status" />
        {backup !== '' && (
          <div className={classes.row}>
            <Button
              component={Link}
              to={`${base}/restore?backup=${backup}`}
              leftSection={<IconRestore size={18} />}
            >
              {t('report.restore')}
            </Button>
            <Button component={Link} variant="default" to={`${base}/backups/${backup}`}>
              {t('report.openBackup')}
            </Button>
          </div>
        )}
      </div>
    );
  }
  if (decision === 'refused') return <Notice tone="bad" title={t('report.refused')} role="status" />;
  return (
    <Notice
      tone={warnings > 0 ? 'warn' : 'good'}
      title={warnings > 0 ? t('report.warned', { count: warnings }) : t('report.clean')}
      role="status"
    >
      <p>{t('report.nothingKept')}</p>
    </Notice>
  );
}
