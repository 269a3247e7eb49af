import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { SessionRecord } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Loaded } from '@/ui/Loading';
import { IconCheck } from '@/ui/icons';
import { Section } from '@/ui/Page';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { toastProblem } from '@/ui/toast';
import { browserName } from './browser';

export function Sessions() {
  const t = useTranslate();
  const client = useQueryClient();
  const sessions = useQuery({
    queryKey: keys.me('sessions'),
    queryFn: ({ signal }) => take(api.GET('/me/sessions', { signal })),
  });
  const end = useMutation({
    mutationFn: (id: string) => done(api.DELETE('/me/sessions/{id}', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.me('sessions') }),
    onError: toastProblem,
  });
  return (
    <Section title={t('sessions.title')} lead={t('sessions.lead')} flush>
      <Loaded query={sessions}>
        {({ items }) => (
          <DataTable<SessionRecord>
            label={t('sessions.title')}
            rows={items}
            rowKey={(session) => session.id}
            columns={[
              {
                id: 'browser',
                header: t('sessions.browser'),
                card: 'title',
                cell: (session) => <span title={session.user_agent}>{browserName(session.user_agent)}</span>,
              },
              { id: 'address', header: t('sessions.address'), cell: (session) => session.address },
              {
                id: 'seen',
                header: t('sessions.seen'),
                cell: (session) => <Time at={session.last_seen_at} style="relative" />,
              },
              {
                id: 'end',
                header: '',
                align: 'end',
                card: 'corner',
                cell: (session) =>
                  session.current ? (
                    <Status tone="good" icon={IconCheck} word={t('sessions.current')} />
                  ) : (
                    <Button
                      variant="default"
                      size="xs"
                      loading={end.isPending && end.variables === session.id}
                      onClick={() => end.mutate(session.id)}
                    >
                      {t('sessions.end')}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}
