import { describe, expect, it } from 'vitest';
import { providerAddress, wordsOfProblem } from './oidc';

describe('what comes back from the provider', () => {
  it('has words of its own', () => {
    expect(wordsOfProblem(null)).toBeNull();
    expect(wordsOfProblem('oidc_expired')).toBe('oidc.problem.expired');
  });
  it.each(['', 'oidc_', 'oidc_other', '<b>your password</b>', 'invalid_argument'])(
    'is said in general words when it is %s',
    (code) => {
      expect(wordsOfProblem(code)).toBe('oidc.problem.other');
    },
  );
});

describe('the way to the provider', () => {
  it('names the page to come back to', () => {
    expect(providerAddress('/projects/acme?state=good')).toBe(
      '/api/v1/session/oidc?return_to=%2Fprojects%2Facme%3Fstate%3Dgood',
    );
  });
  it('never leads to another site', () => {
    expect(providerAddress('//evil.example')).toBe('/api/v1/session/oidc?return_to=%2F');
  });
});
