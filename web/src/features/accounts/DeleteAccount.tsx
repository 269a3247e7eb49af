import { Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done } from '@/api/client';
import type { Account } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { ConfirmName } from '@/ui/ConfirmName';
import { Dialog } from '@/ui/Dialog';
import { ProblemNotice } from '@/ui/Notice';

interface Props {
  account: Account | null;
  onClose: () => void;
  onDeleted: () => void;
}

export function DeleteAccount({ account, onClose, onDeleted }: Props) {
  const t = useTranslate();
  const [typed, setTyped] = useState('');
  const name = account?.name ?? '';
  const remove = useMutation({
    mutationFn: () => done(api.DELETE('/accounts/{id}', { params: { path: { id: account?.id ?? '' } } })),
    onSuccess: () => {
      setTyped('');
      onDeleted();
      onClose();
    },
  });
  return (
    <Dialog opened={account !== null} onClose={onClose} title={t('accounts.delete')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          remove.mutate();
        }}
      >
        <Stack>
          <p>{t('accounts.deleteWhat')}</p>
          {remove.error && <ProblemNotice error={remove.error} />}
          <ConfirmName expected={name} value={typed} onChange={setTyped} />
          <Button type="submit" color="red" disabled={typed !== name} loading={remove.isPending}>
            {t('accounts.delete')}
          </Button>
        </Stack>
      </form>
    </Dialog>
  );
}
