import { ActionIcon, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done, take } from '@/api/client';
import { keys } from '@/api/keys';
import { useSession } from '@/api/session';
import type { Account } from '@/api/types';
import { OneTimePassword } from '@/features/members/OneTimePassword';
import { useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Dialog } from '@/ui/Dialog';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import {
  IconCheck,
  IconDots,
  IconKey,
  IconMinus,
  IconPause,
  IconShield,
  IconShieldOff,
  IconTrash,
  IconUser,
} from '@/ui/icons';
import { toast, toastProblem } from '@/ui/toast';
import { DeleteAccount } from './DeleteAccount';

export function AccountTable({ accounts, busy }: { accounts: Account[]; busy: boolean }) {
  const t = useTranslate();
  const client = useQueryClient();
  const { account: self } = useSession();
  const [deleting, setDeleting] = useState<Account | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: keys.platform('accounts') });
  const change = useMutation({
    mutationFn: ({ id, body }: { id: string; body: { operator?: boolean; enabled?: boolean } }) =>
      take(api.PATCH('/accounts/{id}', { params: { path: { id } }, body })),
    onSuccess: refresh,
    onError: toastProblem,
  });
  const reset = useMutation({
    mutationFn: async (account: Account) => {
      const { one_time_password } = await take(
        api.POST('/accounts/{id}/password', { params: { path: { id: account.id } } }),
      );
      return { name: account.name, password: one_time_password };
    },
    onSuccess: refresh,
    onError: toastProblem,
  });
  const unlink = useMutation({
    mutationFn: (id: string) => done(api.DELETE('/accounts/{id}/oidc', { params: { path: { id } } })),
    onSuccess: () => {
      toast(t('oidc.unlinked'));
      return refresh();
    },
    onError: toastProblem,
  });
  const menu = (account: Account) => (
    <Menu width={260}>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t('accounts.actions', { name: account.name })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconKey size={16} />} onClick={() => reset.mutate(account)}>
          {t('accounts.reset')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconShield size={16} />}
          onClick={() => change.mutate({ id: account.id, body: { operator: !account.operator } })}
        >
          {account.operator ? t('accounts.noOperator') : t('accounts.makeOperator')}
        </Menu.Item>
        <Menu.Item
          leftSection={account.enabled ? <IconPause size={16} /> : <IconUser size={16} />}
          onClick={() => change.mutate({ id: account.id, body: { enabled: !account.enabled } })}
        >
          {account.enabled ? t('accounts.disable') : t('accounts.enable')}
        </Menu.Item>
        {account.has_oidc && (
          <Menu.Item leftSection={<IconShieldOff size={16} />} onClick={() => unlink.mutate(account.id)}>
            {t('oidc.unlink')}
          </Menu.Item>
        )}
        <Menu.Item
          className="danger"
          leftSection={<IconTrash size={16} />}
          onClick={() => setDeleting(account)}
        >
          {t('accounts.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
  return (
    <>
      <DataTable<Account>
        label={t('nav.accounts')}
        rows={accounts}
        rowKey={(account) => account.id}
        busy={busy}
        columns={[
          {
            id: 'name',
            header: t('members.name'),
            card: 'title',
            cell: (account) => (
              <>
                <strong>{account.display_name || account.name}</strong>
                <div className="dimmed small">
                  {account.name}
                  {account.has_oidc && ` · ${t('oidc.withProvider')}`}
                </div>
              </>
            ),
          },
          {
            id: 'state',
            header: t('backups.state'),
            cell: (account) =>
              account.enabled ? (
                <Status tone="good" icon={IconCheck} word={t('accounts.enabled')} />
              ) : (
                <Status tone="idle" icon={IconPause} word={t('accounts.disabled')} />
              ),
          },
          {
            id: 'operator',
            header: t('members.role'),
            cell: (account) => (account.operator ? t('role.operator') : t('accounts.member')),
          },
          {
            id: 'totp',
            header: t('totp.title'),
            cell: (account) => (
              <Status
                tone={account.has_totp ? 'good' : 'idle'}
                icon={account.has_totp ? IconCheck : IconMinus}
                word={account.has_totp ? t('totp.on') : t('totp.off')}
                quiet
              />
            ),
          },
          {
            id: 'last',
            header: t('accounts.lastSignIn'),
            cell: (account) => (
              <Time at={account.last_sign_in_at} style="relative" missing={t('state.never')} />
            ),
          },
          {
            id: 'actions',
            header: '',
            align: 'end',
            card: 'corner',
            cell: (account) => (account.id === self.id ? null : menu(account)),
          },
        ]}
      />
      <Dialog opened={reset.data !== undefined} onClose={reset.reset} title={t('accounts.reset')}>
        {reset.data && <OneTimePassword {...reset.data} onDone={reset.reset} />}
      </Dialog>
      <DeleteAccount account={deleting} onClose={() => setDeleting(null)} onDeleted={() => void refresh()} />
    </>
  );
}
