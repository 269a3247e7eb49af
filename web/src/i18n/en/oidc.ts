import type { Message } from '../message';

// Signing in at an OpenID Connect provider, and what may come of it.
export const oidc = {
  'oidc.button': 'Sign in with {label}',
  'oidc.or': 'or',
  'oidc.failed': 'The sign-in did not work',
  'oidc.problem.cancelled': 'The sign-in was not finished at the provider. Begin it again when you like.',
  'oidc.problem.disabled': 'Your account here is disabled. Ask an operator of this platform.',
  'oidc.problem.expired':
    'It took too long, was begun in another window, or was finished already. Begin it again.',
  'oidc.problem.forbidden_domain':
    'Addresses of your domain may not sign in here. Use another address, or ask an operator of this platform.',
  'oidc.problem.linked_otherwise':
    'The account with your address belongs to another person of the provider. An operator can remove that link under People.',
  'oidc.problem.misconfigured':
    'The provider and this platform do not agree on their settings. Sign in with name and password, and tell an operator: the server’s log says more.',
  'oidc.problem.not_configured': 'This platform has no such provider. Sign in with name and password.',
  'oidc.problem.other':
    'Something went wrong on the way. Begin it again; when it stays so, sign in with name and password and tell an operator.',
  'oidc.problem.throttled': 'There were too many tries from here. Wait a few minutes, then begin it again.',
  'oidc.problem.unavailable':
    'The provider does not answer. Sign in with name and password, or try again in a few minutes.',
  'oidc.problem.unknown_person':
    'There is no account with your address here. Ask an admin of your project to invite exactly this address.',
  'oidc.problem.untrusted':
    'What came back from the provider could not be verified. Begin it again; when it stays so, tell an operator.',
  'oidc.problem.unverified_email':
    'The provider does not vouch for your e-mail address. Confirm it there, then begin again.',
  'oidc.linked': 'Linked with {label}',
  'oidc.linkedWhat': 'You can sign in there instead of with your password.',
  'oidc.provider': 'the sign-in provider',
  'oidc.notLinked': 'Not linked with {label} yet',
  'oidc.notLinkedWhat': 'It is linked when you sign in there the first time, if the address is the same.',
  'oidc.title': 'Sign-in provider',
  'oidc.unlink': 'Remove the link with the provider',
  'oidc.unlinked': 'The link is removed, and the account’s sessions have ended.',
  'oidc.withProvider': 'linked with the provider',
} satisfies Record<string, Message>;
