import { describe, expect, it } from 'vitest';
import { barsOf, weekMarks } from './calendar';

const entry = (backup: string, at: string, tiers: string[] = []) => ({
  backup,
  at,
  expected: backup === '',
  tiers,
});

describe('the bars of a calendar', () => {
  const bars = barsOf({
    branch: 'main',
    days: [
      { day: '2026-11-23', backups: [entry('bk_1', '2026-11-22T00:00:00Z', ['daily 2026-11-22'])] },
      {
        day: '2026-11-24',
        backups: [
          entry('bk_1', '2026-11-22T00:00:00Z', ['weekly 2026-W47']),
          entry('', '2026-11-24T00:00:00Z', ['daily 2026-11-24']),
        ],
      },
      { day: '2026-11-25', backups: [entry('', '2026-11-24T00:00:00Z', ['daily 2026-11-24'])] },
    ],
  });

  it('reach from the first to the last day that a backup lives, the newest on top', () => {
    expect(bars.map(({ backup, first, last, open }) => ({ backup, first, last, open }))).toEqual([
      { backup: '', first: 1, last: 2, open: true },
      { backup: 'bk_1', first: 0, last: 1, open: false },
    ]);
  });

  it('gather every tier that holds it in the meantime', () => {
    expect(bars[1]?.tiers).toEqual(['daily 2026-11-22', 'weekly 2026-W47']);
  });
});

it('the scale says today, then Mondays that leave it room', () => {
  // The first is a Saturday.
  expect(weekMarks(['2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24'])).toEqual([0]);
  const days = Array.from({ length: 15 }, (_, index) => `2026-11-${String(10 + index).padStart(2, '0')}`);
  expect(weekMarks(days)).toEqual([0, 6, 13]);
});
