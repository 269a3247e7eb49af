import { describe, expect, it } from 'vitest';
import { problemOf, sentence } from '@/api/problem';
import { initials } from '@/app/initials';
import { en } from '@/i18n/en';
import { formatMessage } from '@/i18n/message';
import { shortTier } from './backups/words';
import { filledOnly } from './branches/filled';
import { slugOf } from './fleet/slug';
import { browserName } from './profile/browser';
import { outcomeOf, requestOf } from './restores/outcome';
import { safeNext } from './sign-in/next';
import type { Job } from '@/api/types';
import type { Translate } from '@/i18n/locale';

const t: Translate = (key, parameters) => formatMessage(en[key], 'en', parameters);

describe('the name of a project', () => {
  it.each([
    ['Müller & Söhne GmbH', 'muller-sohne-gmbh'],
    ['  -Acme- ', 'acme'],
    ['日本', ''],
  ])('%s becomes %s', (title, slug) => expect(slugOf(title)).toBe(slug));
});

describe('where to go after signing in', () => {
  it('is a place of this site', () =>
    expect(safeNext('/projects/acme?tab=log')).toBe('/projects/acme?tab=log'));
  it.each([null, '', '//evil.example', '/\\evil.example', 'https://evil.example', '/sign-in'])(
    'is never %s',
    (next) => expect(safeNext(next)).toBe('/'),
  );
});

describe('a refusal', () => {
  it('is a whole sentence, however the server begins it', () => {
    expect(sentence('nobody is signed in')).toBe('Nobody is signed in.');
    expect(sentence('Is it there?')).toBe('Is it there?');
    expect(sentence('')).toBe('');
  });
  it('is said in the words of the server', () => {
    const problem = problemOf(
      { title: 'No such branch.', hint: 'See the list.', code: 'not_found', status: 404 },
      404,
    );
    expect([problem.message, problem.hint, problem.code]).toEqual([
      'No such branch.',
      'See the list.',
      'not_found',
    ]);
  });
  it('without words says its status', () => expect(problemOf('<html>', 502).message).toContain('502'));
});

describe('a tier', () => {
  it.each([
    ['daily 2026-11-22', 'day'],
    ['weekly 2026-W07', 'week 7'],
    ['monthly 2026-11', 'November'],
    ['pinned', 'pinned'],
  ])('%s is said as %s', (tier, words) => expect(shortTier(tier, t, 'en')).toBe(words));
});

describe('small words', () => {
  it('initials come from names and addresses', () => {
    expect(initials('Inès Laurent')).toBe('IL');
    expect(initials('lea@acme.example')).toBe('L');
  });
  it('browsers are known by their names', () => {
    expect(browserName('Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0')).toBe(
      'Firefox · Linux',
    );
    expect(browserName('curl/8.5')).toBe('curl');
  });
  it('what is left empty is not sent', () => expect(filledOnly({ a: ' ', b: 'x' })).toEqual({ b: 'x' }));
});

describe('the outcome of a restore', () => {
  const job = (more: object): Job =>
    ({ id: 'jb_1', kind: 'restore', state: 'succeeded', project: 'acme', branch: 'staging', ...more }) as Job;

  it('is read as far as it is there', () => {
    const outcome = outcomeOf(
      job({
        result: {
          rows: 12,
          neutralization: {
            neutralized: true,
            switched_off: [{ kind: 'scheduled_actions', before: 3, after: 0, names: ['a', 7] }],
          },
        },
      }),
    );
    expect(outcome.rows).toBe(12);
    expect(outcome.files).toBeUndefined();
    expect(outcome.neutralization?.switchedOff).toEqual([
      { kind: 'scheduled_actions', before: 3, after: 0, names: ['a'] },
    ]);
  });

  it('of a job without a result is empty, not an error', () => {
    expect(outcomeOf(job({ result: null })).neutralization).toBeUndefined();
    expect(requestOf(job({ request: { mode: 'odd' } })).mode).toBeUndefined();
    expect(requestOf(job({ request: { mode: 'neutralized' } })).mode).toBe('neutralized');
  });
});
