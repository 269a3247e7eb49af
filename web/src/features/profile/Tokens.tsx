import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { ApiToken } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Dialog } from '@/ui/Dialog';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { IconKey, IconPlus } from '@/ui/icons';
import { Section } from '@/ui/Page';
import { Time } from '@/ui/Time';
import { toast, toastProblem } from '@/ui/toast';
import { NewToken } from './NewToken';

export function Tokens() {
  const t = useTranslate();
  const client = useQueryClient();
  const [creating, setCreating] = useState(false);
  const tokens = useQuery({
    queryKey: keys.me('tokens'),
    queryFn: ({ signal }) => take(api.GET('/me/tokens', { signal })),
  });
  const revoke = useMutation({
    mutationFn: (id: string) => done(api.DELETE('/me/tokens/{id}', { params: { path: { id } } })),
    onSuccess: () => {
      toast(t('tokens.revoked'));
      return client.invalidateQueries({ queryKey: keys.me('tokens') });
    },
    onError: toastProblem,
  });
  const add = (
    <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
      {t('tokens.new')}
    </Button>
  );
  return (
    <Section title={t('tokens.title')} lead={t('tokens.lead')} actions={add} flush>
      <Loaded query={tokens}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon={IconKey} title={t('tokens.empty')}>
              {t('tokens.emptyWhy')}
            </Empty>
          ) : (
            <DataTable<ApiToken>
              label={t('tokens.title')}
              rows={items}
              rowKey={(token) => token.id}
              columns={[
                {
                  id: 'name',
                  header: t('tokens.name'),
                  card: 'title',
                  cell: (token) => <strong>{token.name}</strong>,
                },
                {
                  id: 'scope',
                  header: t('tokens.scope'),
                  cell: (token) => `${t(`role.${token.role}`)} · ${token.project || t('tokens.allProjects')}`,
                },
                {
                  id: 'used',
                  header: t('tokens.used'),
                  cell: (token) => (
                    <Time at={token.last_used_at} style="relative" missing={t('state.never')} />
                  ),
                },
                {
                  id: 'expires',
                  header: t('tokens.expires'),
                  cell: (token) => <Time at={token.expires_at} style="date" missing={t('state.never')} />,
                },
                {
                  id: 'revoke',
                  header: '',
                  align: 'end',
                  cell: (token) => (
                    <Button
                      variant="default"
                      size="xs"
                      onClick={() => revoke.mutate(token.id)}
                      aria-label={t('tokens.revokeNamed', { name: token.name })}
                    >
                      {t('tokens.revoke')}
                    </Button>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      <Dialog opened={creating} onClose={() => setCreating(false)} title={t('tokens.new')}>
        <NewToken onDone={() => setCreating(false)} />
      </Dialog>
    </Section>
  );
}
