import type { Job, JobEvent } from '@/api/types';
import { formatSeconds } from '@/format/quantity';
import { secondsBetween } from '@/format/time';
import { useLocale } from '@/i18n/locale';
import { Time } from '@/ui/Time';
import { IconAlert, IconCheck, IconRefresh, IconX } from '@/ui/icons';
import { stepsOf } from './events';
import classes from './JobStory.module.css';

// The steps of a job with how long each took, then every line of its log.
export function JobStory({ job, events }: { job: Job; events: JobEvent[] }) {
  const { t, locale } = useLocale();
  const steps = stepsOf(events, job.finished_at);
  const warnings = events.filter((event) => event.kind === 'warning');
  return (
    <div className={classes.story}>
      {steps.length > 0 && (
        <ol className={classes.steps} role="list" aria-label={t('story.steps')}>
          {steps.map((step, index) => {
            const current = step.until === undefined;
            const broken = index === steps.length - 1 && job.state === 'failed';
            const StepIcon = current ? IconRefresh : broken ? IconX : IconCheck;
            const state = current ? 'current' : broken ? 'broken' : 'done';
            return (
              <li key={`${step.at}${step.text}`} className={classes.step} data-state={state}>
                <span className={classes.dot}>
                  <StepIcon size={14} stroke={2.6} aria-hidden="true" />
                </span>
                <span>
                  {step.text}
                  <span className="reader-only"> ({t(`story.${state}`)})</span>
                </span>
                <span className="dimmed small numbers nowrap">
                  {step.until === undefined
                    ? t('story.underWay')
                    : formatSeconds(secondsBetween(step.at, step.until), locale)}
                </span>
              </li>
            );
          })}
        </ol>
      )}
      {warnings.length > 0 && (
        <ul className={classes.warnings}>
          {warnings.map((event) => (
            <li key={event.sequence}>
              <IconAlert size={16} aria-hidden="true" />
              <span>{event.text}</span>
            </li>
          ))}
        </ul>
      )}
      {events.length > 0 && (
        <details className={classes.log} open={steps.length === 0}>
          <summary>{t('story.log', { count: events.length })}</summary>
          <ol role="list">
            {events.map((event) => (
              <li key={event.sequence}>
                <span className="dimmed numbers">
                  <Time at={event.at} style="time" />
                </span>
                <span>{event.text}</span>
              </li>
            ))}
          </ol>
        </details>
      )}
      {events.length === 0 && <p className="dimmed">{t('story.nothing')}</p>}
    </div>
  );
}
