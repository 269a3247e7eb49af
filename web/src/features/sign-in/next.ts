// Where to go after signing in: a place of this site, never another's.
export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith('/') || /^\/[/\\]/.test(next) || next.startsWith('/sign-in'))
    return '/';
  return next;
}
