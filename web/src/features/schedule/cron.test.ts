import { describe, expect, it } from 'vitest';
import { cronOf, dailyAtOne, planOf } from './cron';

describe('a rhythm', () => {
  it.each([
    ['0 1 * * *', { rhythm: 'daily', time: '01:00' }],
    ['30 13 * * 1-5', { rhythm: 'weekdays', time: '13:30' }],
    ['5 4 * * 0', { rhythm: 'weekly', time: '04:05', weekday: 0 }],
    ['0 */6 * * *', { rhythm: 'hours', everyHours: 6 }],
  ])('%s is known again, and comes out as it came in', (cron, plan) => {
    expect(planOf(cron)).toMatchObject(plan);
    expect(cronOf(planOf(cron))).toBe(cron);
  });

  it.each(['0 1 1 * *', '*/15 * * * *', '0 1,13 * * *', '0 1 * jan *', '@daily'])(
    '%s is left as it is',
    (cron) => {
      expect(planOf(cron).rhythm).toBe('custom');
      expect(cronOf(planOf(cron))).toBe(cron);
    },
  );

  it('is every night at one unless somebody says otherwise', () => {
    expect(cronOf(dailyAtOne)).toBe('0 1 * * *');
  });
});
