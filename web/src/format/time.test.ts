import { describe, expect, it } from 'vitest';
import { dayIn, formatRelative, formatTime, startOfDay } from './time';

const brussels = 'Europe/Brussels';
const now = new Date('2026-11-23T10:00:00Z');

describe('a time', () => {
  it('is platform time, whatever the zone of the machine', () => {
    expect(formatTime('2026-11-23T00:00:05Z', 'short', 'en', brussels, now)).toBe('Nov 23, 01:00');
    expect(formatTime('2026-07-23T00:00:05Z', 'short', 'en', brussels, now)).toBe('Jul 23, 02:00');
  });

  it('says its year when that is another', () => {
    expect(formatTime('2025-12-31T12:00:00Z', 'short', 'en', brussels, now)).toContain('2025');
    expect(formatTime('2026-12-31T23:30:00Z', 'short', 'en', brussels, now)).toContain('2027');
  });

  it('names its zone when it is said in full', () => {
    expect(formatTime('2026-11-23T00:00:05Z', 'full', 'en', brussels)).toContain('GMT+1');
  });
});

describe('a time from now', () => {
  it('counts in hours until a day and a half', () => {
    expect(formatRelative('2026-11-23T05:00:00Z', now, 'en')).toBe('5 hours ago');
    expect(formatRelative('2026-11-22T03:00:00Z', now, 'en')).toBe('31 hours ago');
    expect(formatRelative('2026-11-19T10:00:00Z', now, 'en')).toBe('4 days ago');
  });

  it('looks ahead, and is now within a minute', () => {
    expect(formatRelative('2026-11-24T00:00:00Z', now, 'en')).toBe('in 14 hours');
    expect(formatRelative('2026-11-23T09:59:40Z', now, 'en')).toBe('now');
    expect(formatRelative('2026-11-23T05:00:00Z', now, 'fr')).toBe('il y a 5 heures');
  });
});

describe('a day', () => {
  it('begins at midnight of the platform', () => {
    expect(startOfDay('2026-11-23', brussels)).toBe('2026-11-22T23:00:00.000Z');
    expect(startOfDay('2026-07-01', 'America/New_York')).toBe('2026-07-01T04:00:00.000Z');
  });

  it('is the one that the platform has', () => {
    expect(dayIn('2026-11-22T23:30:00Z', brussels)).toBe('2026-11-23');
  });
});
