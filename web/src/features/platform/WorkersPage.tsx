import { useQuery } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Worker } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Page, Section } from '@/ui/Page';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { IconAlert, IconCheck, IconCpu } from '@/ui/icons';
import { useNow } from '@/ui/useNow';

// A worker tells every few seconds that it lives.
const silentAfter = 90_000;

export function WorkersPage() {
  const t = useTranslate();
  const now = useNow();
  const workers = useQuery({
    queryKey: keys.platform('workers'),
    queryFn: ({ signal }) => take(api.GET('/workers', { signal })),
    refetchInterval: 15_000,
  });
  return (
    <Page title={t('nav.workers')} lead={t('workers.lead')}>
      <Section flush>
        <Loaded query={workers}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon={IconCpu} title={t('workers.empty')}>
                {t('workers.emptyWhy')}
              </Empty>
            ) : (
              <DataTable<Worker>
                label={t('nav.workers')}
                rows={items}
                rowKey={(worker) => worker.name}
                columns={[
                  {
                    id: 'name',
                    header: t('newProject.name'),
                    card: 'title',
                    cell: (worker) => <strong>{worker.name}</strong>,
                  },
                  {
                    id: 'state',
                    header: t('backups.state'),
                    cell: (worker) =>
                      now.getTime() - new Date(worker.seen_at).getTime() > silentAfter ? (
                        <Status tone="warn" icon={IconAlert} word={t('workers.silent')} />
                      ) : (
                        <Status tone="good" icon={IconCheck} word={t('workers.alive')} />
                      ),
                  },
                  {
                    id: 'region',
                    header: t('newProject.region'),
                    cell: (worker) => worker.region || t('backups.all'),
                  },
                  {
                    id: 'jobs',
                    header: t('workers.jobs'),
                    align: 'end',
                    cell: (worker) => worker.running_jobs,
                  },
                  { id: 'version', header: t('workers.version'), cell: (worker) => worker.version },
                  {
                    id: 'seen',
                    header: t('sessions.seen'),
                    cell: (worker) => <Time at={worker.seen_at} style="relative" />,
                  },
                  {
                    id: 'started',
                    header: t('workers.started'),
                    cell: (worker) => <Time at={worker.started_at} />,
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Section>
    </Page>
  );
}
