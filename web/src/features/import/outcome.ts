import type { ImportFinding, ImportOutcome, ImportReport, ImportSource, Job } from '@/api/types';

// What came of an import; undefined until it is over, and of jobs that are something else. The contract
// says what the result is, but not in the type of a job, which is open.
export function importOutcome(job: Job): ImportOutcome | undefined {
  const result: unknown = job.result;
  if (typeof result !== 'object' || result === null) return undefined;
  return 'decision' in result && 'report' in result ? (result as ImportOutcome) : undefined;
}

// The backup that came of a job, as its result names it; empty: none.
export function backupOf(job: Job): string {
  const result: unknown = job.result;
  if (typeof result !== 'object' || result === null || !('backup' in result)) return '';
  return typeof result.backup === 'string' ? result.backup : '';
}

export interface ImportRequest {
  source: ImportSource | undefined;
  note: string;
  fileName: string;
}

export function importRequest(job: Job): ImportRequest {
  const request: unknown = job.request;
  const asked = (typeof request === 'object' && request !== null ? request : {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const source = asked['source'];
  return {
    source: typeof source === 'object' && source !== null ? source : undefined,
    note: text(asked['note']),
    fileName: text(asked['file_name']),
  };
}

const gravity: Record<ImportFinding['severity'], number> = { refused: 0, warning: 1, note: 2 };

export function gravestFirst(findings: ImportFinding[]): ImportFinding[] {
  return [...findings].sort((a, b) => gravity[a.severity] - gravity[b.severity]);
}

export function countOf(report: ImportReport, severity: ImportFinding['severity']): number {
  return report.findings.filter((finding) => finding.severity === severity).length;
}
