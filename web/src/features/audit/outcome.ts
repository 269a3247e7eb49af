// An outcome is "ok", or the code of the problem that was answered.
export function isGood(outcome: string): boolean {
  return ['ok', 'done', 'success', 'succeeded', 'allowed'].includes(outcome);
}
