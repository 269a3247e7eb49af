import createClient from 'openapi-fetch';
import type { Middleware } from 'openapi-fetch';
import { ApiProblem, problemOf } from './problem';
import type { paths } from './schema';

let csrfToken = '';
// The token of the session, which every change repeats.
export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

let onSignedOut: () => void = () => undefined;
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

// What each change says beside its body; for requests that are not made by `api`.
export function changeHeaders(): Record<string, string> {
  return csrfToken === '' ? {} : { 'X-CSRF-Token': csrfToken };
}

const session: Middleware = {
  onRequest({ request }) {
    if (request.method === 'GET') return request;
    for (const [name, value] of Object.entries(changeHeaders())) request.headers.set(name, value);
    return request;
  },
};

export const api = createClient<paths>({ baseUrl: '/api/v1' });
api.use(session);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

// The body of an answer, or an ApiProblem thrown: what TanStack Query expects.
export async function take<T>(request: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const answer = await settled(request);
  if (answer.data === undefined || answer.data === null) {
    throw new ApiProblem({
      title: 'The server gave an empty answer.',
      status: answer.response.status,
      code: 'empty',
    });
  }
  return answer.data;
}

// The same for answers without a body.
export async function done(request: Promise<Answer<unknown>>): Promise<void> {
  await settled(request);
}

async function settled<T>(request: Promise<Answer<T>>): Promise<Answer<T>> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw unreachable();
  }
  if (answer.response.ok) return answer;
  throw refusal(answer.error, answer.response.status);
}

export function unreachable(): ApiProblem {
  return new ApiProblem({
    title: 'The server could not be reached.',
    status: 0,
    code: 'unreachable',
    hint: 'Check the connection; nothing was changed unless this page says so.',
  });
}

// What the server said instead of an answer. That nobody is signed in any longer concerns all pages.
export function refusal(body: unknown, status: number): ApiProblem {
  const problem = problemOf(body, status);
  if (problem.status === 401 && csrfToken !== '') {
    csrfToken = '';
    onSignedOut();
  }
  return problem;
}
