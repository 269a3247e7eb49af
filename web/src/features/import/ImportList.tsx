import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Project } from '@/api/types';
import { JobTable } from '@/features/jobs/JobTable';
import { useJobColumns } from '@/features/jobs/useJobColumns';
import { useTranslate } from '@/i18n/locale';
import { Empty } from '@/ui/Empty';
import { useCursor } from '@/ui/Pager';
import { Section } from '@/ui/Page';
import { IconUpload } from '@/ui/icons';
import { DecisionStatus } from './DecisionStatus';
import { importRequest } from './outcome';
import { sourceInWords } from './words';

export function ImportList({ project }: { project: Project }) {
  const t = useTranslate();
  const columns = useJobColumns();
  const cursor = useCursor();
  const query = { limit: 25, ...(cursor.after === undefined ? {} : { after: cursor.after }) };
  const imports = useQuery({
    queryKey: keys.of(project.name, 'imports', query),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/imports', {
          params: { path: { project: project.name }, query },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: project.active_jobs.length > 0 ? 5000 : false,
  });
  return (
    <Section title={t('imports.earlier')} level={3} flush>
      <JobTable
        label={t('imports.earlier')}
        jobs={imports}
        cursor={cursor}
        empty={
          <Empty icon={IconUpload} title={t('imports.empty')}>
            {t('imports.emptyWhy')}
          </Empty>
        }
        columns={[
          columns.when((job) => `/projects/${project.name}/import/${job.id}`),
          {
            id: 'outcome',
            header: t('imports.outcome'),
            card: 'plain',
            cell: (job) => <DecisionStatus job={job} />,
          },
          {
            id: 'source',
            header: t('imports.source'),
            card: 'wide',
            cell: (job) => sourceInWords(importRequest(job), t),
          },
          { id: 'branch', header: t('report.for'), cell: (job) => job.branch },
          columns.by,
          columns.duration,
        ]}
      />
    </Section>
  );
}
