import { expect, it } from 'vitest';
import { seriesOf } from './series';

it('turns points of stores into days, and counts the source of a day once', () => {
  const point = (day: string, store: string, bytes: number) => ({ day, store, bytes, source_bytes: 900 });
  const { stores, days } = seriesOf([
    point('2026-11-23', 'b', 20),
    point('2026-11-22', 'a', 8),
    point('2026-11-23', 'a', 10),
  ]);
  expect(stores).toEqual(['a', 'b']);
  expect(days).toEqual([
    { day: '2026-11-22', source: 900, a: 8 },
    { day: '2026-11-23', source: 900, a: 10, b: 20 },
  ]);
});
