import type { MessageKey } from '@/i18n/en';
import { safeNext } from './next';

const problems = [
  'cancelled',
  'disabled',
  'expired',
  'forbidden_domain',
  'linked_otherwise',
  'misconfigured',
  'not_configured',
  'throttled',
  'unavailable',
  'unknown_person',
  'untrusted',
  'unverified_email',
] as const;

// Words for the code with which a browser comes back from the provider. It stands in the address, where
// anybody may have put it: of a code that we do not know nothing is shown.
export function wordsOfProblem(code: string | null): MessageKey | null {
  if (code === null) return null;
  const known = problems.find((problem) => code === `oidc_${problem}`);
  return known ? `oidc.problem.${known}` : 'oidc.problem.other';
}

// Where the button leads: the server sends the browser on to the provider.
export function providerAddress(next: string | null): string {
  return `/api/v1/session/oidc?return_to=${encodeURIComponent(safeNext(next))}`;
}
