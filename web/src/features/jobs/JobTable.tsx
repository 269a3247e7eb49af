import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Job } from '@/api/types';
import { DataTable } from '@/ui/DataTable';
import type { Column } from '@/ui/DataTable';
import { Loaded } from '@/ui/Loading';
import { Pager } from '@/ui/Pager';
import type { Cursor } from '@/ui/Pager';

interface Props {
  label: string;
  jobs: UseQueryResult<{ items: Job[]; next: string }>;
  cursor: Cursor;
  columns: Column<Job>[];
  empty: ReactNode;
}

// A page of jobs, whatever they do; `empty` when there are none.
export function JobTable({ label, jobs, cursor, columns, empty }: Props) {
  return (
    <Loaded query={jobs}>
      {({ items, next }) =>
        items.length === 0 ? (
          empty
        ) : (
          <>
            <DataTable<Job>
              label={label}
              rows={items}
              rowKey={(job) => job.id}
              busy={jobs.isPlaceholderData}
              columns={columns}
            />
            <Pager cursor={cursor} next={next} />
          </>
        )
      }
    </Loaded>
  );
}
