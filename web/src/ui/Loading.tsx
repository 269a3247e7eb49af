import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslate } from '@/i18n/locale';
import { ProblemNotice } from './Notice';

export function Loading({ rows = 4 }: { rows?: number }) {
  const t = useTranslate();
  return (
    <div role="status" aria-label={t('state.loading')}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={18} mb={14} width={`${96 - ((row * 17) % 40)}%`} />
      ))}
    </div>
  );
}

interface Props<T> {
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>;
  rows?: number;
  children: (data: T) => ReactNode;
}

// What a query brought; until then its outline, and its problem in words if it fails. What was there
// before stays in view when only the refresh failed.
export function Loaded<T>({ query, rows, children }: Props<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading rows={rows} />;
}
