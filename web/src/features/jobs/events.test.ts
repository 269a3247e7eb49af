import { describe, expect, it } from 'vitest';
import type { JobEvent } from '@/api/types';
import { mergeEvents, stepsOf } from './events';

const event = (sequence: number, text: string, kind: JobEvent['kind'] = 'phase'): JobEvent => ({
  sequence,
  text,
  kind,
  at: `2026-11-23T00:00:0${sequence}Z`,
});

describe('the story of a job', () => {
  it('has each line once, in order, however it was told', () => {
    const merged = mergeEvents(
      [event(1, 'Reading'), event(3, 'Finishing')],
      [event(3, 'Finishing'), event(2, 'Writing')],
    );
    expect(merged.map(({ text }) => text)).toEqual(['Reading', 'Writing', 'Finishing']);
  });

  it('is a list of steps, each until the next, the last one still open', () => {
    const steps = stepsOf([event(1, 'Reading'), event(2, 'slow', 'warning'), event(3, 'Writing')], null);
    expect(steps).toEqual([
      { text: 'Reading', at: '2026-11-23T00:00:01Z', until: '2026-11-23T00:00:03Z' },
      { text: 'Writing', at: '2026-11-23T00:00:03Z', until: undefined },
    ]);
  });

  it('closes the last step when the job is over', () => {
    expect(stepsOf([event(1, 'Reading')], '2026-11-23T00:00:09Z')[0]?.until).toBe('2026-11-23T00:00:09Z');
  });
});
