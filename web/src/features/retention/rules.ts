import type { RetentionPreview, RetentionRules } from '@/api/types';

export const tierRules = ['keep_daily', 'keep_weekly', 'keep_monthly'] as const;
export const dayRules = ['manual_days', 'imported_days', 'safety_days'] as const;
export type RuleName = (typeof tierRules)[number] | (typeof dayRules)[number];
export type FullRules = Record<RuleName, number>;

// What the platform keeps unless a project says otherwise.
export const defaultRules: FullRules = {
  keep_daily: 7,
  keep_weekly: 4,
  keep_monthly: 2,
  manual_days: 30,
  imported_days: 0,
  safety_days: 7,
};

export function fullRules(rules: RetentionRules): FullRules {
  return { ...defaultRules, ...rules };
}

export function sameRules(a: FullRules, b: FullRules): boolean {
  return changedRules(a, b).length === 0;
}

export interface RuleChange {
  name: RuleName;
  from: number;
  to: number;
  // Whether it can let a backup go earlier than before; 0 days stand for ever.
  stricter: boolean;
}

export function changedRules(from: FullRules, to: FullRules): RuleChange[] {
  return [...tierRules, ...dayRules]
    .filter((name) => from[name] !== to[name])
    .map((name) => {
      const days = (dayRules as readonly string[]).includes(name);
      const length = (value: number) => (days && value === 0 ? Infinity : value);
      return { name, from: from[name], to: to[name], stricter: length(to[name]) < length(from[name]) };
    });
}

export function freedBytes(preview: RetentionPreview): number {
  return preview.deleted.reduce((sum, backup) => sum + (backup.bytes ?? 0), 0);
}
