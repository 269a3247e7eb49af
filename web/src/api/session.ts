import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { api, rememberCsrfToken, take } from './client';
import { keys } from './keys';
import { ApiProblem } from './problem';
import type { Meta, Session } from './types';

export function useMeta(): Meta | undefined {
  return useQuery({
    queryKey: keys.meta,
    queryFn: ({ signal }) => take(api.GET('/meta', { signal })),
    staleTime: Infinity,
  }).data;
}

export function usePlatformZone(): string {
  return useMeta()?.platform_time_zone ?? 'UTC';
}

// null: nobody is signed in.
export function useSessionQuery() {
  return useQuery<Session | null>({
    queryKey: keys.session,
    queryFn: async ({ signal }) => {
      try {
        const session = await take(api.GET('/me', { signal }));
        rememberCsrfToken(session.csrf_token);
        return session;
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 5 * 60_000,
  });
}

export function keepSession(client: QueryClient, session: Session | null): void {
  rememberCsrfToken(session?.csrf_token ?? '');
  client.setQueryData(keys.session, session);
}

// Of pages behind the sign-in, where there always is one.
export function useSession(): Session {
  const session = useQueryClient().getQueryData<Session | null>(keys.session);
  if (!session) throw new Error('This page is for people who are signed in.');
  return session;
}

export const useIsOperator = (): boolean => useSession().account.operator;
