import { Button, Progress } from '@mantine/core';
import { formatBytes, formatRate, formatSeconds } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { Notice, ProblemNotice } from '@/ui/Notice';
import classes from './Import.module.css';
import type { RunView } from './uploads';

interface Props {
  run: RunView;
  onGoOn: () => void;
  onCancel: () => void;
}

export function UploadProgress({ run, onGoOn, onCancel }: Props) {
  const { t, locale } = useLocale();
  const share = Math.floor((100 * run.sent) / run.size);
  const label = t('upload.label', { name: run.name });
  const { bytesPerSecond } = run;
  const facts = [
    t('progress.of', { done: formatBytes(run.sent, locale), total: formatBytes(run.size, locale) }),
    ...(bytesPerSecond === undefined
      ? []
      : [
          formatRate(bytesPerSecond, locale),
          t('progress.left', { time: formatSeconds((run.size - run.sent) / bytesPerSecond, locale) }),
        ]),
  ];
  return (
    <div className={classes.upload} role="group" aria-label={label}>
      <div className={classes.uploadHead}>
        <strong>{label}</strong>
        <span className="numbers nowrap">{share} %</span>
      </div>
      <Progress.Root size="md" radius="xl">
        <Progress.Section
          value={share}
          animated={run.state === 'sending'}
          color="sky"
          aria-label={label}
          aria-valuetext={`${share} %`}
        />
      </Progress.Root>
      <p className="dimmed small numbers">{facts.join(' · ')}</p>
      {run.state === 'waiting' && (
        <Notice tone="warn" title={t('upload.waiting')} role="status">
          <p>{t('upload.waitingNext', { count: run.pauseSeconds })}</p>
        </Notice>
      )}
      {run.state === 'stopped' && <ProblemNotice error={run.problem} onRetry={onGoOn} />}
      <div>
        <Button variant="default" size="xs" onClick={onCancel}>
          {run.state === 'stopped' ? t('upload.throwAway') : t('action.cancel')}
        </Button>
      </div>
    </div>
  );
}
