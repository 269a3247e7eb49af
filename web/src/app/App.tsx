import { MantineProvider, localStorageColorSchemeManager } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from 'react-router-dom';
import { whenSignedOut } from '@/api/client';
import { keys } from '@/api/keys';
import { ApiProblem } from '@/api/problem';
import { LocaleProvider } from '@/i18n/locale';
import { theme } from '@/theme/theme';
import { Toasts } from '@/ui/Toasts';
import { router } from './router';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal stays a refusal; only what may have been an accident is tried again.
      retry: (count, error) =>
        count < 2 && (!(error instanceof ApiProblem) || error.status === 0 || error.status >= 502),
      retryDelay: (attempt) => 1000 * 2 ** attempt,
    },
  },
});

// The session ended elsewhere: what was shown belongs to nobody now.
whenSignedOut(() => {
  client.setQueryData(keys.session, null);
  client.removeQueries({ predicate: (query) => !['session', 'meta'].includes(String(query.queryKey[0])) });
});

const colorSchemes = localStorageColorSchemeManager({ key: 'skyhold-color-scheme' });

export function App() {
  return (
    <QueryClientProvider client={client}>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        colorSchemeManager={colorSchemes}
        withCssVariables={false}
        withGlobalClasses={false}
        withStaticClasses={false}
      >
        <LocaleProvider>
          <Toasts />
          <RouterProvider router={router} future={{ v7_startTransition: true }} />
        </LocaleProvider>
      </MantineProvider>
    </QueryClientProvider>
  );
}
