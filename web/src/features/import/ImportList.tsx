import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Job, Project } from '@/api/types';
import { formatSeconds } from '@/format/quantity';
import { secondsBetween } from '@/format/time';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Pager, useCursor } from '@/ui/Pager';
import { Section } from '@/ui/Page';
import { Time } from '@/ui/Time';
import { IconUpload } from '@/ui/icons';
import { DecisionStatus } from './DecisionStatus';
import { importRequest } from './outcome';
import { sourceInWords } from './words';

export function ImportList({ project }: { project: Project }) {
  const { t, locale } = useLocale();
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
      <Loaded query={imports}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Empty icon={IconUpload} title={t('imports.empty')}>
              {t('imports.emptyWhy')}
            </Empty>
          ) : (
            <>
              <DataTable<Job>
                label={t('imports.earlier')}
                rows={items}
                rowKey={(job) => job.id}
                busy={imports.isPlaceholderData}
                columns={[
                  {
                    id: 'when',
                    header: t('restores.when'),
                    card: 'title',
                    cell: (job) => (
                      <Link to={`/projects/${project.name}/import/${job.id}`}>
                        <Time at={job.created_at} />
                      </Link>
                    ),
                  },
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
                  { id: 'by', header: t('backups.who'), cell: (job) => job.created_by },
                  {
                    id: 'duration',
                    header: t('backups.duration'),
                    align: 'end',
                    card: 'hidden',
                    cell: (job) =>
                      job.started_at && job.finished_at
                        ? formatSeconds(secondsBetween(job.started_at, job.finished_at), locale)
                        : '–',
                  },
                ]}
              />
              <Pager cursor={cursor} next={next} />
            </>
          )
        }
      </Loaded>
    </Section>
  );
}
