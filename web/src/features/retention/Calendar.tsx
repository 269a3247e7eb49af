import { Link } from 'react-router-dom';
import { usePlatformZone } from '@/api/session';
import type { RetentionCalendar } from '@/api/types';
import { shortTier } from '@/features/backups/words';
import { formatTime } from '@/format/time';
import { useLocale } from '@/i18n/locale';
import classes from './Calendar.module.css';
import { barsOf, weekMarks } from './calendar';
import type { Bar } from './calendar';

interface Props {
  calendar: RetentionCalendar;
  project: string;
  expected: boolean;
}

// A row for each backup, a bar over the days that it will live.
export function Calendar({ calendar, project, expected }: Props) {
  const { t, locale } = useLocale();
  const days = calendar.days.map(({ day }) => day);
  const bars = barsOf(calendar).filter((bar) => expected || !bar.expected);
  const date = (day: string) =>
    new Date(`${day}T12:00:00Z`).toLocaleDateString(locale, {
      month: 'short',
      day: 'numeric',
      timeZone: 'UTC',
    });
  const columns = `var(--label-width) repeat(${days.length}, minmax(0.45rem, 1fr))`;
  return (
    // The bars of many days scroll within their own frame, by keyboard too.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.frame} tabIndex={0} role="group" aria-label={t('calendar.title')}>
      <div className={classes.calendar} role="table" aria-label={t('calendar.title')}>
        <div className={classes.row} role="row" style={{ gridTemplateColumns: columns }}>
          <span role="columnheader" className={classes.label}>
            {t('calendar.backup')}
          </span>
          <span
            role="columnheader"
            className={classes.scale}
            style={{ gridColumn: `2 / span ${days.length}` }}
          >
            <span className="reader-only">{t('calendar.lives')}</span>
            {weekMarks(days).map((index) => (
              <span
                key={index}
                aria-hidden="true"
                className={classes.mark}
                style={{ left: `${(100 * index) / days.length}%` }}
              >
                {index === 0 ? t('calendar.today') : date(days[index] ?? '')}
              </span>
            ))}
          </span>
        </div>
        {bars.map((bar) => (
          <BarRow
            key={bar.key}
            bar={bar}
            columns={columns}
            project={project}
            lastDay={days[bar.last] ?? ''}
            date={date}
          />
        ))}
      </div>
    </div>
  );
}

interface BarProps {
  bar: Bar;
  columns: string;
  project: string;
  lastDay: string;
  date: (day: string) => string;
}

function BarRow({ bar, columns, project, lastDay, date }: BarProps) {
  const { t, locale } = useLocale();
  const zone = usePlatformZone();
  const tier =
    bar.tiers.find((each) => each.startsWith('monthly')) ??
    bar.tiers.find((each) => each.startsWith('weekly'));
  const kind = tier?.split(' ')[0] ?? 'daily';
  const why = bar.tiers.map((each) => shortTier(each, t, locale)).join(', ');
  const until = bar.open
    ? t('calendar.beyond', { day: date(lastDay) })
    : t('calendar.until', { day: date(lastDay) });
  const at = formatTime(bar.at, 'short', locale, zone);
  return (
    <div className={classes.row} role="row" style={{ gridTemplateColumns: columns }}>
      <span role="cell" className={classes.label}>
        {bar.backup === '' ? (
          <span className="dimmed">{at}</span>
        ) : (
          <Link to={`/projects/${project}/backups/${bar.backup}`}>{at}</Link>
        )}
      </span>
      <span
        role="cell"
        className={classes.bar}
        data-kind={kind}
        data-expected={bar.expected || undefined}
        data-open={bar.open || undefined}
        style={{ gridColumn: `${bar.first + 2} / ${bar.last + 3}` }}
        title={[why, until].filter((part) => part !== '').join(' · ')}
      >
        <span className={classes.barText}>
          {why}
          <span className="reader-only"> {until}</span>
        </span>
      </span>
    </div>
  );
}
