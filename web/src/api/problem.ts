import type { components } from './schema';

type Problem = components['schemas']['Problem'];

// A refusal in words: what happened (message), and what to do about it (hint).
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  readonly field: string;
  readonly requestId: string;

  constructor(problem: Partial<Problem> & { title: string }) {
    super(sentence(problem.title));
    this.name = 'ApiProblem';
    this.status = problem.status ?? 0;
    this.code = problem.code ?? 'unknown';
    this.hint = sentence(problem.hint ?? '');
    this.field = problem.field ?? '';
    this.requestId = problem.request_id ?? '';
  }
}

// The server says its problems as parts of a sentence, for terminals and logs.
export function sentence(text: string): string {
  if (text === '') return '';
  const begun = text.charAt(0).toLocaleUpperCase() + text.slice(1);
  return /[.!?…:]$/.test(begun) ? begun : `${begun}.`;
}

export function problemOf(body: unknown, status: number): ApiProblem {
  if (typeof body === 'object' && body !== null && 'title' in body && typeof body.title === 'string') {
    return new ApiProblem(body as Problem);
  }
  return new ApiProblem({
    title: `The server answered with status ${status}.`,
    status,
    code: 'unexpected',
    hint: 'Something between this page and Skyhold may have answered in its place.',
  });
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem({ title: error instanceof Error ? error.message : String(error), code: 'page' });
}
