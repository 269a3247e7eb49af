import type { Backup } from '@/api/types';
import type { Translate } from '@/i18n/locale';

export function isRestorable(backup: Pick<Backup, 'state'>): boolean {
  return backup.state === 'good' || backup.state === 'degraded';
}

export function madeBy(backup: Pick<Backup, 'created_by'>, t: Translate): string {
  if (backup.created_by === 'schedule') return t('backups.bySchedule');
  if (backup.created_by === 'recovered') return t('backups.byRecovery');
  return backup.created_by;
}

const tierPattern = /^(daily|weekly|monthly) (\S+)$/;

// "weekly 2026-W47" → "Week 47"; what is no tier ("pinned") stays as the server says it.
export function shortTier(tier: string, t: Translate, locale: string): string {
  const match = tierPattern.exec(tier);
  if (!match) return tier;
  const [, kind, bucket = ''] = match;
  if (kind === 'daily') return t('tier.daily');
  if (kind === 'weekly') return t('tier.weekly', { week: bucket.slice(-2).replace(/^0/, '') });
  const month = new Date(`${bucket}-15T12:00:00Z`).toLocaleDateString(locale, {
    month: 'long',
    timeZone: 'UTC',
  });
  return t('tier.monthly', { month });
}
