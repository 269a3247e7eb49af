// Sizes, counts, rates and spans of time, as the command line says them: powers of 1000.

const thousands = ['', 'k', 'M', 'G', 'T', 'P'];

const isFrench = (locale: string): boolean => locale.startsWith('fr');

export function formatBytes(bytes: number, locale = 'en'): string {
  const sign = bytes < 0 ? '−' : '';
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < thousands.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const number = value.toLocaleString(locale, { maximumFractionDigits: digits });
  return `${sign}${number} ${thousands[unit] ?? ''}${isFrench(locale) ? 'o' : 'B'}`;
}

export function formatBytesChange(bytes: number, locale = 'en'): string {
  return bytes > 0 ? `+${formatBytes(bytes, locale)}` : formatBytes(bytes, locale);
}

export function formatCount(count: number, locale = 'en'): string {
  return count.toLocaleString(locale);
}

export function formatCountChange(count: number, locale = 'en'): string {
  return count.toLocaleString(locale, { signDisplay: 'exceptZero' }).replace('-', '−');
}

export function formatRate(bytesPerSecond: number, locale = 'en'): string {
  return `${formatBytes(bytesPerSecond, locale)}/s`;
}

// "420 ms", "4.2 s", "12 s", "3 min 05 s", "2 h 10 min", "4 d 3 h"
export function formatSeconds(seconds: number, locale = 'en'): string {
  if (seconds < 0.001) return '< 1 ms';
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toLocaleString(locale, { maximumFractionDigits: 1 })} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} ${isFrench(locale) ? 'j' : 'd'} ${hours % 24} h`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

// "6.2×": how many times smaller; empty when nothing can be said.
export function formatFactor(of: number, into: number, locale = 'en'): string {
  if (of <= 0 || into <= 0) return '';
  return `${(of / into).toLocaleString(locale, { maximumFractionDigits: 1 })}×`;
}

// "0.9 %": how much of the whole; empty when nothing can be said.
export function formatShare(part: number, whole: number, locale = 'en'): string {
  if (part <= 0 || whole <= 0) return '';
  return (part / whole).toLocaleString(locale, { style: 'percent', maximumSignificantDigits: 2 });
}

// "15.14 (Debian 15.14-0+deb12u1)" as people say it.
export const shortVersion = (version: string): string => version.split(' ')[0] ?? version;
