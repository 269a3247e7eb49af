import { describe, expect, it } from 'vitest';
import { formatBytes, formatBytesChange, formatCountChange, formatFactor, formatSeconds } from './quantity';

describe('sizes', () => {
  it('are said in powers of 1000, with about three digits', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(1000)).toBe('1 kB');
    expect(formatBytes(48_200_000_000)).toBe('48.2 GB');
    expect(formatBytes(214_000_000)).toBe('214 MB');
    expect(formatBytes(2_310_000_000_000)).toBe('2.31 TB');
  });

  it('go up a unit rather than to a thousand of the smaller', () => {
    expect(formatBytes(999_600)).toBe('1 MB');
  });

  it('follow the language', () => {
    expect(formatBytes(48_200_000_000, 'fr')).toBe('48,2 Go');
  });

  it('say which way they changed', () => {
    expect(formatBytesChange(1500)).toBe('+1.5 kB');
    expect(formatBytesChange(-1500)).toBe('−1.5 kB');
    expect(formatBytesChange(0)).toBe('0 B');
    expect(formatCountChange(-12_000)).toBe('−12,000');
    expect(formatCountChange(3)).toBe('+3');
  });
});

describe('spans of time', () => {
  it('get coarser as they get longer', () => {
    expect(formatSeconds(0.00004)).toBe('< 1 ms');
    expect(formatSeconds(0.42)).toBe('420 ms');
    expect(formatSeconds(4.21)).toBe('4.2 s');
    expect(formatSeconds(59.6)).toBe('1 min 00 s');
    expect(formatSeconds(185)).toBe('3 min 05 s');
    expect(formatSeconds(7800)).toBe('2 h 10 min');
    expect(formatSeconds(3 * 86_400 + 7200)).toBe('3 d 2 h');
  });
});

describe('a factor', () => {
  it('is said only when there is something to compare', () => {
    expect(formatFactor(640, 20)).toBe('32×');
    expect(formatFactor(0, 20)).toBe('');
    expect(formatFactor(640, 0)).toBe('');
  });
});
