// The few rhythms that most people want, as cron expressions and back. All others are "custom".
export const rhythms = ['daily', 'weekdays', 'weekly', 'hours', 'custom'] as const;
export type Rhythm = (typeof rhythms)[number];

export interface Plan {
  rhythm: Rhythm;
  time: string; // "01:00"
  weekday: number; // 0: Sunday
  everyHours: number;
  custom: string;
}

export const dailyAtOne: Plan = { rhythm: 'daily', time: '01:00', weekday: 0, everyHours: 6, custom: '' };

export function cronOf(plan: Plan): string {
  const [hour = 0, minute = 0] = plan.time.split(':').map(Number);
  switch (plan.rhythm) {
    case 'daily':
      return `${minute} ${hour} * * *`;
    case 'weekdays':
      return `${minute} ${hour} * * 1-5`;
    case 'weekly':
      return `${minute} ${hour} * * ${plan.weekday}`;
    case 'hours':
      return `${minute} */${plan.everyHours} * * *`;
    case 'custom':
      return plan.custom.trim();
  }
}

export function planOf(cron: string): Plan {
  const custom: Plan = { ...dailyAtOne, rhythm: 'custom', custom: cron };
  const [minute = '', hour = '', dayOfMonth, month, weekday = '', extra] = cron.trim().split(/\s+/);
  if (dayOfMonth !== '*' || month !== '*' || extra !== undefined || !/^\d{1,2}$/.test(minute)) return custom;
  const every = /^\*\/(\d{1,2})$/.exec(hour);
  if (every && weekday === '*') {
    return { ...dailyAtOne, rhythm: 'hours', everyHours: Number(every[1]), time: timeOf('0', minute) };
  }
  if (!/^\d{1,2}$/.test(hour)) return custom;
  const time = timeOf(hour, minute);
  if (weekday === '*') return { ...dailyAtOne, rhythm: 'daily', time };
  if (weekday === '1-5') return { ...dailyAtOne, rhythm: 'weekdays', time };
  if (/^[0-6]$/.test(weekday)) return { ...dailyAtOne, rhythm: 'weekly', time, weekday: Number(weekday) };
  return custom;
}

function timeOf(hour: string, minute: string): string {
  return `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
}

export function weekdayName(weekday: number, locale: string): string {
  // The first of February 2026 is a Sunday.
  return new Date(Date.UTC(2026, 1, 1 + weekday)).toLocaleDateString(locale, {
    weekday: 'long',
    timeZone: 'UTC',
  });
}
