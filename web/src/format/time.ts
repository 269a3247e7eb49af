// Instants in words. Everything is shown in platform time; the viewer's own is a second opinion.

export type TimeStyle = 'date' | 'time' | 'short' | 'full';

const styles: Record<TimeStyle, Intl.DateTimeFormatOptions> = {
  date: { year: 'numeric', month: 'short', day: 'numeric' },
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  short: { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  full: {
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  },
};

const formatters = new Map<string, Intl.DateTimeFormat>();

// Making a formatter costs more than formatting a thousand times with it.
function formatter(
  locale: string,
  timeZone: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${JSON.stringify(options)}`;
  let made = formatters.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(locale, { ...options, timeZone });
    formatters.set(key, made);
  }
  return made;
}

export function viewerTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

// A short time of another year says which.
export function formatTime(
  at: string,
  style: TimeStyle,
  locale: string,
  timeZone: string,
  now = new Date(),
): string {
  const date = new Date(at);
  const options = styles[style];
  const otherYear = style === 'short' && yearIn(date, timeZone) !== yearIn(now, timeZone);
  return formatter(locale, timeZone, otherYear ? { ...options, year: 'numeric' } : options).format(date);
}

function yearIn(date: Date, timeZone: string): string {
  return formatter('en', timeZone, { year: 'numeric' }).format(date);
}

// "2026-11-23" in that zone: sorts and compares.
export function dayIn(at: string | Date, timeZone: string): string {
  return formatter('sv', timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(at),
  );
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86400],
  ['month', 30 * 86400],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

// "5 hours ago", "in 3 days", "now"
export function formatRelative(at: string, now: Date, locale: string): string {
  const seconds = (new Date(at).getTime() - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, length] of steps) {
    // Days are counted from 36 hours on, because "1 day ago" hides too much of a daily backup.
    const from = unit === 'day' ? 1.5 * length : length;
    if (Math.abs(seconds) >= from) return format.format(Math.round(seconds / length), unit);
  }
  return format.format(0, 'second');
}

export function secondsBetween(from: string, to: string | Date): number {
  return Math.max(0, (new Date(to).getTime() - new Date(from).getTime()) / 1000);
}

// What a date field says, as the first instant of that day in the zone, in UTC.
export function startOfDay(day: string, timeZone: string): string {
  const guess = new Date(`${day}T00:00:00Z`);
  const shown = formatter('sv', timeZone, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(guess);
  const offset = new Date(`${shown.replace(' ', 'T')}Z`).getTime() - guess.getTime();
  return new Date(guess.getTime() - offset).toISOString();
}
