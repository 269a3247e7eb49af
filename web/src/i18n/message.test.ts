import { describe, expect, it } from 'vitest';
import { en } from './en';
import { fr } from './fr';
import { formatMessage } from './message';
import type { Message } from './message';

const backups: Message = { one: '{count} backup', other: '{count} backups' };

describe('a message', () => {
  it('takes its parameters, numbers as the language writes them', () => {
    expect(formatMessage('{branch} has {rows} rows', 'en', { branch: 'main', rows: 61204 })).toBe(
      'main has 61,204 rows',
    );
  });

  it('leaves what it was not given, so that it is seen', () => {
    expect(formatMessage('{branch}', 'en')).toBe('{branch}');
  });

  it('has the plural of its language', () => {
    expect(formatMessage(backups, 'en', { count: 1 })).toBe('1 backup');
    expect(formatMessage(backups, 'en', { count: 0 })).toBe('0 backups');
    const french: Message = { one: '{count} sauvegarde', other: '{count} sauvegardes' };
    expect(formatMessage(french, 'fr', { count: 0 })).toBe('0 sauvegarde');
    expect(formatMessage(french, 'fr', { count: 2 })).toBe('2 sauvegardes');
  });
});

const parameters = (message: Message): string[] => {
  const text = typeof message === 'string' ? message : message.other;
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
};

describe('the French texts', () => {
  it.each(Object.entries(fr))('take the same parameters as the English: %s', (key, message) => {
    expect(parameters(message)).toEqual(parameters(en[key as keyof typeof en]));
  });

  it('are all there', () => {
    expect(Object.keys(en).filter((key) => !(key in fr))).toEqual([]);
  });

  it('name nothing that English does not', () => {
    expect(Object.keys(fr).filter((key) => !(key in en))).toEqual([]);
  });
});
