import type { Health } from '@/api/types';
import { healthLooks } from '@/features/status/HealthStatus';
import { useTranslate } from '@/i18n/locale';
import { Time } from '@/ui/Time';
import classes from './HealthBanner.module.css';

// Whether this project is safe, and why: one sentence, then the facts that it stands on.
export function HealthBanner({ health }: { health: Health }) {
  const t = useTranslate();
  const { tone, icon: HealthIcon } = healthLooks[health.state];
  // A single reason is as a rule what the sentence says already, after its first word.
  const said = health.sentence.toLocaleLowerCase();
  const reasons = health.reasons.filter(({ text }) => !said.includes(text.toLocaleLowerCase()));
  return (
    <section className={classes.banner} data-tone={tone} aria-label={t('banner.label')}>
      <span className={classes.icon}>
        <HealthIcon size={26} stroke={1.9} aria-hidden="true" />
      </span>
      <div className={classes.words}>
        <p className={classes.sentence}>{health.sentence}</p>
        {reasons.length > 0 && (
          <ul className={classes.reasons}>
            {reasons.map((reason) => (
              <li key={reason.code + reason.text}>{reason.text}</li>
            ))}
          </ul>
        )}
      </div>
      <dl className={classes.facts}>
        <div>
          <dt>{t('banner.lastGood')}</dt>
          <dd>
            <Time at={health.last_good_at} style="relative" missing={t('state.never')} />
          </dd>
        </div>
        <div>
          <dt>{t('banner.objective')}</dt>
          <dd>{t('banner.hours', { count: health.objective_hours })}</dd>
        </div>
        <div>
          <dt>{t('banner.verified')}</dt>
          <dd>
            <Time at={health.last_verified_at} style="relative" missing={t('state.never')} />
          </dd>
        </div>
        <div>
          <dt>{t('banner.next')}</dt>
          <dd>
            <Time at={health.next_run_at} missing={t('state.none')} />
          </dd>
        </div>
      </dl>
    </section>
  );
}
