import { describe, expect, it } from 'vitest';
import { changedRules, defaultRules, freedBytes, fullRules, sameRules } from './rules';

describe('a change of rules', () => {
  it('names what became stricter and what did not', () => {
    const changes = changedRules(defaultRules, { ...defaultRules, keep_daily: 5, keep_weekly: 8 });
    expect(changes).toEqual([
      { name: 'keep_daily', from: 7, to: 5, stricter: true },
      { name: 'keep_weekly', from: 4, to: 8, stricter: false },
    ]);
  });

  it('knows that no days at all stand for ever', () => {
    expect(changedRules(defaultRules, { ...defaultRules, imported_days: 365 })[0]?.stricter).toBe(true);
    expect(changedRules(defaultRules, { ...defaultRules, manual_days: 0 })[0]?.stricter).toBe(false);
  });

  it('is none when the server leaves out what is as usual', () => {
    expect(sameRules(fullRules({ keep_daily: 7, keep_weekly: 4, keep_monthly: 2 }), defaultRules)).toBe(true);
  });

  it('sums what the deleted backups added', () => {
    const kept = (bytes?: number) => ({
      backup: 'bk_1',
      branch: 'main',
      kind: 'automatic' as const,
      at: '2026-11-23T00:00:00Z',
      keep: false,
      tiers: [],
      ...(bytes === undefined ? {} : { bytes }),
    });
    expect(freedBytes({ rules: defaultRules, backups: [], deleted: [kept(5), kept(), kept(7)] })).toBe(12);
  });
});
