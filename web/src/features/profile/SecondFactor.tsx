import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done } from '@/api/client';
import { keys } from '@/api/keys';
import { useSession } from '@/api/session';
import { useTranslate } from '@/i18n/locale';
import { Dialog } from '@/ui/Dialog';
import { ProblemNotice } from '@/ui/Notice';
import { IconCheck, IconMinus } from '@/ui/icons';
import { Section } from '@/ui/Page';
import { Status } from '@/ui/Status';
import { toast } from '@/ui/toast';
import { TotpSetup } from './TotpSetup';

export function SecondFactor() {
  const t = useTranslate();
  const { account } = useSession();
  const [open, setOpen] = useState<'setup' | 'disable' | null>(null);
  return (
    <Section title={t('totp.title')} lead={t('totp.lead')}>
      <Group justify="space-between">
        <Status
          tone={account.has_totp ? 'good' : 'idle'}
          icon={account.has_totp ? IconCheck : IconMinus}
          word={account.has_totp ? t('totp.on') : t('totp.off')}
        />
        {account.has_totp ? (
          <Button variant="default" onClick={() => setOpen('disable')}>
            {t('totp.disable')}
          </Button>
        ) : (
          <Button onClick={() => setOpen('setup')}>{t('totp.setUp')}</Button>
        )}
      </Group>
      <Dialog opened={open === 'setup'} onClose={() => setOpen(null)} title={t('totp.setUp')}>
        <TotpSetup onDone={() => setOpen(null)} />
      </Dialog>
      <Dialog opened={open === 'disable'} onClose={() => setOpen(null)} title={t('totp.disable')}>
        <DisableTotp onDone={() => setOpen(null)} />
      </Dialog>
    </Section>
  );
}

function DisableTotp({ onDone }: { onDone: () => void }) {
  const t = useTranslate();
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const disable = useMutation({
    mutationFn: () => done(api.DELETE('/me/totp', { body: { password } })),
    onSuccess: () => {
      toast(t('totp.disabled'));
      void client.invalidateQueries({ queryKey: keys.session });
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        disable.mutate();
      }}
    >
      <Stack>
        <p>{t('totp.disableWhat')}</p>
        {disable.error && <ProblemNotice error={disable.error} />}
        <PasswordInput
          label={t('signIn.password')}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" color="red" loading={disable.isPending} disabled={password === ''}>
          {t('totp.disable')}
        </Button>
      </Stack>
    </form>
  );
}
