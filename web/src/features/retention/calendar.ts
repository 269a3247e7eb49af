import type { RetentionCalendar } from '@/api/types';

export interface Bar {
  key: string;
  backup: string;
  at: string;
  expected: boolean;
  tiers: string[];
  // Positions of days, the last one included.
  first: number;
  last: number;
  // It lives beyond the days that are shown.
  open: boolean;
}

// From "who lives on each day" to "from when to when does each live".
export function barsOf(calendar: RetentionCalendar): Bar[] {
  const bars = new Map<string, Bar>();
  const lastDay = calendar.days.length - 1;
  calendar.days.forEach((day, index) => {
    for (const entry of day.backups) {
      const key = entry.backup || entry.at;
      const bar = bars.get(key);
      if (bar) {
        bar.last = index;
        bar.open = index === lastDay;
        bar.tiers = [...new Set([...bar.tiers, ...entry.tiers])];
      } else {
        bars.set(key, {
          key,
          backup: entry.backup ?? '',
          at: entry.at,
          expected: entry.expected,
          tiers: [...entry.tiers],
          first: index,
          last: index,
          open: index === lastDay,
        });
      }
    }
  });
  return [...bars.values()].sort((a, b) => b.at.localeCompare(a.at));
}

// The days at which the scale says a date: the first one, then each Monday.
export function weekMarks(days: string[]): number[] {
  return days
    .map((day, index) => ({ index, monday: new Date(`${day}T12:00:00Z`).getUTCDay() === 1 }))
    .filter(({ index, monday }) => index === 0 || (monday && index > 2))
    .map(({ index }) => index);
}
