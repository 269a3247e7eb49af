import type { JobEvent } from '@/api/types';

// A story without gaps and doubles, however its lines came in.
export function mergeEvents(known: JobEvent[], fresh: JobEvent[]): JobEvent[] {
  const bySequence = new Map([...known, ...fresh].map((event) => [event.sequence, event]));
  return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence);
}

export interface Step {
  text: string;
  at: string;
  // Of the last step of a job that goes on: not over yet.
  until: string | undefined;
}

// The phases of a job, each until the next one begins.
export function stepsOf(events: JobEvent[], finishedAt: string | null | undefined): Step[] {
  const phases = events.filter((event) => event.kind === 'phase');
  return phases.map((event, index) => ({
    text: event.text,
    at: event.at,
    until: phases[index + 1]?.at ?? finishedAt ?? undefined,
  }));
}
